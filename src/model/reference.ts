/**
 * Identity of things in (and around) a cluster. Versions of one API group are one object; names from text have no uid and match too.
 * `Image` and `Registry` are pseudo-kinds: the place of a mistake is often outside the cluster.
 */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** References are never changed, so a key is made once: over a large cluster it is asked for a hundred times per object. */
const keys = new WeakMap<ResourceRef, string>();

/** Stable key of (group, kind, namespace, name). */
export function refKey(ref: ResourceRef): string {
  const known = keys.get(ref);
  if (known !== undefined) return known;
  const key = `${groupOf(ref.apiVersion)}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;
  keys.set(ref, key);
  return key;
}

export function sameRef(a: ResourceRef, b: ResourceRef): boolean {
  return refKey(a) === refKey(b);
}

/** `Deployment/pred-maint` as kubectl writes it. */
export function refLabel(ref: ResourceRef): string {
  return `${ref.kind}/${ref.name}`;
}

export function imageRef(reference: string): ResourceRef {
  return { apiVersion: 'inferscope', kind: 'Image', name: reference };
}

export function registryRef(host: string): ResourceRef {
  return { apiVersion: 'inferscope', kind: 'Registry', name: host };
}
