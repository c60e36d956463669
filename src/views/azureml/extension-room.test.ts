/** What the extension asks for, against the totals that Microsoft publishes. */
import { describe, expect, it } from 'vitest';
import { createViewContext } from '../../engine/view-context.ts';
import type { JsonObject } from '../../model/json.ts';
import { PREFLIGHT } from '../../model/preflight.ts';
import { createReader } from '../../snapshot/reader.ts';
import { buildSnapshot } from '../../testing/snapshot-builder.ts';
import { eligibleNodes } from './eligible-nodes.ts';
import { extensionPlan } from './extension-plan.ts';
import { extensionRoom, type ExtensionRoom } from './extension-room.ts';

const MEBI = 1024 ** 2;

function roomOf(
  settings: Readonly<Record<string, string>>,
  nodes: readonly (readonly [string, string])[],
): ExtensionRoom {
  const objects: JsonObject[] = [
    { kind: 'Preflight', metadata: { name: 'preflight' }, spec: { phase: 'pre-install', settings } },
    ...nodes.map(([cpu, memory], index) => ({
      kind: 'Node',
      metadata: { name: `n${index}` },
      status: { allocatable: { cpu, memory, pods: '110' } },
    })),
  ];
  const context = createViewContext(createReader(buildSnapshot({ objects })));
  const plan = context.use(extensionPlan, PREFLIGHT);
  const judged = context.use(eligibleNodes, PREFLIGHT);
  if (plan === undefined || judged === undefined) throw new Error('there is an intent');
  return extensionRoom(plan, judged);
}

const LARGE: readonly [string, string] = ['16', '64Gi'];
const TRAINING = { enableTraining: 'true' };
const INFERENCE = { enableInference: 'true' };
const ONE_ROUTER = { inferenceRouterHA: 'false' };

describe('the room that the extension needs', () => {
  // azure-ai-docs reference-kubernetes.md: millicores and mebibytes, requests and limits.
  it.each([
    ['inference for tests', { ...INFERENCE, ...ONE_ROUTER }, 1, 1780, 2440, 8300, 12_296],
    ['training for tests', TRAINING, 1, 410, 1492, 4420, 10_960],
    ['both for tests', { ...TRAINING, ...INFERENCE, ...ONE_ROUTER }, 1, 1910, 2884, 10_420, 15_744],
    ['inference for production', INFERENCE, 3, 3600, 4240, 12_700, 15_296],
    ['both for production', { ...TRAINING, ...INFERENCE }, 3, 3730, 4684, 14_820, 18_744],
  ])('%s is what the documentation adds up to', (_, settings, count, cpu, memory, cpuLimit, memoryLimit) => {
    const room = roomOf(
      settings,
      Array.from({ length: count }, () => LARGE),
    );
    expect(room.requests).toEqual({ cpu: cpu / 1000, memory: memory * MEBI });
    expect(room.limits).toEqual({ cpu: cpuLimit / 1000, memory: memoryLimit * MEBI });
    expect(room.tooLarge).toBeUndefined();
    expect(room.unplaced).toBeUndefined();
  });

  it('is less where the cluster brings its own Prometheus operator and Volcano', () => {
    const room = roomOf({ ...TRAINING, installPromOp: 'False', installVolcano: 'False' }, [LARGE]);
    expect(room.requests.cpu).toBe(0.2);
  });

  it('asks for no more routers than nodes can take: that is told elsewhere', () => {
    const room = roomOf(INFERENCE, [
      ['2', '4Gi'],
      ['800m', '4Gi'],
    ]);
    expect(room.pods).toBe(12);
    expect(room.unplaced).toBeUndefined();
  });

  it('names the pod that fits no node', () => {
    const room = roomOf(INFERENCE, [
      ['500m', '8Gi'],
      ['500m', '8Gi'],
      ['500m', '8Gi'],
      ['500m', '8Gi'],
    ]);
    expect(room.tooLarge?.name).toBe('azureml-fe-v2');
  });
});
