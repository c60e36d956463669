/**
 * Who writes an object's fields: Helm, Argo CD, Flux, a controller, a person with kubectl. A fix that another owner undoes at its next sync
 * must say so. Reads labels, annotations and the reduced managedFields.
 */
import type { Lookup } from '../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';

export interface FieldOwner {
  /** `Helm release pred-maint`, `Argo CD application x`; undefined where nothing but people and controllers of Kubernetes write it. */
  readonly managedBy?: { readonly tool: 'Helm' | 'Argo CD' | 'Flux' | 'Kustomize'; readonly name: string };
  /** Managers that wrote the spec, newest last: `helm`, `kubectl-client-side-apply`. */
  readonly managers: readonly string[];
}

export const fieldOwner = defineView<Lookup<FieldOwner>>({
  id: 'field-owner',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: '**' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: ownerOf(found.value) };
  },
});

function ownerOf(object: KubeObject): FieldOwner {
  const labels = textMapAt(object.body, 'metadata', 'labels');
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  const managers = listAt(object.body, 'metadata', 'managedFields')
    .filter((entry) => textAt(entry, 'subresource') === undefined)
    .map((entry) => textAt(entry, 'manager') ?? '')
    .filter((manager) => manager !== '');
  const managedBy = toolOf(labels, annotations, managers);
  return { ...(managedBy === undefined ? {} : { managedBy }), managers };
}

function toolOf(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  managers: readonly string[],
): FieldOwner['managedBy'] {
  // argo-cd docs/user-guide/resource_tracking.md: `<app>:<group>/<kind>:<ns>/<name>` in the annotation, the app's name in the label.
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  if (tracking !== undefined) return { tool: 'Argo CD', name: tracking.split(':')[0] ?? tracking };
  const application = labels['argocd.argoproj.io/instance'];
  if (application !== undefined) return { tool: 'Argo CD', name: application };
  const flux = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return { tool: 'Flux', name: flux };
  // helm pkg/action/validate.go writes both annotations and the label.
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return { tool: 'Helm', name: release };
  if (labels['app.kubernetes.io/managed-by'] === 'Helm')
    return { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? '' };
  return managers.includes('helm') ? { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? '' } : undefined;
}
