/**
 * Where the API serves a thing: paths below the server's address, without a leading slash, as captures spell them too.
 * Pure text. Paths are lists of segments; `urlPath` encodes each, so that no name from foreign text can reach another path.
 */
import type { KindInfo } from '../../model/kinds.ts';

export type ApiPath = readonly string[];

/** `api/v1` or `apis/apps/v1`. */
function groupVersionPath(group: string, version: string): ApiPath {
  return group === '' ? ['api', version] : ['apis', group, version];
}

/** `apis/apps/v1/namespaces/ns/deployments`; without a namespace the path over all of them. */
export function collectionPath(info: KindInfo, version: string, namespace?: string): ApiPath {
  const scope = info.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  return [...groupVersionPath(info.group, version), ...scope, info.plural];
}

export function objectPath(info: KindInfo, version: string, name: string, namespace?: string): ApiPath {
  return [...collectionPath(info, version, namespace), name];
}

/** As evidence ids and captures spell it. */
export function plainPath(path: ApiPath): string {
  return path.join('/');
}

export function urlPath(path: ApiPath): string {
  return path.map((segment) => encodeURIComponent(segment)).join('/');
}

/** Kubernetes refuses these as names too (apimachinery `pkg/api/validation/path`): they would change the path. */
export function isPathSegment(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name) && name.length <= 253;
}

export function preferredVersion(info: KindInfo): string {
  return info.versions[0] ?? 'v1';
}
