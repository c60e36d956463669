/**
 * Sends one HTTP request that a person asked for, once: to an address, or through a port-forward of the API server to a pod. Measures its phases. It
 * follows no redirect and repeats nothing; what the network does is a part of the result.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { ConnectOptions } from './connect.ts';
import { openPortForward } from './send-request-forward.ts';

export type SendRoute =
  | { readonly kind: 'address'; readonly host: string; readonly port: number; readonly tls: boolean }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly port: number };

export interface RequestToSend {
  readonly method: string;
  /** Goes into the Host header, whatever the route. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Phase {
  readonly name: 'dns' | 'connect' | 'tls' | 'first byte' | 'total';
  readonly milliseconds: number;
}

export interface SendResult {
  /** Undefined where nothing could be connected to: then nothing was sent. */
  readonly route?: SendRoute;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its beginning. */
  readonly body: string;
  readonly error?: string;
  readonly phases: readonly Phase[];
}

export interface SendOptions {
  /** Tried in order until one takes the connection. */
  readonly routes: readonly SendRoute[];
  readonly timeoutMs: number;
  /** For routes to pods. */
  readonly cluster: ConnectOptions;
}

/** Longer than a connection within reach takes; an address that is not routed from here would be waited for minutes. */
const CONNECT_MS = 3000;
const MOST_BODY = 4096;

interface Connection {
  readonly stream: Duplex;
  readonly phases: readonly Phase[];
  close(): void;
}

/** Connects by the first route that can be had, and sends the request there once. Never throws for what the network did. */
export async function sendRequest(request: RequestToSend, options: SendOptions): Promise<SendResult> {
  const failures: string[] = [];
  for (const route of options.routes) {
    const connection = await open(route, request.host, options);
    if ('error' in connection) {
      failures.push(`${routeText(route)}: ${connection.error}`);
      continue;
    }
    try {
      return { ...(await exchange(request, connection, options.timeoutMs)), route };
    } finally {
      connection.close();
    }
  }
  return { headers: {}, body: '', phases: [], error: failures.join('; ') || 'there is no address to send it to' };
}

/** `to 10.0.0.1:80`, `by a port-forward to pod kourier-system/x:8080`. */
export function routeText(route: SendRoute): string {
  return route.kind === 'address'
    ? `to ${isIP(route.host) === 6 ? `[${route.host}]` : route.host}:${route.port}`
    : `by a port-forward to pod ${route.namespace}/${route.name}:${route.port}`;
}

async function open(
  route: SendRoute,
  host: string,
  options: SendOptions,
): Promise<Connection | { readonly error: string }> {
  const started = performance.now();
  if (route.kind === 'pod') {
    try {
      const forward = await openPortForward(options.cluster, route, options.timeoutMs);
      return { ...forward, phases: [{ name: 'connect', milliseconds: performance.now() - started }] };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }
  return connectTo(route, host, started);
}

function connectTo(
  route: Extract<SendRoute, { kind: 'address' }>,
  host: string,
  started: number,
): Promise<Connection | { readonly error: string }> {
  return new Promise((settle) => {
    const phases: Phase[] = [];
    let last = started;
    const phase = (name: Phase['name']): void => {
      const now = performance.now();
      phases.push({ name, milliseconds: now - last });
      last = now;
    };
    const tcp = connectTcp({ host: route.host, port: route.port });
    const timer = setTimeout(() => fail(new Error(`no connection within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
    function fail(error: Error): void {
      clearTimeout(timer);
      tcp.destroy();
      settle({ error: error.message });
    }
    function done(stream: Socket): void {
      clearTimeout(timer);
      stream.off('error', fail);
      settle({ stream, phases, close: () => stream.destroy() });
    }
    tcp.on('error', fail);
    if (isIP(route.host) === 0) tcp.once('lookup', () => phase('dns'));
    tcp.once('connect', () => {
      phase('connect');
      if (!route.tls) return done(tcp);
      const servername = isIP(host) === 0 ? { servername: host.replace(/:\d+$/, '') } : {};
      const secure = connectTls({ socket: tcp, ...servername });
      secure.on('error', fail);
      secure.once('secureConnect', () => {
        phase('tls');
        secure.off('error', fail);
        done(secure);
      });
    });
  });
}

function exchange(
  request: RequestToSend,
  connection: Connection,
  timeoutMs: number,
): Promise<Pick<SendResult, 'status' | 'headers' | 'body' | 'error' | 'phases'>> {
  const started = performance.now();
  const before = connection.phases.reduce((sum, phase) => sum + phase.milliseconds, 0);
  return new Promise((settle) => {
    const phases: Phase[] = [...connection.phases];
    let settled = false;
    function finish(result: { status?: number; headers: Record<string, string>; body: string; error?: string }): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      settle({ ...result, phases: [...phases, { name: 'total', milliseconds: before + performance.now() - started }] });
      sent.destroy();
    }
    const timer = setTimeout(
      () => finish({ headers: {}, body: '', error: `no answer within ${timeoutMs / 1000} s` }),
      timeoutMs,
    );
    const sent = httpRequest({
      method: request.method,
      path: request.path,
      headers: {
        ...request.headers,
        host: request.host,
        connection: 'close',
        ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
      setHost: false,
      createConnection: () => connection.stream,
    });
    sent.on('error', (error) => finish({ headers: {}, body: '', error: error.message }));
    sent.on('response', (response) => {
      phases.push({ name: 'first byte', milliseconds: performance.now() - started });
      readBody(response, (body) => finish({ status: response.statusCode ?? 0, headers: headersOf(response), body }));
    });
    sent.end(request.body);
  });
}

function readBody(response: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const text = (): string => Buffer.concat(chunks).toString('utf8').slice(0, MOST_BODY);
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    // The beginning tells; a stream of tokens may never end.
    if (size > MOST_BODY) done(text());
  });
  response.on('end', () => done(text()));
  response.on('error', () => done(text()));
}

function headersOf(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, (Array.isArray(value) ? value.join(', ') : value).slice(0, 500)]],
    ),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message.slice(0, 300)
    : 'the API server refused the port-forward';
}
