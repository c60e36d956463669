/**
 * Turns the answers of a cluster into evidence and gaps, with the same ids that a capture of that cluster gives.
 * Everything passes the redaction that the caller hands in before it becomes evidence. Pure: it asks for nothing.
 */
import type {
  Evidence,
  EvidenceGap,
  EvidenceId,
  EvidenceRequest,
  LogEvidence,
  ObjectEvidence,
} from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { apiVersionOf } from '../../model/kinds.ts';
import type { KindInfo } from '../../model/kinds.ts';
import type { ResourceRef } from '../../model/reference.ts';
import type { Answer, Failure, GetQuery, ListedObjects, ListQuery, LogQuery, LogText } from '../port.ts';
import { collectionPath, objectPath, plainPath, preferredVersion } from './api-path.ts';

export interface Collected {
  readonly evidence: readonly Evidence[];
  readonly gaps: readonly EvidenceGap[];
}

/** Drops what may not be stored (values of Secrets, tokens in text). */
export type RedactObject = (body: JsonObject) => JsonObject;
export type RedactText = (text: string) => string;

const COMPLETE = { kind: 'complete' } as const;

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

function place(namespace: string | undefined): string {
  return namespace === undefined ? '' : ` in namespace ${namespace}`;
}

/** A command that shows whether it is allowed, and what to ask an administrator for. */
function rbacRule(info: KindInfo, verb: 'get' | 'list', namespace: string | undefined, subresource?: string): string {
  const resource = info.group === '' ? info.plural : `${info.plural}.${info.group}`;
  const flags = subresource === undefined ? '' : ` --subresource=${subresource}`;
  const scope = !info.namespaced ? '' : namespace === undefined ? ' --all-namespaces' : ` -n ${namespace}`;
  const verbs = subresource === undefined ? 'verbs get,list' : 'verb get';
  const what = subresource === undefined ? info.plural : `${info.plural}/${subresource}`;
  const where = info.namespaced && namespace !== undefined ? ` in namespace ${namespace}` : ' in the whole cluster';
  return `kubectl auth can-i ${verb} ${resource}${flags}${scope}; ask for ${verbs} on ${what} in group "${info.group}"${where}`;
}

function gap(
  path: string,
  wanted: string,
  failure: Failure,
  redact: RedactText,
  rule: string,
  request: EvidenceRequest,
): EvidenceGap {
  return {
    id: `gap:${path}`,
    wanted,
    reason: failure.reason,
    detail: redact(failure.message),
    ...(failure.reason === 'forbidden' ? { unlock: rule } : {}),
    request,
  };
}

