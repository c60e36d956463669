/**
 * Reads one object, list or log of a cluster and hands what came of it, evidence or gap, to a collection. Redacts on arrival.
 */
import type { JsonObject } from '../model/json.ts';
import { kindNamed, type KindInfo } from '../model/kinds.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { evidenceOfGet, evidenceOfList, evidenceOfLog, type Collected } from './live/fetch-evidence.ts';
import type { ClusterPort, ListQuery } from './port.ts';
import { admitObject } from './redact/redact-object.ts';
import { redactText } from './redact/redact-text.ts';

/** Where evidence and gaps go. */
export interface Into {
  add(collected: Collected): void;
}

const REDACT = { object: admitObject, text: redactText };
/** The newest lines decide: a crash ends its log. */
const LOG_LINES = 2000;
const LOG_BYTES = 1024 * 1024;

/** A kind that the table of kinds must have. Throws where it does not. */
export function knownKind(kind: string, group: string): KindInfo {
  const info = kindNamed(kind, group);
  if (!info) throw new Error(`the table of kinds lacks ${kind}`);
  return info;
}

export async function readList(port: ClusterPort, query: ListQuery, into: Into): Promise<readonly JsonObject[]> {
  const answer = await port.list(query);
  into.add(evidenceOfList(query, answer, REDACT));
  return answer.state === 'ok' ? answer.value.items : [];
}

/** Undefined where it is absent, could not be read, or is of a kind that Inferscope cannot ask for. */
export async function readObject(port: ClusterPort, ref: ResourceRef, into: Into): Promise<JsonObject | undefined> {
  const info = kindNamed(ref.kind, groupOf(ref.apiVersion));
  if (!info || ref.name === '') return undefined;
  const query = {
    info,
    name: ref.name,
    ...(info.namespaced && ref.namespace !== undefined ? { namespace: ref.namespace } : {}),
  };
  const answer = await port.get(query);
  into.add(evidenceOfGet(query, answer, REDACT));
  return answer.state === 'ok' ? answer.value : undefined;
}

export async function readLog(
  port: ClusterPort,
  pod: ResourceRef,
  container: string,
  previous: boolean,
  into: Into,
): Promise<void> {
  const query = {
    namespace: pod.namespace ?? 'default',
    pod: pod.name,
    container,
    previous,
    tailLines: LOG_LINES,
    limitBytes: LOG_BYTES,
  };
  into.add(evidenceOfLog(query, pod, knownKind('Pod', ''), await port.log(query), redactText));
}
