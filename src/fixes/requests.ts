/**
 * Fixes of what a client sends: the request as it should be, as a curl command where its body is known whole. They change nothing in the cluster.
 */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { JudgedExchange } from '../views/exchange-target.ts';
import { command, fix, manual, verifyWithInferscope } from './build.ts';

/** Longer bodies are no reading on a command line. */
const LONGEST_BODY = 300;
const NOTHING_CHANGES = 'Changes nothing in the cluster; the client has to send the request like this.';
const ANSWERS = manual('The answer has status 200 and holds predictions.');

export interface RequestChange {
  readonly method?: string;
  readonly url?: string;
  /** In place of the content type that was sent. */
  readonly contentType?: string;
  /** Asked for by the header Host, whatever address the URL has. */
  readonly host?: string;
}

/** `title` is an imperative without a full stop. */
export function sendInstead(one: JudgedExchange, title: string, change: RequestChange): Fix {
  const { request } = one.exchange;
  const method = change.method ?? request.method;
  const host = change.host ?? request.headers['host'];
  const type =
    change.contentType ?? request.headers['content-type'] ?? (method === 'POST' ? 'application/json' : undefined);
  const whole = request.body !== undefined && request.body.length <= LONGEST_BODY && !request.body.includes('‹');
  const body = method === 'GET' || method === 'HEAD' ? [] : ['-d', whole ? (request.body ?? '') : '@<BODY_FILE>'];
  return fix({
    title,
    applicability: body[1] === '@<BODY_FILE>' ? 'fill-in' : 'safe',
    effect: NOTHING_CHANGES,
    steps: [
      command(
        [
          'curl',
          '-sS',
          '-X',
          method,
          ...(host === undefined || host === one.url.host ? [] : ['-H', `Host: ${host}`]),
          ...(type === undefined || body.length === 0 ? [] : ['-H', `Content-Type: ${type}`]),
          ...body,
          change.url ?? request.url,
        ],
        false,
      ),
    ],
    verify: ANSWERS,
  });
}

/** Where the right request cannot be written down. `text` is an imperative without a full stop. */
export function changeTheRequest(title: string, text: string): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect: NOTHING_CHANGES,
    steps: [manual(`${text}.`)],
    verify: ANSWERS,
  });
}

/** Where an object of the cluster has to change and no command can tell how. */
export function changeTheObject(object: ResourceRef, title: string, text: string, effect: string): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect,
    steps: [manual(`${text}.`)],
    verify: verifyWithInferscope(object),
  });
}

/** The URL of a request with another host, or another path. */
export function urlWith(one: JudgedExchange, change: { readonly host?: string; readonly path?: string }): string {
  const { scheme, host, port, path } = one.url;
  const query = /\?[^#]*/.exec(one.exchange.request.url)?.[0] ?? '';
  const named = change.host ?? (host.includes(':') ? `[${host}]` : host);
  return `${scheme}://${named}${port === undefined ? '' : `:${port}`}${change.path ?? path}${query}`;
}
