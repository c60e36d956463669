/**
 * One HTTP exchange: a GET, its whole answer, bounded in time and size. No retries and no judgement of what the answer means.
 * Never throws for what the network or the server did; that is a part of the result.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Session } from './session.ts';

export type Exchange =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'ended' }
  /** Nothing was sent, since the credential could not be renewed. */
  | { readonly kind: 'no-credential'; readonly message: string }
  /** `midway`: after the answer began. */
  | { readonly kind: 'error'; readonly error: Error; readonly code: string; readonly midway: boolean };

export interface ExchangeOptions {
  readonly url: string;
  readonly session: Session;
  readonly accept: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Ends the exchange early. */
  readonly signal?: AbortSignal;
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function headersFor(options: ExchangeOptions): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    accept: options.accept,
    'accept-encoding': 'gzip',
    'user-agent': 'inferscope',
  };
  for (const [name, value] of Object.entries(options.session.headers)) {
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  return headers;
}

/** The body as it was before compression. Errors of the connection reach the returned stream. */
function decoded(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  return pipeline(response, createGunzip(), () => {
    // The error is emitted on the returned stream as well, where it is handled.
  });
}

export function exchange(options: ExchangeOptions): Promise<Exchange> {
  if (options.signal?.aborted === true) return Promise.resolve({ kind: 'ended' });
  const send = options.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((settle) => {
    let midway = false;
    const request = send(options.url, { method: 'GET', agent: options.session.agent, headers: headersFor(options) });
    const timer = setTimeout(() => finish({ kind: 'timeout', afterMs: options.timeoutMs }), options.timeoutMs);
    const stop = (): void => finish({ kind: 'ended' });

    function finish(result: Exchange): void {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      settle(result);
      // A whole answer leaves its connection to the next request.
      if (result.kind !== 'answer') request.destroy();
    }
    function fail(error: Error): void {
      finish({ kind: 'error', error, code: errorCode(error), midway });
    }

    request.on('error', fail);
    options.signal?.addEventListener('abort', stop, { once: true });
    request.on('response', (response) => {
      midway = true;
      const chunks: Buffer[] = [];
      let size = 0;
      const body = decoded(response);
      body.on('error', fail);
      body.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > options.maxBytes) return finish({ kind: 'too-large', limitBytes: options.maxBytes });
        chunks.push(chunk);
      });
      body.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        finish({ kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.end();
  });
}
