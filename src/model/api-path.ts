/**
 * Where the API serves an object: the URL path without leading slash, as captures mirror it and evidence ids carry it.
 */
import { KINDS, severalOf } from './kinds.ts';
import { groupOf, type ResourceRef } from './reference.ts';

/** Lower-case plural of a kind; kinds outside the table follow the API conventions (`policy` → `policies`, `class` → `classes`). */
function pluralOf(kind: string, group?: string): string {
  const known = KINDS.find((info) => info.kind === kind && (group === undefined || info.group === group));
  return known?.plural ?? severalOf(kind.toLowerCase());
}

/** `api/v1` or `apis/apps/v1`. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
}

/** `api/v1/namespaces/ns/pods/x` or `apis/apps/v1/namespaces/ns/deployments/x`; `plural` where it was read and need not be derived. */
export function apiPath(ref: ResourceRef, plural: string = pluralOf(ref.kind, groupOf(ref.apiVersion))): string {
  const namespace = ref.namespace === undefined ? '' : `/namespaces/${ref.namespace}`;
  return `${versionPath(ref.apiVersion)}${namespace}/${plural}/${ref.name}`;
}
