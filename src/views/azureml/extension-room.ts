/**
 * Whether the pods of the Azure ML extension find room: what they ask for in all, and whether each finds a node. Placing is first-fit by size, as good
 * an answer as the scheduler's for so few pods, and no proof where it fails. It judges nothing.
 */
import type { EligibleNodes, JudgedNode } from './eligible-nodes.ts';
import { hasRoomFor, MEBI } from './eligible-nodes.ts';
import type { ExtensionPlan } from './extension-plan.ts';
import { EXTENSION_COMPONENTS, ROUTER, ROUTERS_WANTED, type ExtensionComponent } from '../parse/azureml-components.ts';

/** Cores and bytes. */
export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

export interface ExtensionRoom {
  readonly pods: number;
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** Of all nodes that take its pods together. */
  readonly free: Amounts;
  /** Fits no node even while nothing else of the extension is there; the largest. */
  readonly tooLarge?: ExtensionComponent;
  /** Found no node after larger ones were placed, and what is free then on the roomiest node. */
  readonly unplaced?: { readonly component: ExtensionComponent; readonly roomiest: Amounts };
}

export function extensionRoom(plan: ExtensionPlan, nodes: EligibleNodes): ExtensionRoom {
  const pods = podsOf(plan, nodes.eligible);
  const sum = (of: 'request' | 'limit'): Amounts => ({
    cpu: pods.reduce((total, { cpu }) => total + cpu[of], 0) / 1000,
    memory: pods.reduce((total, { memory }) => total + memory[of], 0) * MEBI,
  });
  const tooLarge = pods.find((pod) => !nodes.eligible.some(({ free }) => hasRoomFor(free, pod)));
  const unplaced = tooLarge === undefined ? place(pods, nodes.eligible) : undefined;
  return {
    pods: pods.length,
    requests: sum('request'),
    limits: sum('limit'),
    free: {
      cpu: round(nodes.eligible.reduce((total, { free }) => total + free.cpu, 0)),
      memory: nodes.eligible.reduce((total, { free }) => total + free.memory, 0),
    },
    ...(tooLarge === undefined ? {} : { tooLarge }),
    ...(unplaced === undefined ? {} : { unplaced }),
  };
}

/** Largest first. */
function podsOf(plan: ExtensionPlan, eligible: readonly JudgedNode[]): readonly ExtensionComponent[] {
  return EXTENSION_COMPONENTS.filter(
    ({ of, setting }) =>
      (of === 'both' || (of === 'inference' ? plan.inference : plan.training)) &&
      (setting === undefined || plan.intent.isOn(setting)),
  )
    .flatMap((component) => Array.from({ length: countOf(component, plan, eligible) }, () => component))
    .toSorted((one, other) => other.cpu.request - one.cpu.request || other.memory.request - one.memory.request);
}

function countOf(component: ExtensionComponent, plan: ExtensionPlan, eligible: readonly JudgedNode[]): number {
  if (component.per === 'node') return Math.max(1, eligible.length);
  if (component.per === 'cluster' || !plan.highlyAvailable) return 1;
  // Routers that have no node of their own are another check's business.
  const able = eligible.filter(({ free }) => hasRoomFor(free, ROUTER)).length;
  return Math.min(ROUTERS_WANTED, Math.max(1, able));
}

function place(
  pods: readonly ExtensionComponent[],
  eligible: readonly JudgedNode[],
): ExtensionRoom['unplaced'] | undefined {
  const nodes = eligible.map(({ free }) => ({ ...free, holds: new Set<string>() }));
  for (const pod of pods) {
    const alone = pod.per !== 'cluster';
    const fitting = nodes.filter((node) => hasRoomFor(node, pod) && !(alone && node.holds.has(pod.name)));
    // The scheduler spreads; for one to a node it makes no difference which is taken.
    const [roomiest] = fitting.toSorted((one, other) => other.cpu - one.cpu || other.memory - one.memory);
    if (roomiest === undefined) {
      const [best] = nodes.toSorted((one, other) => other.cpu - one.cpu || other.memory - one.memory);
      return best === undefined
        ? undefined
        : { component: pod, roomiest: { cpu: round(best.cpu), memory: best.memory } };
    }
    roomiest.cpu = round(roomiest.cpu - pod.cpu.request / 1000);
    roomiest.memory -= pod.memory.request * MEBI;
    roomiest.holds.add(pod.name);
  }
  return undefined;
}

function round(cores: number): number {
  return Math.round(cores * 1000) / 1000;
}
