/**
 * Who answered a request and why: the client itself, a login, the gateway, Knative's activator or queue-proxy, a router, the model server. Reads
 * status, headers, body and the gateway's access log of one exchange. Pure; what it cannot place it says so.
 */
import type { ExchangeEvidence } from '../../model/evidence.ts';
import { isObject, at, textAt } from '../../model/json.ts';
import { parseEnvoyAccessLine, type EnvoyAccessLine } from './envoy-access-log.ts';
import { ANSWER_TEXTS, INPUT_TEXTS } from './http-answer-texts.ts';
import { urlParts } from './inference-request.ts';
import { quoted } from './quoted.ts';

export type AnswerBy =
  | 'client'
  | 'login'
  | 'gateway'
  | 'activator'
  | 'queue-proxy'
  | 'agent'
  | 'graph-router'
  | 'server'
  | 'unknown';

export type AnswerKind =
  | 'ok'
  /** No answer came; `name-unresolved` to `no-answer` are the client's. */
  | 'name-unresolved'
  | 'connection-refused'
  | 'client-timeout'
  | 'tls-failed'
  | 'connection-lost'
  | 'no-answer'
  | 'redirect-to-https'
  | 'redirect'
  | 'login-required'
  | 'unauthorized'
  | 'forbidden'
  /** The gateway knows no route for that host and path. */
  | 'no-route'
  /** It has a route, and nobody behind it is ready. */
  | 'no-upstream'
  | 'upstream-unreachable'
  | 'upstream-closed'
  | 'upstream-protocol'
  | 'overflow'
  /** Whoever `by` says waited for the one behind it, and gave up. */
  | 'timeout'
  | 'no-capacity'
  | 'queue-full'
  | 'revision-gone'
  | 'container-unreachable'
  | 'fault-injected'
  | 'model-unknown'
  | 'model-not-ready'
  | 'path-unknown'
  | 'method-not-allowed'
  | 'content-type-refused'
  | 'input-refused'
  | 'context-too-long'
  | 'batch-refused'
  | 'graph-no-match'
  | 'graph-step-failed'
  | 'too-large'
  | 'headers-too-large'
  | 'upgrade-required'
  | 'rate-limited'
  | 'protocol-error'
  | 'unsupported'
  | 'unavailable'
  | 'insufficient-storage'
  | 'server-error'
  | 'grpc-unimplemented'
  | 'grpc-unavailable'
  | 'grpc-failed'
  | 'failed';

export interface HttpAnswer {
  readonly kind: AnswerKind;
  readonly by: AnswerBy;
  /** Absent where no answer came. */
  readonly status?: number;
  /** What the answer says, on one bounded line; empty where it says nothing. */
  readonly words: string;
  /** The model that the server does not know. */
  readonly model?: string;
  /** What an input had and should have had, in the words of the library. */
  readonly got?: string;
  readonly wanted?: string;
  /** Where a redirect leads. */
  readonly location?: string;
  /** The gateway's own line about this request. */
  readonly access?: EnvoyAccessLine;
  /** Milliseconds that the one behind the gateway took to answer. */
  readonly upstreamMs?: number;
}

type Sent = Pick<ExchangeEvidence, 'request' | 'response' | 'error' | 'accessLog'>;

export function judgeAnswer(exchange: Sent): HttpAnswer {
  const { response } = exchange;
  const access = ownLine(exchange);
  const withAccess = access === undefined ? {} : { access };
  if (response === undefined)
    return { kind: clientKind(exchange.error ?? ''), by: 'client', words: quoted(exchange.error ?? ''), ...withAccess };
  const { status, headers } = response;
  const said = saidIn(response.body);
  const upstreamMs = upstreamTime(headers['x-envoy-upstream-service-time']) ?? access?.upstreamMs;
  const base = {
    status,
    words: quoted(said),
    ...withAccess,
    ...(upstreamMs === undefined ? {} : { upstreamMs }),
  };
  const by = answeredBy(headers, upstreamMs !== undefined);
  const grpc = grpcKind(headers['grpc-status']);
  if (grpc !== undefined) return { ...base, kind: grpc, by, words: quoted(grpcWords(headers['grpc-message'] ?? said)) };
  if (status < 300 || status === 304) return { ...base, kind: 'ok', by };
  if (status < 400) {
    const location = headers['location'] ?? '';
    return { ...base, ...redirection(exchange.request.url, location), words: quoted(location), location };
  }
  // Azure ML hands on what the model server answered: 424 with its status and reason in headers.
  const modelStatus = headers['ms-azureml-model-error-statuscode'];
  if (modelStatus !== undefined)
    return {
      ...base,
      kind: 'server-error',
      by: 'server',
      words: quoted(headers['ms-azureml-model-error-reason'] ?? said),
    };
  const told = toldBy(status, said);
  // The gateway's flags are its own word on why; what came through it unchanged has none.
  const flagged = flaggedKind(access, status);
  if (flagged !== undefined && told?.by !== 'gateway') return { ...base, ...flagged };
  if (told !== undefined) return { ...base, ...told };
  return { ...base, ...byStatus(status, by, response.body, said) };
}

