/**
 * Which Helm release an object belongs to. Helm writes that into every object that it makes from templates, and takes over no object in which it says
 * anything else (helm `pkg/action/validate.go`). Objects of a chart's `crds/` folder carry nothing. Pure; it judges nothing.
 */
import { textMapAt } from '../model/json.ts';
import type { KubeObject } from '../model/reader.ts';

export interface HelmOwner {
  readonly release: string;
  readonly namespace: string;
}

export function helmOwner(object: KubeObject): HelmOwner | undefined {
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  const release = annotations['meta.helm.sh/release-name'];
  return release === undefined
    ? undefined
    : { release, namespace: annotations['meta.helm.sh/release-namespace'] ?? '' };
}

/** `Helm release volcano of namespace batch`, `no Helm release`. */
export function helmOwnerText(object: KubeObject): string {
  const owner = helmOwner(object);
  if (owner === undefined) return 'no Helm release';
  return `Helm release ${owner.release}${owner.namespace === '' ? '' : ` of namespace ${owner.namespace}`}`;
}

/**
 * Whether an upgrade of the release would take the object for its own: label and both annotations. Where the name of the release is not known,
 * any release of the namespace counts.
 */
export function isOfRelease(object: KubeObject, namespace: string, release: string | undefined): boolean {
  const owner = helmOwner(object);
  if (owner === undefined || owner.namespace !== namespace) return false;
  if (release !== undefined && owner.release !== release) return false;
  return textMapAt(object.body, 'metadata', 'labels')['app.kubernetes.io/managed-by'] === 'Helm';
}
