/**
 * Requests that were really sent and their answers, as a mirror keeps them in `requests.json` and a capture in `evidence.json`. Reads both
 * shapes defensively and redacts them: bodies and headers are the users' own. It judges no answer.
 */
import type { ExchangeEvidence } from '../../model/evidence.ts';
import { at, isObject, listAt, numberAt, objectAt, textAt, type JsonObject } from '../../model/json.ts';
import { redactNamedValue } from '../redact/redact-pod-template.ts';
import { redactText } from '../redact/redact-text.ts';

/** More of a body decides nothing; a picture in an instance may be megabytes. */
const MOST_BODY = 4096;
const MOST_URL = 2048;
const MOST_HEADERS = 100;
const MOST_EXCHANGES = 1000;
const MOST_LOG_LINES = 50;

/** Everything of an exchange but its identity. */
export type ExchangeParts = Pick<ExchangeEvidence, 'request' | 'response' | 'error' | 'seconds' | 'accessLog' | 'at'>;

/**
 * Evidence `ev:requests.json/0`, `/1` …, in the order of the document; undefined where that is no list of requests. Entries without a URL are left
 * out.
 */
export function exchangesOf(document: unknown): readonly ExchangeEvidence[] | undefined {
  const entries = Array.isArray(document) ? document : isObject(document) ? [document] : undefined;
  if (entries === undefined || (entries.length > 0 && !entries.some(isObject))) return undefined;
  return entries.slice(0, MOST_EXCHANGES).flatMap((entry, index) => {
    const parts = exchangeParts(entry);
    if (parts === undefined) return [];
    return [
      {
        type: 'exchange' as const,
        id: `ev:requests.json/${index}` as const,
        subject: { apiVersion: 'inferscope', kind: 'Request', name: `${parts.request.method} ${parts.request.url}` },
        completeness: { kind: 'complete' as const },
        ...parts,
      },
    ];
  });
}

/** Undefined where it names no URL. */
export function exchangeParts(entry: unknown): ExchangeParts | undefined {
  const url = textAt(entry, 'request', 'url');
  if (url === undefined || url === '') return undefined;
  const body = bodyAt(entry, 'request', 'body');
  const response = responseOf(objectAt(entry, 'response'));
  const error = textAt(entry, 'error');
  const seconds = numberAt(entry, 'seconds');
  const when = textAt(entry, 'at');
  return {
    request: {
      method: methodOf(textAt(entry, 'request', 'method')),
      url: bounded(url, MOST_URL),
      headers: headersOf(objectAt(entry, 'request', 'headers')),
      ...(body === undefined || body === '' ? {} : { body }),
    },
    ...(response === undefined ? {} : { response }),
    ...(error === undefined ? {} : { error: bounded(error, MOST_BODY) }),
    ...(seconds === undefined || seconds < 0 ? {} : { seconds }),
    accessLog: listAt(entry, 'accessLog')
      .filter((line): line is string => typeof line === 'string')
      .slice(0, MOST_LOG_LINES)
      .map((line) => bounded(line, MOST_BODY)),
    ...(when === undefined || !/^\d{4}-\d{2}-\d{2}T[\d:.]{5,20}(?:Z|[+-]\d{2}:\d{2})$/.test(when) ? {} : { at: when }),
  };
}

/** Undefined where no HTTP answer came: status 0 is what clients write then. */
function responseOf(answer: JsonObject | undefined): ExchangeEvidence['response'] {
  const status = numberAt(answer, 'status');
  if (answer === undefined || status === undefined || !Number.isInteger(status) || status < 100 || status > 599)
    return undefined;
  return { status, headers: headersOf(objectAt(answer, 'headers')), body: bodyAt(answer, 'body') ?? '' };
}

function methodOf(method: string | undefined): string {
  const upper = (method ?? '').slice(0, 21).toUpperCase();
  return /^[A-Z]{1,20}$/.test(upper) ? upper : 'GET';
}

/** Text as it was; a body that was written down as JSON becomes its text. */
function bodyAt(entry: unknown, ...path: readonly string[]): string | undefined {
  const body = at(entry, ...path);
  if (typeof body === 'string') return bounded(body, MOST_BODY);
  return isObject(body) || Array.isArray(body) ? bounded(JSON.stringify(body), MOST_BODY) : undefined;
}

/** Headers that carry credentials, sessions or who the user is, whatever they hold. */
const SECRET_HEADER =
  /^(?:proxy-)?authorization$|cookie|token|api-?key|subscription-key|functions-key|access-key|secret|password|credential|session|jwt|assertion|signature|^x-forwarded-(?:user|email|groups|preferred-username|client-cert)$|^kubeflow-userid$|^x-auth-/;

/** Names in lower case; Go writes each value as a list. */
function headersOf(headers: JsonObject | undefined): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {}).slice(0, MOST_HEADERS)) {
    const lower = name.toLowerCase();
    const text = Array.isArray(value) ? value.filter((part) => typeof part === 'string').join(', ') : value;
    if (typeof text === 'string' && !SECRET_HEADER.test(lower))
      kept.push([lower, redactNamedValue(lower, text.slice(0, MOST_URL))]);
  }
  return Object.fromEntries(kept);
}

/** Redacted before it is cut: half a token would not be known as one. */
function bounded(text: string, most: number): string {
  return redactText(text.slice(0, 2 * most)).slice(0, most);
}
