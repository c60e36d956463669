/** A HorizontalPodAutoscaler scales the workload that it names. */
import { textAt } from '../../model/json.ts';
import type { KubeObject } from '../../model/reader.ts';
import { refKey, type ResourceRef } from '../../model/reference.ts';
import type { Relation } from './relation.ts';

export const scales: Relation = {
  id: 'scales',
  from: ['HorizontalPodAutoscaler'],
  to: ['*'],
  forward: (_context, autoscaler) => {
    const target = targetOf(autoscaler);
    return target === undefined ? [] : [target];
  },
  backward: (context, workload) =>
    context
      .list(
        'HorizontalPodAutoscaler',
        workload.ref.namespace === undefined ? {} : { namespace: workload.ref.namespace },
      )
      .items.filter((autoscaler) => {
        const target = targetOf(autoscaler);
        return target !== undefined && refKey(target) === refKey(workload.ref);
      })
      .map((autoscaler) => autoscaler.ref),
};

function targetOf(autoscaler: KubeObject): ResourceRef | undefined {
  const kind = textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'kind');
  const name = textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'name');
  if (kind === undefined || name === undefined) return undefined;
  return {
    apiVersion: textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'apiVersion') ?? 'apps/v1',
    kind,
    name,
    ...(autoscaler.ref.namespace === undefined ? {} : { namespace: autoscaler.ref.namespace }),
  };
}
