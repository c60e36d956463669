/** A Pod runs on a Node. */
import { textAt } from '../../model/json.ts';
import type { Relation } from './relation.ts';

export const runsOn: Relation = {
  id: 'runs-on',
  from: ['Pod'],
  to: ['Node'],
  forward: (_context, pod) => {
    const name = textAt(pod.body, 'spec', 'nodeName');
    return name === undefined || name === '' ? [] : [{ apiVersion: 'v1', kind: 'Node', name }];
  },
  backward: (context, node) =>
    context
      .list('Pod')
      .items.filter((pod) => textAt(pod.body, 'spec', 'nodeName') === node.ref.name)
      .map((pod) => pod.ref),
};
