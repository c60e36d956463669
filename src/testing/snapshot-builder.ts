/**
 * Builds a Snapshot from partial objects, for cases of rules and for tests. Fills in what every real object has (uid, apiVersion, owner
 * references, list coverage); it invents no status.
 */
import { apiPath } from '../model/api-path.ts';
import type { Evidence, EvidenceGap, Snapshot } from '../model/evidence.ts';
import { at, isObject, textAt, type JsonObject } from '../model/json.ts';
import { KINDS, apiVersionOf, kindFromWord, kindNamed } from '../model/kinds.ts';
import { INTENT_EVIDENCE, PREFLIGHT } from '../model/preflight.ts';
import type { ResourceRef } from '../model/reference.ts';

export interface GivenEvent {
  /** `Pod/name` or `Node/name`. */
  readonly on: string;
  readonly type?: string | undefined;
  readonly reason: string;
  readonly message: string;
  readonly container?: string | undefined;
  readonly count?: number | undefined;
  readonly last?: string | undefined;
}

export interface GivenLog {
  /** `name`, or `namespace/name`. */
  readonly pod: string;
  readonly container: string;
  readonly previous?: boolean | undefined;
  readonly text: string;
  readonly complete?: boolean | undefined;
}

export interface GivenRegistry {
  readonly host: string;
  readonly repository: string;
  readonly what?: 'manifests' | 'blobs' | undefined;
  readonly reference: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown | undefined;
}

/** A request that was sent; `answer` is the body that came back. */
interface GivenRequest {
  readonly method?: string | undefined;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly status?: number | undefined;
  readonly answer?: string | undefined;
  readonly answerHeaders?: Readonly<Record<string, string>> | undefined;
  readonly error?: string | undefined;
  readonly seconds?: number | undefined;
  readonly accessLog?: readonly string[] | undefined;
}

export interface Given {
  readonly now?: string | undefined;
  /** Default namespace of objects, events and logs. */
  readonly namespace?: string | undefined;
  /** Partial objects: `kind` and `metadata.name` at least; `owner: Kind/name` stands for a controller reference. */
  readonly objects?: readonly JsonObject[] | undefined;
  readonly events?: readonly GivenEvent[] | undefined;
  readonly logs?: readonly GivenLog[] | undefined;
  readonly registry?: readonly GivenRegistry[] | undefined;
  readonly requests?: readonly GivenRequest[] | undefined;
  readonly outputs?: readonly { readonly command: string; readonly text: string }[] | undefined;
  /** Kinds whose lists were not read whole; everything else counts as complete. */
  readonly unlisted?: readonly string[] | undefined;
  /** What the API refuses with 403: `Node` is the list of a kind, `Secret/name` one object, `log/pod/container` a log and the one before it. */
  readonly forbidden?: readonly string[] | undefined;
  /** `Secret/name`: the API answered 404 to it, whatever its list says. */
  readonly absent?: readonly string[] | undefined;
  readonly gaps?: readonly EvidenceGap[] | undefined;
}

export const CASE_NOW = '2026-03-01T12:00:00Z';
const CREATED = '2026-03-01T11:30:00Z';

export function buildSnapshot(given: Given): Snapshot {
  const namespace = given.namespace ?? 'models';
  const evidence: Evidence[] = [];
  for (const body of given.objects ?? []) evidence.push(objectEvidence(body, namespace));
  for (const [index, event] of (given.events ?? []).entries()) {
    evidence.push(objectEvidence(eventBody(event, index, namespace, given.now ?? CASE_NOW), namespace));
  }
  for (const log of given.logs ?? []) {
    const [name = '', elsewhere] = log.pod.split('/').toReversed();
    const pod: ResourceRef = { apiVersion: 'v1', kind: 'Pod', namespace: elsewhere ?? namespace, name };
    evidence.push({
      type: 'log',
      id: `ev:${apiPath(pod)}/log/${log.container}${log.previous ? '.previous' : ''}`,
      subject: pod,
      completeness:
        log.complete === false ? { kind: 'truncated', by: 'lines', kept: 'the last lines' } : { kind: 'complete' },
      container: log.container,
      previous: log.previous ?? false,
      text: log.text,
    });
  }
  for (const answer of given.registry ?? []) {
    evidence.push({
      type: 'registry',
      id: `ev:registry/${answer.host}/${answer.repository}/${answer.what ?? 'manifests'}/${answer.reference}`,
      subject: { apiVersion: 'inferscope', kind: 'Registry', name: answer.host },
      completeness: { kind: 'complete' },
      host: answer.host,
      repository: answer.repository,
      what: answer.what ?? 'manifests',
      reference: answer.reference,
      status: answer.status,
      headers: answer.headers ?? {},
      body: answer.body ?? {},
    });
  }
  for (const [index, output] of (given.outputs ?? []).entries()) {
    const subject = { apiVersion: 'inferscope', kind: 'Output', name: `output-${index}` };
    evidence.push({ type: 'output', id: `ev:output/${index}`, subject, completeness: { kind: 'complete' }, ...output });
  }
  for (const [index, exchange] of (given.requests ?? []).entries()) {
    const {
      method = 'POST',
      url,
      headers = {},
      body,
      status,
      answer = '',
      answerHeaders = {},
      error,
      ...more
    } = exchange;
    evidence.push({
      type: 'exchange',
      id: `ev:requests.json/${index}`,
      subject: { apiVersion: 'inferscope', kind: 'Request', name: `${method} ${url}` },
      completeness: { kind: 'complete' },
      request: { method, url, headers, ...(body === undefined ? {} : { body }) },
      ...(status === undefined ? {} : { response: { status, headers: answerHeaders, body: answer } }),
      ...(error === undefined ? {} : { error }),
      ...(more.seconds === undefined ? {} : { seconds: more.seconds }),
      accessLog: more.accessLog ?? [],
    });
  }
  for (const word of given.absent ?? []) {
    const subject = referenceFrom(word, namespace);
    evidence.push({
      type: 'absence',
      id: `ev:absent:${apiPath(subject)}`,
      subject,
      completeness: { kind: 'complete' },
    });
  }
  const forbidden = given.forbidden ?? [];
  const unlisted = new Set([...(given.unlisted ?? []), ...forbidden]);
  for (const info of KINDS) {
    if (unlisted.has(info.kind)) continue;
    const apiVersion = apiVersionOf(info);
    evidence.push({
      type: 'list',
      id: `ev:list:${apiPath({ apiVersion, kind: info.kind, name: 'x' }).slice(0, -2)}`,
      subject: { apiVersion, kind: info.kind, name: '' },
      completeness: { kind: 'complete' },
      kind: info.kind,
      group: info.group,
      namespaces: 'all',
    });
  }
  return {
    schemaVersion: 1,
    takenAt: given.now ?? CASE_NOW,
    source: 'case',
    scope: { namespaces: 'all', clusterScoped: true },
    evidence,
    gaps: [...(given.gaps ?? []), ...forbidden.flatMap((word) => forbiddenGaps(word, namespace))],
  };
}

