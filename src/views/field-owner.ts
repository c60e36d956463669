/**
 * Who writes an object's fields: Helm, Argo CD, Flux, a controller, a person with kubectl. A fix that another owner undoes at its next sync
 * must say so. Reads labels, annotations and the reduced managedFields.
 */
import { azuremlPlaceOf } from '../model/azureml-labels.ts';
import type { Lookup } from '../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { helmOwner } from './helm-owner.ts';

export interface FieldOwner {
  /** `Helm release pred-maint`, `Argo CD application x`; undefined where nothing but people and controllers of Kubernetes write it. */
  readonly managedBy?: { readonly tool: 'Helm' | 'Argo CD' | 'Flux' | 'Kustomize' | 'Azure ML'; readonly name: string };
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
  const managers = listAt(object.body, 'metadata', 'managedFields')
    .filter((entry) => textAt(entry, 'subresource') === undefined)
    .map((entry) => textAt(entry, 'manager') ?? '')
    .filter((manager) => manager !== '');
  const managedBy = azuremlOf(object) ?? toolOf(object, managers);
  return { ...(managedBy === undefined ? {} : { managedBy }), managers };
}

/** The inference operator makes these objects of the deployment that Azure ML holds; that it writes them anew is inferred. */
function azuremlOf(object: KubeObject): FieldOwner['managedBy'] {
  const place = azuremlPlaceOf(object.ref, object.body);
  if (place === undefined) return undefined;
  const name = [place.endpoint, place.deployment].filter((part) => part !== undefined).join('/');
  return { tool: 'Azure ML', name };
}

function toolOf(object: KubeObject, managers: readonly string[]): FieldOwner['managedBy'] {
  const labels = textMapAt(object.body, 'metadata', 'labels');
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  // argo-cd docs/user-guide/resource_tracking.md: `<app>:<group>/<kind>:<ns>/<name>` in the annotation, the app's name in the label.
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  if (tracking !== undefined) return { tool: 'Argo CD', name: tracking.split(':')[0] ?? tracking };
  const application = labels['argocd.argoproj.io/instance'];
  if (application !== undefined) return { tool: 'Argo CD', name: application };
  const flux = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return { tool: 'Flux', name: flux };
  const helm = helmOwner(object);
  if (helm !== undefined) return { tool: 'Helm', name: helm.release };
  if (labels['app.kubernetes.io/managed-by'] === 'Helm')
    return { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? '' };
  return managers.includes('helm') ? { tool: 'Helm', name: labels['app.kubernetes.io/instance'] ?? '' } : undefined;
}
