/**
 * Makes evidence of a parsed object: redacts it, names it, gives it its id.
 */
import { apiPath } from '../../model/api-path.ts';
import type { EvidenceId, ObjectEvidence } from '../../model/evidence.ts';
import { isObject, type JsonObject } from '../../model/json.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { admitObject, type MutableJson } from '../redact/redact-object.ts';

const COMPLETE = { kind: 'complete' } as const;

/** What an object is called: its id and subject. Undefined where the value is no Kubernetes object: no kind, apiVersion or name. */
export function identify(
  value: unknown,
  plural?: string,
): { readonly id: EvidenceId; readonly subject: ResourceRef } | undefined {
  if (!isObject(value) || !isObject(value['metadata'])) return undefined;
  const { apiVersion, kind, metadata } = value;
  const name = metadata['name'] ?? metadata['generateName'];
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return undefined;
  if (apiVersion === '' || kind === '' || name === '') return undefined;
  const namespace = metadata['namespace'];
  const uid = metadata['uid'];
  const subject: ResourceRef = {
    apiVersion,
    kind,
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
    name,
    ...(typeof uid === 'string' ? { uid } : {}),
  };
  return { id: `ev:${apiPath(subject, plural)}`, subject };
}

/** Undefined where the value is no Kubernetes object. Redacts it in place. */
export function objectEvidence(value: unknown, plural?: string): ObjectEvidence | undefined {
  const identity = identify(value, plural);
  if (!identity || !isObject(value)) return undefined;
  return { type: 'object', ...identity, completeness: COMPLETE, body: admitObject(value) };
}

/** List items carry neither kind nor apiVersion: the list says it for them (`PodList` → `Pod`). */
export function fillIdentity(item: unknown, apiVersion: string, kind: string): void {
  if (!isObject(item)) return;
  const object: MutableJson = item;
  object['apiVersion'] ??= apiVersion;
  object['kind'] ??= kind;
}

/** The kind of the items of `PodList`; undefined for `List`, whose items name their own. */
export function itemKind(listKind: string): string | undefined {
  return listKind.endsWith('List') && listKind !== 'List' ? listKind.slice(0, -'List'.length) : undefined;
}

export function isListBody(value: unknown): value is JsonObject & { readonly items: readonly unknown[] } {
  return (
    isObject(value) &&
    typeof value['kind'] === 'string' &&
    value['kind'].endsWith('List') &&
    Array.isArray(value['items'])
  );
}