function referenceFrom(word: string, namespace: string): ResourceRef {
  const [kindWord = '', name = ''] = word.split('/');
  const info = kindNamed(kindWord) ?? kindFromWord(kindWord);
  const kind = info?.kind ?? kindWord;
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    kind,
    name,
    ...(info?.namespaced === false ? {} : { namespace }),
  };
}

/** The gaps that a collection leaves where the API answers 403. */
function forbiddenGaps(word: string, namespace: string): readonly EvidenceGap[] {
  const [first = '', name = '', container = ''] = word.split('/');
  const gap = (path: string, wanted: string): EvidenceGap => ({
    id: `gap:${path}`,
    wanted,
    reason: 'forbidden',
    detail: `${wanted} is forbidden: User "dev" cannot read it`,
  });
  if (first === 'log') {
    const path = `${apiPath(referenceFrom(`Pod/${name}`, namespace))}/log/${container}`;
    return [gap(path, `the log of ${name}`), gap(`${path}.previous`, `the previous log of ${name}`)];
  }
  if (name !== '') return [gap(apiPath(referenceFrom(word, namespace)), word)];
  const { apiVersion, kind } = referenceFrom(word, namespace);
  return [gap(apiPath({ apiVersion, kind, name: 'x' }).slice(0, -2), `the list of ${word}s`)];
}

function objectEvidence(partial: JsonObject, namespace: string): Evidence {
  const kind = textAt(partial, 'kind') ?? '';
  const name = textAt(partial, 'metadata', 'name') ?? '';
  if (kind === PREFLIGHT.kind) return intentEvidence(partial);
  const info = kindNamed(kind);
  const apiVersion = textAt(partial, 'apiVersion') ?? (info ? apiVersionOf(info) : 'v1');
  const inNamespace = info?.namespaced === false ? undefined : (textAt(partial, 'metadata', 'namespace') ?? namespace);
  const owner = textAt(partial, 'owner');
  const metadata = at(partial, 'metadata');
  const uid = textAt(metadata, 'uid') ?? `uid-${kind}-${inNamespace ?? ''}-${name}`;
  const { owner: _owner, ...rest } = partial;
  const body: JsonObject = {
    ...rest,
    apiVersion,
    kind,
    metadata: {
      creationTimestamp: CREATED,
      ...(owner === undefined ? {} : { ownerReferences: [ownerReference(owner, inNamespace)] }),
      ...(isObject(metadata) ? metadata : {}),
      uid,
      name,
      ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    },
  };
  const subject: ResourceRef = {
    apiVersion,
    kind,
    name,
    uid,
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
  };
  return { type: 'object', id: `ev:${apiPath(subject)}`, subject, completeness: { kind: 'complete' }, body };
}

/** What a person intends is no object of the API: it has no namespace and no uid. */
function intentEvidence(body: JsonObject): Evidence {
  return {
    type: 'object',
    id: INTENT_EVIDENCE,
    subject: PREFLIGHT,
    completeness: { kind: 'complete' },
    body: { ...body, apiVersion: PREFLIGHT.apiVersion, kind: PREFLIGHT.kind, metadata: { name: PREFLIGHT.name } },
  };
}

function ownerReference(owner: string, namespace: string | undefined): JsonObject {
  const [word = '', name = ''] = owner.split('/');
  const info = kindNamed(word) ?? kindFromWord(word);
  // `Service.serving.knative.dev` is a kind with its group.
  const kind = info?.kind ?? word;
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    kind,
    name,
    uid: `uid-${kind}-${namespace ?? ''}-${name}`,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function eventBody(event: GivenEvent, index: number, namespace: string, now: string): JsonObject {
  const [word = '', name = ''] = event.on.split('/');
  const info = kindNamed(word) ?? kindFromWord(word);
  const kind = info?.kind ?? word;
  const clusterScoped = info?.namespaced === false;
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${name}.${index}` },
    involvedObject: {
      apiVersion: info ? apiVersionOf(info) : 'v1',
      kind,
      name,
      ...(clusterScoped ? {} : { namespace }),
      ...(event.container === undefined ? {} : { fieldPath: `spec.containers{${event.container}}` }),
    },
    type: event.type ?? 'Warning',
    reason: event.reason,
    message: event.message,
    count: event.count ?? 1,
    firstTimestamp: event.last ?? now,
    lastTimestamp: event.last ?? now,
  };
}
