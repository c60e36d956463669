/**
 * Which nodes can take the system pods of the Azure ML extension, and why others cannot: Ready, taints, its nodeSelector, operating system. What the
 * extension's own pods hold counts as free: an update replaces them. It places no pod.
 */
import type { Citation, Citations, Lookup } from '../../model/evidence.ts';
import { pointerTo, textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { extensionPlan, type ExtensionPlan } from './extension-plan.ts';
import { nodeCapacity, type NodeState } from '../node-capacity.ts';
import { misfitsOf, taintText, type Misfit } from '../node-fit.ts';
import type { ExtensionComponent } from '../parse/azureml-components.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { listed } from '../parse/listed.ts';
import { formatQuantity } from '../parse/quantity.ts';
import { podRequests } from '../pod-requests.ts';

export interface JudgedNode {
  readonly state: NodeState;
  /** Why it takes none of them, whatever room it has: `it is cordoned`. */
  readonly refusals: readonly string[];
  /** Where the Node shows that; of one without a refusal, what it has to give. */
  readonly cites: Citations;
  /**
   * Cores and bytes free, without the extension's own pods; at most that much where not all pods were seen, without bound where the node does not
   * tell what it has.
   */
  readonly free: { readonly cpu: number; readonly memory: number };
}

export interface EligibleNodes {
  readonly all: readonly JudgedNode[];
  /** Those without a refusal. */
  readonly eligible: readonly JudgedNode[];
  readonly nodesComplete: Lookup<true>;
  /** Whether `free` is exact. */
  readonly podsComplete: Lookup<true>;
}

/**
 * What all system pods of it tolerate (azure-ai-docs `reference-kubernetes.md`); the other taints of `ml.azure.com` are tolerated by the pods of
 * models and jobs only.
 */
const TOLERATIONS = ['ml.azure.com/amlarc', 'ml.azure.com/amlarc-system'].map((key) => ({
  key,
  operator: 'Equal',
  value: 'true',
}));

const SYSTEM_LABEL = 'kubernetes.io/os';

/** Undefined outside preflight. */
export const eligibleNodes = defineView<EligibleNodes | undefined>({
  id: 'eligible-nodes',
  needs: [],
  uses: [extensionPlan, nodeCapacity],
  derive(context, subject) {
    const plan = context.use(extensionPlan, subject);
    if (plan === undefined) return undefined;
    const capacity = context.use(nodeCapacity, subject);
    const pod = systemPod(plan);
    const all = capacity.nodes.map((node) => judged(withoutExtension(node), pod));
    return {
      all,
      eligible: all.filter(({ refusals }) => refusals.length === 0),
      nodesComplete: capacity.nodesComplete,
      podsComplete: capacity.podsComplete,
    };
  },
});

/** A pod as the extension makes them, as far as the scheduler asks; it exists nowhere. */
function systemPod(plan: ExtensionPlan): KubeObject {
  return {
    ref: { apiVersion: 'v1', kind: 'Pod', namespace: EXTENSION_NAMESPACE, name: 'system' },
    body: {
      spec: {
        nodeSelector: { ...Object.fromEntries(plan.nodeSelector), 'kubernetes.io/os': 'linux' },
        tolerations: TOLERATIONS,
        containers: [],
      },
    },
    cite: (label, pointer) => plan.intent.cite(label, pointer),
  };
}

function judged(state: NodeState, pod: KubeObject): JudgedNode {
  const refusals: string[] = [];
  const cites: Citation[] = [];
  // A node of which nothing is told is not said to be out of order.
  if (state.ready !== undefined && state.ready.status !== 'True') {
    refusals.push('it is not Ready');
    cites.push(state.ready.cite);
  }
  for (const misfit of misfitsOf(pod, new Map(), state)) {
    const text = refusalText(misfit, refusals.length > 0, state);
    if (text === undefined) continue;
    refusals.push(text);
    cites.push(state.node.cite(`Node ${state.name}: ${text}`, refusalPointer(misfit, state)));
  }
  const free = (resource: string): number =>
    Math.max(0, (state.allocatable.get(resource) ?? Number.POSITIVE_INFINITY) - (state.requested.get(resource) ?? 0));
  const [first = state.node.cite(`what Node ${state.name} has to give`, '/status/allocatable'), ...more] = cites;
  return { state, refusals, cites: [first, ...more], free: { cpu: free('cpu'), memory: free('memory') } };
}

function refusalPointer(misfit: Misfit, { labels }: NodeState): string {
  switch (misfit.kind) {
    case 'unschedulable':
      return '/spec/unschedulable';
    case 'taint':
      return '/spec/taints';
    case 'node-selector': {
      const [key] = misfit.unmet.map((label) => label.replace(/=.*$/s, '')).filter((name) => name !== SYSTEM_LABEL);
      if (key !== undefined) return `/metadata/labels${pointerTo(key)}`;
      return labels[SYSTEM_LABEL] === undefined
        ? '/status/nodeInfo/operatingSystem'
        : `/metadata/labels${pointerTo(SYSTEM_LABEL)}`;
    }
    default:
      return '/status/allocatable';
  }
}

function refusalText(misfit: Misfit, isNotReady: boolean, state: NodeState): string | undefined {
  switch (misfit.kind) {
    case 'unschedulable':
      return 'it is cordoned';
    case 'taint':
      return isNotReady && misfit.role === 'not-ready' ? undefined : `it has taint ${taintText(misfit.taint)}`;
    case 'node-selector': {
      // Nodes that tell nothing of their system (old ones, partial captures) are linux.
      const system = state.labels[SYSTEM_LABEL] ?? textAt(state.node.body, 'status', 'nodeInfo', 'operatingSystem');
      const unmet = misfit.unmet.filter((label) => label !== `${SYSTEM_LABEL}=linux`);
      if (unmet.length > 0) return `it lacks label ${unmet.join(' and ')}`;
      return system === undefined || system === 'linux' ? undefined : `it runs ${system}`;
    }
    case 'too-many-pods':
      return `it holds its ${misfit.allocatable} pods`;
    default:
      return undefined;
  }
}

function withoutExtension(node: NodeState): NodeState {
  const pods = node.pods.filter(({ ref }) => ref.namespace !== EXTENSION_NAMESPACE);
  if (pods.length === node.pods.length) return node;
  const requested = new Map<string, number>([['pods', pods.length]]);
  for (const pod of pods)
    for (const [resource, request] of podRequests(pod))
      requested.set(resource, Math.round(((requested.get(resource) ?? 0) + request.total) * 1000) / 1000);
  return { ...node, pods, requested };
}

const MOST_REASONS = 4;

/** `gpu-1, gpu-2 and 7 more: it has taint sku=gpu:NoSchedule; win-1: it runs windows`: nodes of a pool have the same reason. */
export function byReason(nodes: readonly JudgedNode[], reasonOf: (node: JudgedNode) => string): string {
  const groups = new Map<string, string[]>();
  for (const node of nodes) {
    const reason = reasonOf(node);
    const names = groups.get(reason);
    if (names === undefined) groups.set(reason, [node.state.name]);
    else names.push(node.state.name);
  }
  const texts = [...groups].map(([reason, names]) => `${listed(names, 2)}: ${reason}`);
  const more = texts.length - MOST_REASONS;
  return `${texts.slice(0, MOST_REASONS).join('; ')}${more > 0 ? `; and ${more} more reasons` : ''}`;
}

/** Whether one pod of that component has room, by its requests. */
export function hasRoomFor(free: JudgedNode['free'], { cpu, memory }: ExtensionComponent): boolean {
  return cpu.request / 1000 <= free.cpu && memory.request * MEBI <= free.memory;
}

/** `900m CPU and 800Mi of memory`. */
export function amountText(cpu: number, memory: number): string {
  return `${formatQuantity('cpu', cpu)} CPU and ${formatQuantity('memory', memory)} of memory`;
}

export const MEBI = 1024 ** 2;