/** The evidence of one object that the API gave; undefined where it has no name. */
function objectEvidence(info: KindInfo, body: JsonObject, redact: RedactObject): ObjectEvidence | undefined {
  const name = textAt(body, 'metadata', 'name');
  if (name === undefined) return undefined;
  const apiVersion = textAt(body, 'apiVersion') ?? apiVersionOf(info);
  const namespace = textAt(body, 'metadata', 'namespace');
  const uid = textAt(body, 'metadata', 'uid');
  const path = plainPath(objectPath(info, versionOf(apiVersion), name, namespace));
  return {
    type: 'object',
    id: `ev:${path}`,
    subject: {
      apiVersion,
      kind: textAt(body, 'kind') ?? info.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
    completeness: COMPLETE,
    body: redact(body),
  };
}

function refOf(info: KindInfo, name: string, namespace: string | undefined): ResourceRef {
  const scoped = info.namespaced && namespace !== undefined ? { namespace } : {};
  return { apiVersion: apiVersionOf(info), kind: info.kind, name, ...scoped };
}

/** One object, its proven absence, or the gap. */
export function evidenceOfGet(
  query: GetQuery,
  answer: Answer<JsonObject>,
  redact: { object: RedactObject; text: RedactText },
): Collected {
  const { info, namespace, name } = query;
  const path = plainPath(objectPath(info, preferredVersion(info), name, namespace));
  const subject = refOf(info, name, namespace);
  if (answer.state === 'not-found') {
    return { evidence: [{ type: 'absence', id: `ev:absent:${path}`, subject, completeness: COMPLETE }], gaps: [] };
  }
  const body = answer.state === 'ok' ? objectEvidence(info, answer.value, redact.object) : undefined;
  if (body) return { evidence: [body], gaps: [] };
  const failure: Failure =
    answer.state === 'failed' ? answer : { reason: 'unsupported', message: 'the answer has no metadata.name' };
  const wanted = `the ${info.kind} ${name}${place(subject.namespace)}`;
  const rule = rbacRule(info, 'get', subject.namespace);
  return { evidence: [], gaps: [gap(path, wanted, failure, redact.text, rule, { type: 'object', ref: subject })] };
}

/** `ev:list:api/v1/pods`, of one namespace `ev:list:api/v1/pods?ns`, of a part `ev:list:api/v1/pods?ns&labelSelector=…`. */
function listId(query: ListQuery): EvidenceId {
  const scope = query.info.namespaced && query.namespace !== undefined ? [query.namespace] : [];
  const selector = query.labelSelector === undefined ? [] : [`labelSelector=${query.labelSelector}`];
  const suffix = [...scope, ...selector].join('&');
  return `ev:list:${plainPath(collectionPath(query.info, preferredVersion(query.info)))}${suffix === '' ? '' : `?${suffix}`}`;
}

function listEvidence(query: ListQuery): readonly Evidence[] {
  // What a field selector leaves out cannot be told from the evidence, so such a list proves no absence.
  if (query.fieldSelector !== undefined) return [];
  const { info, labelSelector } = query;
  const scoped = info.namespaced && query.namespace !== undefined ? query.namespace : undefined;
  return [
    {
      type: 'list',
      id: listId(query),
      subject: refOf(info, '', scoped),
      completeness: COMPLETE,
      kind: info.kind,
      group: info.group,
      namespaces: scoped === undefined ? 'all' : [scoped],
      ...(labelSelector === undefined ? {} : { labelSelector }),
    },
  ];
}

/** The objects of a list; the list itself as evidence where it was read whole, which a kind that is not served is too. */
export function evidenceOfList(
  query: ListQuery,
  answer: Answer<ListedObjects>,
  redact: { object: RedactObject; text: RedactText },
): Collected {
  const { info } = query;
  if (answer.state === 'not-found') return { evidence: listEvidence(query), gaps: [] };
  const namespace = info.namespaced ? query.namespace : undefined;
  const items = answer.state === 'ok' ? answer.value.items : [];
  const objects = items.map((item) => objectEvidence(info, item, redact.object)).filter((entry) => entry !== undefined);
  if (answer.state === 'ok' && answer.value.complete)
    return { evidence: [...objects, ...listEvidence(query)], gaps: [] };
  const stopped = answer.state === 'ok' ? answer.value.stopped : answer;
  const failure: Failure = stopped ?? { reason: 'failed', message: 'the list is not whole' };
  const path = `list:${listId(query).slice('ev:list:'.length)}`;
  const rest = objects.length === 0 ? '' : ` after the first ${objects.length}`;
  const wanted = `the ${info.plural}${rest}${namespace === undefined ? ' of the cluster' : ` of namespace ${namespace}`}`;
  const scoped = namespace === undefined ? {} : { namespace };
  const request: EvidenceRequest = { type: 'list', kind: info.kind, group: info.group, ...scoped };
  return {
    evidence: objects,
    gaps: [gap(path, wanted, failure, redact.text, rbacRule(info, 'list', namespace), request)],
  };
}

function logPath(query: LogQuery): string {
  return `api/v1/namespaces/${query.namespace}/pods/${query.pod}/log/${query.container}${query.previous ? '.previous' : ''}`;
}

function logCompleteness(query: LogQuery, log: LogText): LogEvidence['completeness'] {
  if (!log.truncated) return COMPLETE;
  const lines = log.text.split('\n').length - (log.text.endsWith('\n') ? 1 : 0);
  // Fewer lines than were asked for: the bound of bytes cut it.
  const by = lines >= query.tailLines ? 'lines' : 'bytes';
  return { kind: 'truncated', by, kept: `the last ${lines} ${lines === 1 ? 'line' : 'lines'}` };
}

/** `pod` is the Pod's reference, with its uid where known; `info` the table's entry of Pods. */
export function evidenceOfLog(
  query: LogQuery,
  pod: ResourceRef,
  info: KindInfo,
  answer: Answer<LogText>,
  redact: RedactText,
): Collected {
  const path = logPath(query);
  const { container, previous } = query;
  const base = { id: `ev:${path}`, subject: pod, container, previous } as const;
  if (answer.state === 'ok') {
    const completeness = logCompleteness(query, answer.value);
    return { evidence: [{ ...base, type: 'log', completeness, text: redact(answer.value.text) }], gaps: [] };
  }
  if (answer.state === 'not-found') {
    const { apiVersion, kind, name, namespace } = pod;
    const subject = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const id: EvidenceId = `ev:absent:api/v1/namespaces/${query.namespace}/pods/${query.pod}`;
    return { evidence: [{ type: 'absence', id, subject, completeness: COMPLETE }], gaps: [] };
  }
  const status = answer.status ?? 0;
  const refusal = {
    ...base,
    type: 'log-refusal',
    completeness: COMPLETE,
    status,
    message: redact(answer.message),
  } as const;
  // 400 is the API's answer about the container (it waits, it never ran); nothing would close that gap now.
  if (status === 400) return { evidence: [refusal], gaps: [] };
  const which = previous ? 'the log before its last restart' : 'the log';
  const wanted = `${which} of container ${container} of Pod ${query.namespace}/${query.pod}`;
  const request: EvidenceRequest = { type: 'log', pod, container, previous };
  const missing = gap(path, wanted, answer, redact, rbacRule(info, 'get', query.namespace, 'log'), request);
  // 500 and 404 come from the way to the kubelet: worth quoting, but the log itself stays unread.
  return { evidence: status === 500 || status === 404 ? [refusal] : [], gaps: [missing] };
}
