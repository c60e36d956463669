/** Where GPUs are in the cluster, and which instance types of Azure ML ask for one: with neither, nobody needs a device plugin or GPU metrics. */
import type { Lookup } from '../../model/evidence.ts';
import { at } from '../../model/json.ts';
import { CLUSTER, defineView, type KubeObject } from '../../model/reader.ts';
import { gpuNodes, type GpuNode } from '../cluster/gpu-nodes.ts';
import { byName } from '../parse/by-name.ts';
import { instanceTypes } from './instance-types.ts';

export interface GpuWishes {
  readonly nodes: readonly GpuNode[];
  readonly nodesRead: Lookup<true>;
  /** Those with a limit of nvidia.com/gpu. */
  readonly instanceTypes: readonly KubeObject[];
  /** Absent where the cluster does not know the kind. */
  readonly instanceTypesRead: Lookup<true>;
}

export const gpuWishes = defineView<GpuWishes>({
  id: 'gpu-wishes',
  needs: [],
  uses: [gpuNodes, instanceTypes],
  derive(context, subject) {
    const { nodes, complete } = context.use(gpuNodes, CLUSTER);
    const types = context.use(instanceTypes, subject);
    return {
      nodes,
      nodesRead: complete,
      instanceTypes: byName(types.types.map(({ object }) => object)).filter(
        ({ body }) => Number(at(body, 'spec', 'resources', 'limits', 'nvidia.com/gpu') ?? 0) > 0,
      ),
      instanceTypesRead: types.complete,
    };
  },
});
