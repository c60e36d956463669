/** The IngressClass that KServe writes into Ingresses of raw deployments, or the one that the cluster gives them. */
import type { Lookup } from '../../model/evidence.ts';
import { textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { byName } from '../parse/by-name.ts';

export interface DefaultIngress {
  readonly classes: readonly KubeObject[];
  /** Marked as the one for Ingresses that name none. */
  readonly marked: KubeObject | undefined;
  readonly seen: Lookup<true>;
}

/** Derive it on `CLUSTER`. */
export const defaultIngress = defineView<DefaultIngress>({
  id: 'default-ingress',
  needs: [{ type: 'object', kind: 'IngressClass' }],
  derive(context) {
    const { items, complete } = context.list('IngressClass');
    const classes = byName(items);
    return {
      classes,
      marked: classes.find(
        ({ body }) =>
          textMapAt(body, 'metadata', 'annotations')['ingressclass.kubernetes.io/is-default-class'] === 'true',
      ),
      seen: complete,
    };
  },
});
