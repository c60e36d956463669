/** The ServingRuntimes that models can be given, of the cluster and of its namespaces. Which model one fits is for others. */
import type { Lookup } from '../../model/evidence.ts';
import { booleanAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { byName } from '../parse/by-name.ts';

export interface ModelRuntimes {
  readonly enabled: readonly KubeObject[];
  readonly disabled: readonly KubeObject[];
  /** Whether all of the cluster's own were seen. */
  readonly clusterSeen: Lookup<true>;
  readonly namespacedSeen: Lookup<true>;
}

/** Derive it on `CLUSTER`. */
export const modelRuntimes = defineView<ModelRuntimes>({
  id: 'model-runtimes',
  needs: [
    { type: 'object', kind: 'ClusterServingRuntime' },
    { type: 'object', kind: 'ServingRuntime' },
  ],
  derive(context) {
    const cluster = context.list('ClusterServingRuntime');
    const namespaced = context.list('ServingRuntime');
    const all = byName([...cluster.items, ...namespaced.items]);
    const isDisabled = ({ body }: KubeObject): boolean => booleanAt(body, 'spec', 'disabled') === true;
    return {
      enabled: all.filter((runtime) => !isDisabled(runtime)),
      disabled: all.filter(isDisabled),
      clusterSeen: cluster.complete,
      namespacedSeen: namespaced.complete,
    };
  },
});
