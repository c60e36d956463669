/** Online endpoints of Azure ML that serve in the cluster, told from the labels of their pods. It judges none of them. */
import { ENDPOINT_LABEL } from '../../model/azureml-labels.ts';
import type { Lookup } from '../../model/evidence.ts';
import { textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';

export interface ServingEndpoints {
  /** Names of endpoints, sorted. */
  readonly names: readonly string[];
  /** One pod of the first. */
  readonly pod?: KubeObject;
  /** Only then there are no others. */
  readonly complete: Lookup<true>;
}

export const servingEndpoints = defineView<ServingEndpoints>({
  id: 'serving-endpoints',
  needs: [{ type: 'object', kind: 'Pod' }],
  derive(context) {
    const listing = context.list('Pod');
    const pods = new Map<string, KubeObject>();
    for (const pod of listing.items) {
      const name = textMapAt(pod.body, 'metadata', 'labels')[ENDPOINT_LABEL];
      if (name !== undefined && !pods.has(name)) pods.set(name, pod);
    }
    const names = [...pods.keys()].sort();
    const pod = pods.get(names[0] ?? '');
    return { names, ...(pod === undefined ? {} : { pod }), complete: listing.complete };
  },
});
