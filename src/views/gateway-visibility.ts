/** Whether an object asks to be published inside the cluster only, by a label, and who wrote the label. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../model/json.ts';
import { titleOf } from '../model/kinds.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';

export interface GatewayVisibility {
  readonly object: KubeObject;
  /** Where a person writes labels: the topmost owner. */
  readonly root: ResourceRef;
  /** Present where the label says cluster-local. */
  readonly hidden?: { readonly label: string; readonly cite: Citation };
  /** The Knative Ingress that was made for it and has rules for inside the cluster only. */
  readonly inside?: { readonly name: string; readonly cite: Citation };
}

// knative networking pkg/apis/networking/register.go VisibilityLabelKey; kserve pkg/constants NetworkVisibility; until 0.16 Knative's own group.
export const VISIBILITY_LABELS = [
  'networking.knative.dev/visibility',
  'networking.kserve.io/visibility',
  'serving.knative.dev/visibility',
] as const;

export const gatewayVisibility = defineView<Lookup<GatewayVisibility>>({
  id: 'gateway-visibility',
  needs: [{ type: 'object', kind: '*' }],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const labels = textMapAt(object.body, 'metadata', 'labels');
    const label = VISIBILITY_LABELS.find((key) => labels[key] === 'cluster-local');
    const { owners, descendants } = context.use(ownerTree, subject);
    const ingress = descendants.find((other) => isInsideOnly(other));
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        root: owners.at(-1) ?? object.ref,
        ...(ingress === undefined
          ? {}
          : { inside: { name: ingress.ref.name, cite: ingress.cite('rules of the Knative Ingress', '/spec/rules') } }),
        ...(label === undefined ? {} : { hidden: { label, cite: object.cite(`label ${label}`, '/metadata/labels') } }),
      },
    };
  },
});

/** knative networking pkg/apis/networking/v1alpha1 IngressVisibility: ExternalIP where a rule does not say. */
function isInsideOnly({ ref, body }: KubeObject): boolean {
  const rules = listAt(body, 'spec', 'rules');
  return (
    ref.kind === 'Ingress' &&
    titleOf(ref) !== ref.kind &&
    rules.length > 0 &&
    rules.every((rule) => textAt(rule, 'visibility') === 'ClusterLocal')
  );
}
