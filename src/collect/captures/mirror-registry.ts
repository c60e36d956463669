/**
 * Look-ups at an OCI registry that a mirror holds: `{status, headers, body}`, or `{error}` where no answer came.
 */
import type { RegistryEvidence } from '../../model/evidence.ts';
import { isObject, type JsonObject, numberAt, objectAt, textAt } from '../../model/json.ts';
import { imageRef } from '../../model/reference.ts';
import { redactTree } from '../redact/redact-pod-template.ts';
import { redactText } from '../redact/redact-text.ts';
import type { MirrorPath } from './mirror-path.ts';

type RegistryPath = Extract<MirrorPath, { readonly type: 'registry' }>;

/** Headers that carry credentials or sessions. */
const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);

/** Undefined where the document is no such look-up. Status 0 means that no HTTP answer came; `body` is then `{error: string}`. */
export function registryEvidence(path: RegistryPath, document: unknown): RegistryEvidence | undefined {
  if (!isObject(document)) return undefined;
  const error = textAt(document, 'error');
  const status = numberAt(document, 'status') ?? (error === undefined ? undefined : 0);
  if (status === undefined) return undefined;
  const separator = path.reference.includes(':') ? '@' : ':';
  return {
    type: 'registry',
    id: `ev:${registryKey(path)}`,
    subject: imageRef(`${path.host}/${path.repository}${separator}${path.reference}`),
    completeness: { kind: 'complete' },
    host: path.host,
    repository: path.repository,
    what: path.what,
    reference: path.reference,
    status,
    headers: registryHeaders(objectAt(document, 'headers')),
    body: registryBody(error === undefined ? document['body'] : { error }),
  };
}

export function registryKey(path: Pick<RegistryPath, 'host' | 'repository' | 'what' | 'reference'>): string {
  return `registry/${path.host}/${path.repository}/${path.what}/${path.reference}`;
}

/** Names in lower case; without those that carry credentials or sessions. */
export function registryHeaders(headers: JsonObject | undefined): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    const lower = name.toLowerCase();
    if (typeof value === 'string' && !SECRET_HEADERS.has(lower)) kept.push([lower, redactText(value)]);
  }
  return Object.fromEntries(kept);
}

function registryBody(body: unknown): unknown {
  if (typeof body !== 'string') return redactTree(body ?? null, 0);
  if (!/^\s*[{[]/.test(body)) return redactText(body);
  try {
    return redactTree(JSON.parse(body), 0);
  } catch {
    // An error page of a proxy, or a body that was cut off: it stays text.
    return redactText(body);
  }
}
