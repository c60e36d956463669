/**
 * Sends GET requests to the API server: first contact, repeats, bounds, and what each answer means.
 * Responsible for the transport only; it knows neither kinds nor lists. Never sends anything but GET, follows no redirect.
 */
import { isObject, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { GapReason, Timestamp } from '../../model/evidence.ts';
import type { Failure } from '../port.ts';
import { InferscopeProblem } from '../problem.ts';
import type { ApiPath } from './api-path.ts';
import { urlPath } from './api-path.ts';
import type { Exchange } from './exchange.ts';
import { exchange } from './exchange.ts';
import { judgeFirstContact, notAnApi, redirectTarget } from './first-contact.ts';
import type { ClusterChoice } from './kubeconfig.ts';
import type { Session, Sessions } from './session.ts';

export type Parameters = Readonly<Record<string, string>>;

/** A 404: `status` is the server's Status object; without a name in it, the path itself is not served. */
export interface Missing {
  readonly state: 'missing';
  readonly status: JsonObject | undefined;
  readonly message: string;
}
export type Reply<T> = { readonly state: 'ok'; readonly value: T } | Missing | ({ readonly state: 'failed' } & Failure);

/** Bounds of one call, which may be several requests. Milliseconds of the process's monotonic clock. */
export interface Call {
  readonly deadline: number;
}

export interface HttpOptions {
  readonly choice: ClusterChoice;
  readonly sessions: Sessions;
  /** Bound of one request, its answer included. */
  readonly timeoutMs: number;
  /** Bound of one call with its pages, repeats and waits. */
  readonly callMs: number;
  /** Bound of everything that is sent. */
  readonly overallMs: number;
  readonly maxInFlight: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** Waits; given by tests, so that none has to. */
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface HttpClient {
  /** Runs one call when there is room for it. */
  call<T>(work: (call: Call) => Promise<T>): Promise<T>;
  json(call: Call, path: ApiPath, parameters: Parameters): Promise<Reply<JsonObject>>;
  text(call: Call, path: ApiPath, parameters: Parameters): Promise<Reply<string>>;
  readonly requests: number;
  /** The Date header of the newest answer. */
  readonly serverTime: Timestamp | undefined;
  close(): void;
}

// client-go gives up after ten answers with Retry-After (`rest/with_retry.go`).
const MAX_WAITS = 10;
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'Z_BUF_ERROR']);

