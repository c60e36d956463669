/**
 * What rules on requests share: the client request as an object at fault, the words for who answered, the numbers of one exchange. Holds no
 * judgement of its own.
 */
import { textAt } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { JudgedExchange } from './exchange-target.ts';
import type { AnswerBy, AnswerKind } from './parse/http-answer.ts';

/** Kinds that answer for requests; below them nothing is asked. */
export const ASKED_KINDS = [
  'InferenceService',
  'InferenceGraph',
  'Service.serving.knative.dev',
  'Service',
  'OnlineEndpoint',
] as const;

/** The mistake lies in what the client sends: no object of the cluster is to be changed. */
export const CLIENT_REQUEST: ResourceRef = { apiVersion: 'inferscope', kind: 'Source', name: 'client request' };

const WHO: Readonly<Record<AnswerBy, string>> = {
  client: 'the client',
  login: 'the login in front of the gateway',
  gateway: 'the gateway',
  activator: "Knative's activator",
  'queue-proxy': "Knative's queue-proxy",
  agent: "KServe's agent",
  'graph-router': 'the router of the graph',
  server: 'the model server',
  unknown: 'the server',
};

export function whoAnswered(by: AnswerBy): string {
  return WHO[by];
}

/** `InferenceService flowers`. */
export function nameOf(ref: ResourceRef): string {
  return nameWithKind(ref);
}

/** The last failing request of these kinds: the one that shows how it is now. */
export function lastOf(
  failing: readonly JudgedExchange[],
  ...kinds: readonly AnswerKind[]
): JudgedExchange | undefined {
  return failing.findLast(({ answer }) => kinds.includes(answer.kind));
}

/** JSON that is not sent as JSON: servers then hand the raw bytes to the model (kserve rest/v1_endpoints.py, dataplane.decode). */
export function isMistyped({ exchange }: JudgedExchange): boolean {
  const { headers, body } = exchange.request;
  const type = headers['content-type'];
  if (body === undefined || !/^\s*[{[]/.test(body)) return false;
  // Binary tensors follow a JSON head in the Open Inference Protocol.
  return type === undefined || !/json|octet-stream/i.test(type);
}

/** Seconds that the request took: as the client measured, else as the gateway did. */
export function secondsOf({ exchange, answer }: JudgedExchange): number | undefined {
  if (exchange.seconds !== undefined) return exchange.seconds;
  const ms = answer.access?.durationMs ?? answer.upstreamMs;
  return ms === undefined ? undefined : ms / 1000;
}

/** `12`, `5.04`: as people write seconds. */
export function secondsText(seconds: number): string {
  return String(Number(seconds >= 10 ? seconds.toFixed(1) : seconds.toFixed(2)));
}

/** The component of an InferenceService that a host stands for; `predictor` where it does not say. */
export function componentOf(host: string): 'predictor' | 'transformer' | 'explainer' {
  const found = /^[^.]*-(transformer|explainer)(?:-default|-canary)?[.-]/.exec(`${host}.`)?.[1];
  return found === 'transformer' || found === 'explainer' ? found : 'predictor';
}

/** Parsed JSON of an answer; undefined where it is none or was cut off. */
export function jsonAnswer({ exchange }: JudgedExchange): unknown {
  try {
    return JSON.parse(exchange.response?.body ?? '');
  } catch {
    return undefined;
  }
}

/** What an object of an answer calls itself. */
export function nameIn(entry: unknown): string | undefined {
  return typeof entry === 'string' ? entry : (textAt(entry, 'name') ?? textAt(entry, 'id'));
}
