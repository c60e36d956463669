/**
 * Nodes that have NVIDIA GPUs by their labels or by what they once offered, and what they offer to pods now. For checks before a deployment; it looks
 * at no pod that asks for one.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { pointerTo, textAt } from '../../model/json.ts';
import { CLUSTER, defineView } from '../../model/reader.ts';
import { nodeCapacity, type NodeState } from '../node-capacity.ts';
import { hasHardwareFor } from '../node-fit.ts';
import { secondsBetween } from '../parse/time.ts';

const GPU = 'nvidia.com/gpu';
/** The GPU operator builds or loads the driver first. */
const NEW_SECONDS = 900;

export interface GpuNode {
  readonly state: NodeState;
  /** GPUs, shares of GPUs and MIG slices that pods can get. */
  readonly offered: number;
  /** It joined a moment ago: driver and plugin take some minutes on a new node. */
  readonly isNew: boolean;
  /** The kubelet lists the resource, with 0 where its plugin is gone. */
  readonly listed: boolean;
  /** What says that the node has GPUs. */
  readonly sign: Citation;
  /** What it offers. */
  readonly cite: Citation;
}

export interface GpuNodes {
  /** By name. */
  readonly nodes: readonly GpuNode[];
  /** Whether all nodes were seen. */
  readonly complete: Lookup<true>;
}

/** Derive it on `CLUSTER`. */
export const gpuNodes = defineView<GpuNodes>({
  id: 'gpu-nodes',
  needs: [],
  uses: [nodeCapacity],
  derive(context) {
    const { nodes, nodesComplete } = context.use(nodeCapacity, CLUSTER);
    return {
      nodes: nodes.filter((node) => hasHardwareFor(node, GPU)).map((node) => gpuNodeOf(node, context.now)),
      complete: nodesComplete,
    };
  },
});

function gpuNodeOf(state: NodeState, now: string): GpuNode {
  const { node, name, allocatable } = state;
  const amounts = [...allocatable].filter(([resource]) => isGpu(resource));
  const listed = allocatable.has(GPU);
  return {
    state,
    offered: amounts.reduce((sum, [, amount]) => sum + amount, 0),
    isNew: (secondsBetween(textAt(node.body, 'metadata', 'creationTimestamp'), now) ?? NEW_SECONDS) < NEW_SECONDS,
    listed,
    sign: node.cite(`labels of Node ${name}`, '/metadata/labels'),
    cite: node.cite(
      `what Node ${name} offers`,
      listed ? pointerTo('status', 'allocatable', GPU) : '/status/allocatable',
    ),
  };
}

/** Whole GPUs, MIG slices (`nvidia.com/mig-1g.5gb`), shares (`nvidia.com/gpu.shared`): NVIDIA k8s-device-plugin README. */
function isGpu(resource: string): boolean {
  return resource === GPU || resource === `${GPU}.shared` || resource.startsWith('nvidia.com/mig-');
}
