/** Which nodes take a pod that says nothing of nodes, and what keeps the others from it. Free capacity is not its business. */
import type { Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { CLUSTER, defineView } from '../../model/reader.ts';
import { nodeCapacity, type NodeState } from '../node-capacity.ts';
import { taintRole } from '../node-fit.ts';
import { secondsBetween } from '../parse/time.ts';

export type NodeObstacle = 'not Ready' | 'cordoned' | 'control plane' | 'Windows' | 'tainted';

export interface NodeUse {
  readonly state: NodeState;
  /** Absent where it takes ordinary pods. */
  readonly obstacle?: NodeObstacle;
  /** The taint, for `tainted` and `control plane`. */
  readonly taint?: { readonly key: string; readonly index: number };
  /** It joins or leaves just now: that it is not Ready is no fault. */
  readonly isPassing: boolean;
}

export interface UsableNodes {
  readonly nodes: readonly NodeUse[];
  readonly usable: readonly NodeUse[];
  readonly complete: Lookup<true>;
}

/** Derive it on `CLUSTER`. */
export const usableNodes = defineView<UsableNodes>({
  id: 'usable-nodes',
  needs: [],
  uses: [nodeCapacity],
  derive(context) {
    const { nodes, nodesComplete } = context.use(nodeCapacity, CLUSTER);
    const uses = nodes.map((state) => ({ ...useOf(state), isPassing: isPassing(state, context.now) }));
    return { nodes: uses, usable: uses.filter(({ obstacle }) => obstacle === undefined), complete: nodesComplete };
  },
});

/** A cloud has a node Ready within a few minutes. */
const JOINING_SECONDS = 300;

function isPassing({ node, taints }: NodeState, now: string): boolean {
  const age = secondsBetween(textAt(node.body, 'metadata', 'creationTimestamp'), now);
  return (
    (age !== undefined && age < JOINING_SECONDS) ||
    textAt(node.body, 'metadata', 'deletionTimestamp') !== undefined ||
    taints.some(({ key }) => taintRole(key) === 'leaving')
  );
}

function useOf(state: NodeState): Omit<NodeUse, 'isPassing'> {
  if (state.ready?.status !== 'True') return { state, obstacle: 'not Ready' };
  if (state.cordoned) return { state, obstacle: 'cordoned' };
  if (state.labels['kubernetes.io/os'] === 'windows') return { state, obstacle: 'Windows' };
  const taint = state.taints.find(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  if (taint === undefined) return { state };
  return { state, taint, obstacle: taintRole(taint.key) === 'control-plane' ? 'control plane' : 'tainted' };
}
