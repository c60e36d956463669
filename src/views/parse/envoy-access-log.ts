/**
 * Reads one line of an Envoy access log: which request it was, how it was answered, and why, in Envoy's response flags. Responsible for the
 * layouts that gateways print by default; it does not know whose request it was, and takes no line of another server for one of Envoy's.
 */
import { isObject, numberAt, textAt, type JsonObject } from '../../model/json.ts';

export interface EnvoyAccessLine {
  readonly method: string;
  /** With its query, as the gateway wrote it. */
  readonly path: string;
  /** 0 where the client went away before an answer. */
  readonly status: number;
  /** `NR`, `UF`, `UT` …; empty where the line says `-`. */
  readonly flags: readonly string[];
  /** `route_not_found`, `via_upstream`, `upstream_reset_before_response_started{…}`; absent in older layouts. */
  readonly details?: string;
  /** Why the connection to the upstream failed, in the words of the transport. */
  readonly failure?: string;
  /** Milliseconds, whole request. */
  readonly durationMs?: number;
  /** Milliseconds until the upstream answered; absent where none did. */
  readonly upstreamMs?: number;
  readonly requestId?: string;
  readonly userAgent?: string;
  /** The host that was asked for. */
  readonly authority?: string;
  /** `IP:port` of the upstream; absent where none was chosen. */
  readonly upstream?: string;
}

const LONGEST_LINE = 4000;
const REQUEST =
  /"(?<method>[A-Z]{3,10}|-) (?<path>\S{1,2000}) HTTP\/[\d.]{1,3}" (?<status>\d{1,3}) (?<flags>-|[A-Za-z,]{2,60}) /;
/** `"in quotes"` or a word; quotes are never escaped in Envoy's text layouts. */
const FIELD = /"([^"]*)"|(\S+)/g;
/** Words that stand for nothing. */
const NONE = new Set(['-', '']);

/**
 * Text layouts: `[start] "METHOD path HTTP/x" status FLAGS [details termination] ["failure" …] in out duration upstream "xff" "agent" "id"
 * "authority" "upstream" …` (envoy docs/root/configuration/observability/access_log/usage.rst, default format; istio 1.9 and later
 * pkg/config/mesh put details before the numbers, istio 1.4 to 1.8 quoted words). JSON layouts: keys as istio and Envoy Gateway name them.
 */
export function parseEnvoyAccessLine(line: string): EnvoyAccessLine | undefined {
  const text = line.slice(0, LONGEST_LINE).trim();
  return text.startsWith('{') ? fromJson(text) : fromText(text);
}

function fromText(text: string): EnvoyAccessLine | undefined {
  const match = REQUEST.exec(text);
  const groups = match?.groups;
  if (!match || !groups) return undefined;
  const fields = [...text.slice(match.index + match[0].length).matchAll(FIELD)].map(
    ([, quoted, bare]): { readonly text: string; readonly quoted: boolean } => ({
      text: quoted ?? bare ?? '',
      quoted: quoted !== undefined,
    }),
  );
  // Bytes received and sent, duration, time of the upstream: the first four fields in a row that are numbers.
  const first = fields.findIndex((_, index) =>
    [0, 1, 2, 3].every((step) => {
      const field = fields[index + step];
      return (
        field !== undefined &&
        !field.quoted &&
        /^(?:\d{1,15}|-)$/.test(field.text) &&
        (step === 3 || field.text !== '-')
      );
    }),
  );
  if (first < 0) return undefined;
  const before = fields.slice(0, first);
  const words = before.filter((field) => !field.quoted && !NONE.has(field.text)).map((field) => field.text);
  const failure = before.filter((field) => field.quoted && !NONE.has(field.text)).map((field) => field.text)[0];
  const [, agent, id, authority, upstream] = fields
    .slice(first + 4)
    .filter((field) => field.quoted)
    .map((field) => field.text);
  return line({
    method: groups['method'],
    path: groups['path'],
    status: Number(groups['status']),
    flags: groups['flags'],
    details: words[0],
    failure,
    durationMs: numeric(fields[first + 2]?.text),
    upstreamMs: numeric(fields[first + 3]?.text),
    requestId: id,
    userAgent: agent,
    authority,
    upstream,
  });
}

function fromJson(text: string): EnvoyAccessLine | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // A line that was cut off.
    return undefined;
  }
  if (!isObject(document)) return undefined;
  const status = numberOf(document, 'response_code');
  // Other servers log JSON too; the flags are Envoy's own.
  if (status === undefined || !Object.hasOwn(document, 'response_flags')) return undefined;
  return line({
    method: textAt(document, 'method'),
    path: textAt(document, 'path') ?? textAt(document, 'x-envoy-origin-path'),
    status,
    flags: textAt(document, 'response_flags') ?? '-',
    details: textAt(document, 'response_code_details'),
    failure: textAt(document, 'upstream_transport_failure_reason'),
    durationMs: numberOf(document, 'duration'),
    upstreamMs: numberOf(document, 'upstream_service_time') ?? numberOf(document, 'x-envoy-upstream-service-time'),
    requestId: textAt(document, 'request_id') ?? textAt(document, 'x-request-id'),
    userAgent: textAt(document, 'user_agent') ?? textAt(document, 'user-agent'),
    authority: textAt(document, 'authority') ?? textAt(document, ':authority'),
    upstream: textAt(document, 'upstream_host'),
  });
}

interface Parts {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly status: number;
  readonly flags: string | undefined;
  readonly details: string | undefined;
  readonly failure: string | undefined;
  readonly durationMs: number | undefined;
  readonly upstreamMs: number | undefined;
  readonly requestId: string | undefined;
  readonly userAgent: string | undefined;
  readonly authority: string | undefined;
  readonly upstream: string | undefined;
}

function line(parts: Parts): EnvoyAccessLine | undefined {
  const { method, path, status, flags, durationMs, upstreamMs } = parts;
  if (method === undefined || path === undefined || !Number.isInteger(status) || status < 0 || status > 599)
    return undefined;
  const told = (text: string | undefined): string | undefined =>
    text === undefined || NONE.has(text) ? undefined : text;
  const details = told(parts.details);
  const failure = told(parts.failure);
  const requestId = told(parts.requestId);
  const userAgent = told(parts.userAgent);
  const authority = told(parts.authority);
  const upstream = told(parts.upstream);
  return {
    method,
    path,
    status,
    flags:
      told(flags)
        ?.split(',')
        .filter((flag) => flag !== '') ?? [],
    ...(details === undefined ? {} : { details }),
    ...(failure === undefined ? {} : { failure }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(upstreamMs === undefined ? {} : { upstreamMs }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(authority === undefined ? {} : { authority }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

/** Envoy writes numbers of a JSON layout as numbers, or as text where the operator is one of headers. */
function numberOf(document: JsonObject, key: string): number | undefined {
  return numberAt(document, key) ?? numeric(textAt(document, key));
}

function numeric(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
