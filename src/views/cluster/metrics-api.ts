/** The API of resource metrics (metrics.k8s.io), as the API server says of it. Those of custom and external metrics are others. */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { defineView } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { conditionsOf, type Condition } from '../parse/conditions.ts';

export interface MetricsApi {
  readonly ref: ResourceRef;
  readonly available?: Condition;
  /** `kube-system/metrics-server`. */
  readonly service?: string;
  readonly cite: Citation;
}

export const METRICS_API: ResourceRef = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  name: 'v1beta1.metrics.k8s.io',
};

/** Derive it on `CLUSTER`. */
export const metricsApi = defineView<Lookup<MetricsApi>>({
  id: 'metrics-api',
  needs: [{ type: 'object', kind: 'APIService' }],
  derive(context) {
    const found = context.object(METRICS_API);
    if (found.state !== 'present') return found;
    const { ref, body } = found.value;
    const available = conditionsOf(body).find(({ type }) => type === 'Available');
    const name = textAt(body, 'spec', 'service', 'name');
    const cite = found.value.cite('condition Available', available?.pointer ?? '/status');
    return {
      state: 'present',
      cite,
      value: {
        ref,
        ...(available === undefined ? {} : { available }),
        ...(name === undefined ? {} : { service: `${textAt(body, 'spec', 'service', 'namespace') ?? ''}/${name}` }),
        cite,
      },
    };
  },
});
