/** An Ingress that no controller has given an address, and the class that it names. Where KServe made it, only if requests to its host were seen to fail. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { citeExchange, exchangeJudgement } from './exchange-judgement.ts';
import { ownerTree } from './owner-tree.ts';

export interface IngressService {
  readonly object: KubeObject;
  readonly root: ResourceRef;
  readonly className: string;
  readonly class: Lookup<KubeObject>;
  readonly classes: readonly KubeObject[];
  /** A request to it that failed. */
  readonly failed?: Citation;
}

/** Absent where it has an address or names no class. */
export const ingressService = defineView<Lookup<IngressService>>({
  id: 'gateway-ingress-class',
  needs: [
    { type: 'object', kind: 'Ingress' },
    { type: 'object', kind: 'IngressClass' },
  ],
  uses: [ownerTree, exchangeJudgement],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const className = textAt(object.body, 'spec', 'ingressClassName');
    const addressed = listAt(object.body, 'status', 'loadBalancer', 'ingress').length > 0;
    if (className === undefined || addressed || groupOf(object.ref.apiVersion) !== 'networking.k8s.io')
      return { state: 'absent', cite: found.cite };
    const { root, owners } = context.use(ownerTree, subject);
    const judged = owners.length === 0 ? undefined : context.use(exchangeJudgement, root);
    const failed = judged?.failing.findLast(({ answer }) => UNSERVED.has(answer.kind));
    // KServe writes Ingresses that nobody need ever serve: models are called inside the cluster as well.
    if (owners.length > 0 && failed === undefined) return { state: 'absent', cite: found.cite };
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        root: owners.length === 0 ? object.ref : root,
        className,
        class: context.object({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', name: className }),
        classes: context.list('IngressClass').items,
        ...(failed === undefined ? {} : { failed: citeExchange(failed) }),
      },
    };
  },
});

const UNSERVED: ReadonlySet<string> = new Set([
  'no-route',
  'connection-refused',
  'client-timeout',
  'no-answer',
  'name-unresolved',
]);