export function isFailed(answer: Pick<HttpAnswer, 'kind'>): boolean {
  return answer.kind !== 'ok' && answer.kind !== 'redirect';
}

/** Whether the request came as far as the program that serves the model (or a sidecar of its pod). */
export function reachedPod(answer: HttpAnswer): boolean {
  if (answer.by === 'server' || answer.by === 'queue-proxy' || answer.by === 'agent' || answer.by === 'graph-router')
    return true;
  return answer.kind === 'ok';
}

/** Of several lines with one request id the outermost is the client's: it asked for the host that the client asked for. */
function ownLine({ request, response, accessLog }: Sent): EnvoyAccessLine | undefined {
  const url = urlParts(request.url);
  const lines = accessLog.flatMap((text) => parseEnvoyAccessLine(text) ?? []);
  const hosts = [url?.host, request.headers['host']?.split(':')[0]?.toLowerCase()];
  return (
    lines.find((line) => hosts.includes(line.authority?.split(':')[0]?.toLowerCase())) ??
    lines.find((line) => line.status === response?.status && line.path.split('?')[0] === url?.path)
  );
}

/** The words of curl, Go, Python and Java for why no answer came. */
function clientKind(error: string): AnswerKind {
  const text = error.slice(0, 2000);
  if (
    /could not resolve|no such host|name or service not known|name resolution|getaddrinfo|unknownhost|nodename nor servname/i.test(
      text,
    )
  )
    return 'name-unresolved';
  if (/connection refused|failed to connect|couldn't connect/i.test(text)) return 'connection-refused';
  if (/certificate|ssl|tls|handshake/i.test(text)) return 'tls-failed';
  if (/timed? ?out|deadline exceeded/i.test(text)) return 'client-timeout';
  if (/reset by peer|empty reply|unexpected eof|\beof\b|closed|aborted|disconnected|broken pipe/i.test(text))
    return 'connection-lost';
  return 'no-answer';
}

/** What a body says: the message of a JSON error, the title of an HTML page, else the text itself. */
function saidIn(body: string): string {
  const text = body.trim();
  if (/^[{[]/.test(text)) {
    try {
      return messageOf(JSON.parse(text)) ?? text;
    } catch {
      // Cut off, or no JSON: escaped line ends would hide the beginning of a sentence.
      return text.replaceAll('\\n', '\n').replaceAll('\\"', '"');
    }
  }
  if (/^<(?:!doctype|html|\?xml)/i.test(text)) return /<title>([^<]{1,300})<\/title>/i.exec(text)?.[1]?.trim() ?? text;
  return text;
}

function messageOf(document: unknown): string | undefined {
  const places: readonly (readonly (string | number)[])[] = [
    ['error', 'message'],
    ['error'],
    ['detail'],
    ['detail', 0, 'msg'],
    ['message'],
    ['errors', 0, 'message'],
  ];
  for (const place of places) {
    const found = textAt(document, ...place);
    if (found === undefined) continue;
    // kserve cmd/router puts the answer of the step into `cause`.
    const cause = at(document, 'cause');
    const because = typeof cause === 'string' ? cause : isObject(cause) ? messageOf(cause) : undefined;
    return because === undefined ? found : `${found}: ${because}`;
  }
  return undefined;
}

function upstreamTime(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,12}$/.test(header) ? Number(header) : undefined;
}

const GATEWAYS =
  /envoy|nginx|openresty|traefik|haproxy|awselb|cloudflare|google frontend|gfe|microsoft-azure|kong|apisix|contour/i;

function answeredBy(headers: Readonly<Record<string, string>>, upstream: boolean): AnswerBy {
  if (upstream) return 'server';
  const server = headers['server'];
  if (server === undefined) return 'unknown';
  return GATEWAYS.test(server) ? 'gateway' : 'server';
}

/** grpc/grpc doc/statuscodes.md. */
function grpcKind(status: string | undefined): AnswerKind | undefined {
  if (status === undefined || !/^\d{1,2}$/.test(status)) return undefined;
  const kinds: Readonly<Record<string, AnswerKind>> = {
    '0': 'ok',
    '3': 'input-refused',
    '4': 'timeout',
    '5': 'model-unknown',
    '7': 'forbidden',
    '8': 'too-large',
    '12': 'grpc-unimplemented',
    '14': 'grpc-unavailable',
    '16': 'unauthorized',
  };
  return kinds[String(Number(status))] ?? 'grpc-failed';
}

/** Percent-encoded by the protocol. */
function grpcWords(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

const LOGIN =
  /\/dex\/|\/oauth2?\b|\/authorize\b|\/log-?in\b|\/sign-?in\b|openid|\/realms\/|accounts\.google\.|login\.microsoftonline\.|\/saml\b|\/sso\b|[?&]client_id=/i;

function redirection(url: string, location: string): Pick<HttpAnswer, 'kind' | 'by'> {
  if (LOGIN.test(location.slice(0, 2000))) return { kind: 'login-required', by: 'login' };
  const from = urlParts(url);
  const to = urlParts(location);
  const secured = from?.scheme === 'http' && to?.scheme === 'https' && from.host === to.host;
  return { kind: secured ? 'redirect-to-https' : 'redirect', by: 'gateway' };
}

/** envoy docs/root/configuration/observability/access_log/usage.rst, %RESPONSE_FLAGS%. */
const FLAGS: readonly (readonly [string, AnswerKind])[] = [
  ['NR', 'no-route'],
  ['UH', 'no-upstream'],
  ['NC', 'no-upstream'],
  ['LH', 'no-upstream'],
  ['UO', 'overflow'],
  ['DO', 'overflow'],
  ['OM', 'overflow'],
  ['UF', 'upstream-unreachable'],
  ['DF', 'upstream-unreachable'],
  ['UC', 'upstream-closed'],
  ['UR', 'upstream-closed'],
  ['LR', 'upstream-closed'],
  ['UT', 'timeout'],
  ['SI', 'timeout'],
  ['DT', 'timeout'],
  ['UMSDR', 'timeout'],
  ['RL', 'rate-limited'],
  ['UPE', 'upstream-protocol'],
  ['DPE', 'protocol-error'],
  ['IH', 'protocol-error'],
  ['FI', 'fault-injected'],
];

function flaggedKind(access: EnvoyAccessLine | undefined, status: number): Pick<HttpAnswer, 'kind' | 'by'> | undefined {
  if (access === undefined) return undefined;
  if (access.flags.includes('UAEX')) return { kind: status === 401 ? 'unauthorized' : 'forbidden', by: 'login' };
  const kind = FLAGS.find(([flag]) => access.flags.includes(flag))?.[1];
  if (kind !== undefined) return { kind, by: 'gateway' };
  return /rbac_access_denied/.test(access.details ?? '') ? { kind: 'forbidden', by: 'gateway' } : undefined;
}

type Told = Pick<HttpAnswer, 'kind' | 'by' | 'model' | 'got' | 'wanted'>;

function toldBy(status: number, said: string): Told | undefined {
  for (const { pattern, kind, by, statuses } of ANSWER_TEXTS) {
    if (statuses !== undefined && !statuses.includes(status)) continue;
    const match = pattern.exec(said);
    if (!match) continue;
    const model = match.groups?.['model'];
    return { kind, by, ...(model === undefined ? {} : { model }) };
  }
  if (status !== 400 && status !== 422 && status !== 500) return undefined;
  for (const pattern of INPUT_TEXTS) {
    const groups = pattern.exec(said);
    if (!groups) continue;
    const got = groups.groups?.['got'];
    const wanted = groups.groups?.['wanted'];
    return {
      kind: 'input-refused',
      by: 'server',
      ...(got === undefined ? {} : { got }),
      ...(wanted === undefined ? {} : { wanted }),
    };
  }
  return undefined;
}

const BY_STATUS: Readonly<Record<number, AnswerKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  405: 'method-not-allowed',
  408: 'client-timeout',
  413: 'too-large',
  415: 'content-type-refused',
  422: 'input-refused',
  426: 'upgrade-required',
  429: 'rate-limited',
  431: 'headers-too-large',
  500: 'server-error',
  501: 'unsupported',
  502: 'upstream-unreachable',
  503: 'unavailable',
  504: 'timeout',
  507: 'insufficient-storage',
};

function byStatus(status: number, by: AnswerBy, body: string, said: string): Pick<HttpAnswer, 'kind' | 'by'> {
  if (status === 404) {
    // Envoy's own 404 has neither body nor time of an upstream; nginx's comes as its page.
    const own = by === 'gateway' && (body.trim() === '' || /nginx|openresty/i.test(body));
    return own ? { kind: 'no-route', by } : { kind: 'path-unknown', by: by === 'gateway' ? 'unknown' : by };
  }
  // Knative's activator and queue-proxy say nothing with an error that they do not know.
  if (status === 500 && body.trim() === '') return { kind: 'server-error', by: 'unknown' };
  if (/content-type|media type/i.test(said) && (status === 400 || status === 415))
    return { kind: 'content-type-refused', by };
  return { kind: BY_STATUS[status] ?? 'failed', by: status === 504 && by === 'unknown' ? 'gateway' : by };
}
