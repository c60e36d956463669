/**
 * A small read-only Kubernetes API for tests: serves given objects and logs on loopback, counts what is asked and misbehaves on request.
 * For tests only; it keeps to what the real server answers (Status bodies, plain 404 pages for groups that are not served).
 */
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { textAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { KINDS } from '../model/kinds.ts';
import type { KindInfo } from '../model/kinds.ts';
import { groupOf } from '../model/reference.ts';
import { selectorTest } from './api-selectors.ts';
import type { TestCertificate } from './certificate.ts';

export type FaultAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Half of the right answer, then the connection is closed. */
  | { readonly kind: 'truncate' };

export interface Fault {
  /** Tried on the path with its query. */
  readonly match: RegExp;
  /** How often it strikes; always where absent. */
  readonly times?: number;
  readonly answer: FaultAnswer;
}

export interface ApiServerOptions {
  readonly objects: readonly JsonObject[];
  /** By `namespace/pod/container`, with `.previous` after it for the log before the last restart. */
  readonly logs?: ReadonlyMap<string, string>;
  /** What the log API answers instead of a log, by the same keys. */
  readonly logErrors?: ReadonlyMap<string, { readonly status: number; readonly message: string }>;
  readonly kinds?: readonly KindInfo[];
  /** Groups of custom resources that are served although no object of them exists. */
  readonly groups?: readonly string[];
  readonly faults?: readonly Fault[];
  readonly tls?: TestCertificate;
  /** Only this bearer token is accepted. */
  readonly token?: string;
  /** A page is never larger than this, whatever `limit` asks for. */
  readonly maxPage?: number;
  /** The time that the Date header tells. */
  readonly date?: string;
}

export interface ApiServer {
  readonly url: string;
  /** Path and query of each request, in order. */
  readonly requests: readonly string[];
  /** Headers of each request, in the same order. */
  readonly headers: readonly IncomingMessage['headers'][];
  /** The most requests that were open at the same time. */
  readonly mostInFlight: number;
  /** Connections that were opened. */
  readonly connections: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const RESOURCE_VERSION = '1000';

function json(status: number, body: JsonObject): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

// kubernetes `apimachinery/pkg/api/errors`: NewNotFound, NewBadRequest, NewGenericServerResponse.
function statusAnswer(code: number, reason: string, message: string, details: JsonObject = {}): Answer {
  return json(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  });
}

const PAGE_NOT_FOUND: Answer = { status: 404, type: 'text/plain; charset=utf-8', body: '404 page not found\n' };

function resourceName(info: KindInfo): string {
  return info.group === '' ? info.plural : `${info.plural}.${info.group}`;
}

function isCustom(group: string): boolean {
  return /(?:kserve\.io|knative\.dev)$/.test(group);
}

function listAnswer(
  options: ApiServerOptions,
  info: KindInfo,
  version: string,
  namespace: string | undefined,
  query: URLSearchParams,
): Answer {
  const selector = selectorTest(query.get('labelSelector'), query.get('fieldSelector'));
  if ('error' in selector) return statusAnswer(400, 'BadRequest', selector.error);
  if (query.get('continue') !== null && query.get('resourceVersion') !== null) {
    return statusAnswer(400, 'BadRequest', 'resourceVersion is forbidden when continue is specified');
  }
  const matching = objectsOf(options, info).filter(
    (object) =>
      (namespace === undefined || textAt(object, 'metadata', 'namespace') === namespace) && selector.test(object),
  );
  const start = Number(Buffer.from(query.get('continue') ?? '', 'base64').toString('utf8') || '0');
  const limit = Math.min(
    Number(query.get('limit') ?? '0') || matching.length,
    options.maxPage ?? Number.POSITIVE_INFINITY,
  );
  const end = Math.min(start + limit, matching.length);
  const more =
    end < matching.length
      ? { continue: Buffer.from(String(end)).toString('base64'), remainingItemCount: matching.length - end }
      : {};
  return json(200, {
    kind: `${info.kind}List`,
    apiVersion: info.group === '' ? version : `${info.group}/${version}`,
    metadata: { resourceVersion: RESOURCE_VERSION, ...more },
    // Built-in kinds come without their type, as from the real server.
    items: matching.slice(start, end).map((object) => {
      if (isCustom(info.group)) return object;
      const { apiVersion: _, kind: __, ...rest } = object;
      return rest;
    }),
  });
}

function objectsOf(options: ApiServerOptions, info: KindInfo): readonly JsonObject[] {
  return options.objects.filter(
    (object) => textAt(object, 'kind') === info.kind && groupOf(textAt(object, 'apiVersion') ?? '') === info.group,
  );
}

function find(
  options: ApiServerOptions,
  info: KindInfo,
  namespace: string | undefined,
  name: string,
): JsonObject | undefined {
  return objectsOf(options, info).find(
    (object) => textAt(object, 'metadata', 'name') === name && textAt(object, 'metadata', 'namespace') === namespace,
  );
}

function notFound(info: KindInfo, name: string): Answer {
  const details = { name, ...(info.group === '' ? {} : { group: info.group }), kind: info.plural };
  return statusAnswer(404, 'NotFound', `${resourceName(info)} "${name}" not found`, details);
}

function tail(text: string, count: number): string {
  const lines = text.split('\n');
  const ends = lines.at(-1) === '';
  return lines.slice(-(count + (ends ? 1 : 0))).join('\n');
}

function logAnswer(options: ApiServerOptions, namespace: string, pod: string, query: URLSearchParams): Answer {
  const container = query.get('container') ?? '';
  const previous = query.get('previous') === 'true';
  const key = `${namespace}/${pod}/${container}${previous ? '.previous' : ''}`;
  const error = options.logErrors?.get(key);
  if (error) return statusAnswer(error.status, error.status === 400 ? 'BadRequest' : 'InternalError', error.message);
  const text = options.logs?.get(key);
  if (text === undefined) {
    const message = previous
      ? `previous terminated container "${container}" in pod "${pod}" not found`
      : `container ${container} is not valid for pod ${pod}`;
    return statusAnswer(400, 'BadRequest', message);
  }
  const count = query.get('tailLines');
  const chosen = Buffer.from(count === null ? text : tail(text, Number(count)), 'utf8');
  // The bound counts from the beginning of the tail: it loses the newest bytes.
  const limit = query.get('limitBytes');
  const body = chosen.subarray(0, limit === null ? chosen.length : Number(limit)).toString('utf8');
  return { status: 200, type: 'text/plain', body };
}

function groupAnswer(options: ApiServerOptions, kinds: readonly KindInfo[], group: string): Answer {
  const inGroup = kinds.filter((info) => info.group === group);
  if (inGroup.length === 0) return PAGE_NOT_FOUND;
  const versions = new Set(inGroup.flatMap((info) => [...servedVersions(options, info)]));
  const listed = [...versions].map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return json(200, { kind: 'APIGroup', apiVersion: 'v1', name: group, versions: listed, preferredVersion: listed[0] });
}

/** The versions that objects are written in, else the newest one. */
function servedVersions(options: ApiServerOptions, info: KindInfo): readonly string[] {
  const written = objectsOf(options, info).map((object) => (textAt(object, 'apiVersion') ?? '').replace(/^.*\//, ''));
  return written.length > 0 ? [...new Set(written)] : info.versions.slice(0, 1);
}

function route(options: ApiServerOptions, kinds: readonly KindInfo[], url: URL): Answer {
  const segments = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (url.pathname === '/version') return json(200, { major: '1', minor: '34', gitVersion: 'v1.34.1' });
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return PAGE_NOT_FOUND;
  const group = core ? '' : (segments[1] ?? '');
  if (!core && segments.length === 2) return groupAnswer(options, kinds, group);
  const [version = '', ...rest] = segments.slice(core ? 1 : 2);
  const scoped = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = scoped ? rest[1] : undefined;
  const [plural, name, subresource] = scoped ? rest.slice(2) : rest;
  const info = kinds.find((entry) => entry.group === group && entry.plural === plural);
  if (!info || !servedVersions(options, info).includes(version)) return PAGE_NOT_FOUND;
  if (name === undefined) return listAnswer(options, info, version, namespace, url.searchParams);
  const found = find(options, info, namespace, name);
  if (!found) return notFound(info, name);
  if (subresource === 'log') return logAnswer(options, namespace ?? '', name, url.searchParams);
  return subresource === undefined ? json(200, found) : PAGE_NOT_FOUND;
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, date: string | undefined): void {
  const zipped = answer.body.length > 1024 && String(request.headers['accept-encoding']).includes('gzip');
  const body = zipped ? gzipSync(answer.body) : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    ...(date === undefined ? {} : { date: new Date(date).toUTCString() }),
    ...answer.headers,
  });
  response.end(body);
}

function misbehave(
  request: IncomingMessage,
  response: ServerResponse,
  fault: FaultAnswer,
  right: Answer,
): Answer | undefined {
  if (fault.kind === 'hang') return undefined;
  if (fault.kind === 'reset') {
    request.socket.destroy();
    return undefined;
  }
  if (fault.kind === 'answer') {
    const { 'content-type': type = 'application/json', ...headers } = fault.headers ?? {};
    return { status: fault.status, type, body: fault.body ?? '', headers };
  }
  response.writeHead(right.status, { 'content-type': right.type, 'content-length': Buffer.byteLength(right.body) });
  response.write(right.body.slice(0, Math.floor(right.body.length / 2)), () => request.socket.destroy());
  return undefined;
}

/** Listens on a free port of loopback. The caller closes it. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const groups = new Set([
    ...(options.groups ?? []),
    ...options.objects.map((object) => groupOf(textAt(object, 'apiVersion') ?? '')),
  ]);
  const kinds = (options.kinds ?? KINDS).filter((info) => !isCustom(info.group) || groups.has(info.group));
  const strikes = new Map<Fault, number>();
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let open = 0;
  let mostInFlight = 0;
  let connections = 0;

  function answerFor(url: URL, request: IncomingMessage): Answer {
    if (request.method !== 'GET') return statusAnswer(405, 'MethodNotAllowed', 'the test server is read-only');
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      return statusAnswer(401, 'Unauthorized', 'Unauthorized');
    }
    return route(options, kinds, url);
  }

  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    headers.push(request.headers);
    open += 1;
    mostInFlight = Math.max(mostInFlight, open);
    response.on('close', () => {
      open -= 1;
    });
    const right = answerFor(new URL(path, 'http://test'), request);
    const fault = options.faults?.find(
      (each) => each.match.test(path) && (strikes.get(each) ?? 0) < (each.times ?? Number.POSITIVE_INFINITY),
    );
    if (fault) strikes.set(fault, (strikes.get(fault) ?? 0) + 1);
    const answer = fault ? misbehave(request, response, fault.answer, right) : right;
    if (answer) send(request, response, answer, options.date);
  };

  const server = options.tls
    ? createSecureServer({ cert: options.tls.certificate, key: options.tls.key }, listener)
    : createServer(listener);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port');

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    requests,
    headers,
    get mostInFlight() {
      return mostInFlight;
    },
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}