function failed(reason: GapReason, message: string, status?: number): { readonly state: 'failed' } & Failure {
  return { state: 'failed', reason, message, ...(status === undefined ? {} : { status }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told apart from JSON by being undefined, which no JSON text parses to.
    return undefined;
  }
}

/** The server's own words: a Status message, else a short plain text. */
function wordsOf(body: unknown, text: string, type: string): string {
  const message = textAt(body, 'message');
  if (message !== undefined && message !== '') return message.slice(0, 2000);
  return type.includes('text/plain') ? text.trim().slice(0, 300) : '';
}

// Reasons by HTTP status; kubernetes `apimachinery/pkg/api/errors` gives each Status reason its code.
const REASONS: ReadonlyMap<number, GapReason> = new Map([
  [403, 'forbidden'],
  [406, 'unsupported'],
  [408, 'timeout'],
  [410, 'expired'],
  [413, 'too-large'],
  [415, 'unsupported'],
  [504, 'timeout'],
]);

function errorReply(status: number, words: string): { readonly state: 'failed' } & Failure {
  const fallback = status === 401 ? 'the credentials are no longer accepted (401)' : `the server answered ${status}`;
  return failed(REASONS.get(status) ?? 'failed', words === '' ? fallback : words, status);
}

type Settled = { readonly body: unknown; readonly text: string; readonly type: string; readonly status: number };

/** What every answer has in common; `Settled` where the status is 2xx. */
function settle(result: Exchange, server: string): Settled | Missing | ({ readonly state: 'failed' } & Failure) {
  if (result.kind === 'ended') return failed('timeout', 'the collection was ended before this was read');
  if (result.kind === 'timeout') return failed('timeout', `no answer within ${result.afterMs / 1000} s`);
  if (result.kind === 'no-credential') return failed('failed', result.message);
  if (result.kind === 'too-large') return failed('too-large', `the answer is larger than ${result.limitBytes} bytes`);
  if (result.kind === 'error') {
    const what = result.midway ? 'the answer broke off' : 'the connection failed';
    return failed('failed', `${what}: ${result.error.message.slice(0, 300)}`);
  }
  const { status, headers, text } = result;
  const type = headers['content-type'] ?? '';
  if (status >= 300 && status < 400) {
    return failed(
      'unsupported',
      `the server redirected to ${redirectTarget(headers.location, server)}, which is not followed`,
      status,
    );
  }
  const body = type.includes('application/json') ? parseJson(text) : undefined;
  if (status === 404) {
    const isStatus = isObject(body) && textAt(body, 'kind') === 'Status';
    if (!isStatus && !type.includes('text/plain'))
      return failed('unsupported', `the server answered 404 with ${type || 'no content type'}`, 404);
    return { state: 'missing', status: isStatus ? body : undefined, message: wordsOf(body, text, type) };
  }
  if (status < 200 || status >= 400) return errorReply(status, wordsOf(body, text, type));
  return { body, text, type, status };
}

/** Milliseconds to wait as a Retry-After header (seconds, or a date) asks. */
function retryAfter(result: Exchange): number | undefined {
  if (result.kind !== 'answer' || (result.status !== 429 && result.status !== 503)) return undefined;
  const value = result.headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1000;
  const until = Date.parse(value) - Date.parse(result.headers.date ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

export function createHttpClient(options: HttpOptions): HttpClient {
  const overallDeadline = performance.now() + options.overallMs;
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let requests = 0;
  let serverTime: Timestamp | undefined;
  let contacted = false;
  let versionProbe: Promise<Exchange> | undefined;

  async function attempt(
    call: Call,
    path: ApiPath,
    parameters: Parameters,
    accept: string,
    session: Session,
  ): Promise<Exchange> {
    if (options.signal?.aborted === true) return { kind: 'ended' };
    const left = Math.min(options.timeoutMs, call.deadline - performance.now(), overallDeadline - performance.now());
    if (left <= 0) return { kind: 'timeout', afterMs: options.callMs };
    const query = new URLSearchParams(parameters).toString();
    requests += 1;
    const result = await exchange({
      url: `${options.choice.server}/${urlPath(path)}${query === '' ? '' : `?${query}`}`,
      session,
      accept,
      timeoutMs: Math.ceil(left),
      maxBytes: options.maxBytes,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const date = result.kind === 'answer' ? Date.parse(result.headers.date ?? '') : Number.NaN;
    if (!Number.isNaN(date)) serverTime = new Date(date).toISOString().replace('.000Z', 'Z');
    return result;
  }

  /** @throws InferscopeProblem where the first answer shows that there is no API to talk to. */
  async function checkContact(call: Call, session: Session, result: Exchange, expects: 'json' | 'log'): Promise<void> {
    if (contacted || result.kind === 'ended') return;
    const target = { choice: options.choice, timeoutMs: options.timeoutMs };
    const contact = judgeFirstContact(target, session, result, expects);
    if (contact.state === 'problem') throw contact.problem;
    if (contact.state === 'unclear') {
      versionProbe ??= attempt(call, ['version'], {}, 'application/json', session);
      const probed = judgeFirstContact(target, session, await versionProbe, 'json');
      if (probed.state === 'problem') throw probed.problem;
      const problem = probed.state === 'unclear' ? notAnApi(target) : undefined;
      if (problem) throw problem;
    }
    contacted = true;
  }

  /** Before first contact a credential that cannot be had is a problem for the user; later it only ends what is left to read. */
  async function currentSession(): Promise<Session | InferscopeProblem> {
    try {
      return await options.sessions.current();
    } catch (error) {
      if (contacted && error instanceof InferscopeProblem) return error;
      throw error;
    }
  }

  async function send(call: Call, path: ApiPath, parameters: Parameters, expects: 'json' | 'log'): Promise<Exchange> {
    const accept = expects === 'json' ? 'application/json' : 'text/plain, application/json, */*';
    let resets = 0;
    for (let waits = 0; ;) {
      const session = await currentSession();
      if (session instanceof InferscopeProblem) return { kind: 'no-credential', message: session.message };
      const result = await attempt(call, path, parameters, accept, session);
      // A pooled connection that the server closed meanwhile, or an answer that broke off: once more, since a GET changes nothing.
      if (result.kind === 'error' && RESET_CODES.has(result.code) && resets === 0) {
        resets += 1;
        continue;
      }
      const wait = retryAfter(result);
      const room = Math.min(call.deadline, overallDeadline) - performance.now();
      if (wait !== undefined && waits < MAX_WAITS && wait < room && options.signal?.aborted !== true) {
        waits += 1;
        await options.pause(wait, options.signal);
        continue;
      }
      await checkContact(call, session, result, expects);
      return result;
    }
  }

  async function json(call: Call, path: ApiPath, parameters: Parameters): Promise<Reply<JsonObject>> {
    const settled = settle(await send(call, path, parameters, 'json'), options.choice.server);
    if ('state' in settled) return settled;
    if (!settled.type.includes('application/json')) {
      return failed('unsupported', `the answer is ${settled.type || 'of no content type'}, not JSON`, settled.status);
    }
    if (settled.body === undefined) return failed('failed', 'the answer is broken off or no JSON', settled.status);
    if (!isObject(settled.body)) return failed('unsupported', 'the answer is JSON but no object', settled.status);
    return { state: 'ok', value: settled.body };
  }

  async function text(call: Call, path: ApiPath, parameters: Parameters): Promise<Reply<string>> {
    const settled = settle(await send(call, path, parameters, 'log'), options.choice.server);
    if ('state' in settled) return settled;
    // The log endpoint answers text/plain; a page in its place comes from something in between.
    if (settled.type.includes('html'))
      return failed('unsupported', 'the answer is an HTML page, not a log', settled.status);
    return { state: 'ok', value: settled.text };
  }

  async function call<T>(work: (call: Call) => Promise<T>): Promise<T> {
    if (inFlight >= options.maxInFlight) await new Promise<void>((go) => waiting.push(go));
    else inFlight += 1;
    try {
      return await work({ deadline: performance.now() + options.callMs });
    } finally {
      // The room passes straight to the next in line.
      const next = waiting.shift();
      if (next) next();
      else inFlight -= 1;
    }
  }

  return {
    call,
    json,
    text,
    get requests() {
      return requests;
    },
    get serverTime() {
      return serverTime;
    },
    close: () => options.sessions.close(),
  };
}
