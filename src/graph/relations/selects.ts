/** A Service selects Pods by labels (kubernetes pkg/controller/endpointslice). */
import { textMapAt } from '../../model/json.ts';
import { groupOf } from '../../model/reference.ts';
import type { KubeObject } from '../../model/reader.ts';
import type { Relation } from './relation.ts';

export const selects: Relation = {
  id: 'selects',
  from: ['Service'],
  to: ['Pod'],
  forward: (context, service) =>
    context
      .list('Pod', service.ref.namespace === undefined ? {} : { namespace: service.ref.namespace })
      .items.filter((pod) => isSelected(service, pod))
      .map((pod) => pod.ref),
  backward: (context, pod) =>
    context
      .list('Service', { group: '', ...(pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace }) })
      .items.filter((service) => isSelected(service, pod))
      .map((service) => service.ref),
};

function isSelected(service: KubeObject, pod: KubeObject): boolean {
  if (groupOf(service.ref.apiVersion) !== '') return false;
  const selector = Object.entries(textMapAt(service.body, 'spec', 'selector'));
  const labels = textMapAt(pod.body, 'metadata', 'labels');
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}
