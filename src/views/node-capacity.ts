/**
 * What every node offers and what is asked of it already. `free` is exact only where the pods of all namespaces were read; otherwise it is
 * an upper bound, and `complete` says so. It places no pod.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { booleanAt, listAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { amountsAt, podRequests } from './pod-requests.ts';

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
  readonly index: number;
}

export interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
  readonly cite: Citation;
}

export interface NodeState {
  readonly node: KubeObject;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  readonly cordoned: boolean;
  readonly ready?: NodeCondition;
  /** MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable that are True now. */
  readonly pressures: readonly NodeCondition[];
  readonly allocatable: ReadonlyMap<string, number>;
  readonly capacity: ReadonlyMap<string, number>;
  /** Sum of the requests of all pods seen on it that have not ended; at least that much where the list of pods has holes. */
  readonly requested: ReadonlyMap<string, number>;
  readonly pods: readonly KubeObject[];
}

export interface NodeCapacity {
  readonly nodes: readonly NodeState[];
  readonly nodesComplete: Lookup<true>;
  readonly podsComplete: Lookup<true>;
  /** Present where nodes and pods of all namespaces were read: only then amounts are exact. */
  readonly complete: Lookup<true>;
}

export const nodeCapacity = defineView<NodeCapacity>({
  id: 'node-capacity',
  needs: [
    { type: 'object', kind: 'Node' },
    { type: 'object', kind: 'Pod' },
  ],
  derive(context) {
    const nodes = context.list('Node');
    const pods = context.list('Pod');
    const onNode = new Map<string, KubeObject[]>();
    for (const pod of pods.items) {
      const name = textAt(pod.body, 'spec', 'nodeName');
      if (name === undefined || hasEnded(pod)) continue;
      const known = onNode.get(name);
      if (known) known.push(pod);
      else onNode.set(name, [pod]);
    }
    return {
      nodes: nodes.items
        .map((node) => nodeStateOf(node, onNode.get(node.ref.name) ?? []))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      nodesComplete: nodes.complete,
      podsComplete: pods.complete,
      complete: nodes.complete.state === 'present' ? pods.complete : nodes.complete,
    };
  },
});

/** The node that a pod was given; undefined where it has none. */
export function nodeOfPod(context: ViewContext, pod: KubeObject): Lookup<NodeState> | undefined {
  const name = textAt(pod.body, 'spec', 'nodeName');
  if (name === undefined || name === '') return undefined;
  const found = context.object({ apiVersion: 'v1', kind: 'Node', name });
  if (found.state !== 'present') return found;
  return { state: 'present', value: nodeStateOf(found.value, []), cite: found.cite };
}

/** Free of one resource; negative where a node is overcommitted. */
export function freeOf(node: NodeState, resource: string): number {
  const free = (node.allocatable.get(resource) ?? 0) - (node.requested.get(resource) ?? 0);
  return Math.round(free * 1000) / 1000;
}

/** Terminated pods hold nothing (scheduler `eventhandlers.go` assignedPod, kubelet `FilterOutInactivePods`). */
function hasEnded(pod: KubeObject): boolean {
  const phase = textAt(pod.body, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function nodeStateOf(node: KubeObject, pods: readonly KubeObject[]): NodeState {
  const { body } = node;
  const conditions = listAt(body, 'status', 'conditions').map((condition, index) => ({
    type: textAt(condition, 'type') ?? '',
    status: textAt(condition, 'status') ?? '',
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    since: textAt(condition, 'lastTransitionTime') ?? '',
    cite: node.cite(
      `condition ${textAt(condition, 'type') ?? ''} of Node ${node.ref.name}`,
      `/status/conditions/${index}`,
    ),
  }));
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const requested = new Map<string, number>();
  for (const pod of pods) {
    for (const [resource, request] of podRequests(pod)) {
      requested.set(resource, Math.round(((requested.get(resource) ?? 0) + request.total) * 1000) / 1000);
    }
  }
  requested.set('pods', pods.length);
  return {
    node,
    name: node.ref.name,
    labels: textMapAt(body, 'metadata', 'labels'),
    taints: listAt(body, 'spec', 'taints').map((taint, index) => ({
      key: textAt(taint, 'key') ?? '',
      value: textAt(taint, 'value') ?? '',
      effect: textAt(taint, 'effect') ?? '',
      index,
    })),
    cordoned: booleanAt(body, 'spec', 'unschedulable') ?? false,
    ...(ready === undefined ? {} : { ready }),
    pressures: conditions.filter(
      (condition) => /Pressure$|^NetworkUnavailable$/.test(condition.type) && condition.status === 'True',
    ),
    allocatable: amountsAt(objectAt(body, 'status', 'allocatable')),
    capacity: amountsAt(objectAt(body, 'status', 'capacity')),
    requested,
    pods,
  };
}
