/**
 * Which requests to an object fail now, and which reach it: a request that failed counts only while no later one like it succeeded, and one to a
 * host that nobody publishes only while none reached the object by a host that it has. Judges the requests, not the object.
 */
import type { Citation } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { exchangeTarget, type JudgedExchange } from './exchange-target.ts';
import type { PublishedHost } from './exchange-hosts.ts';
import { isFailed, reachedPod, type AnswerKind } from './parse/http-answer.ts';
import { readyCondition } from './ready-condition.ts';

export interface ExchangeJudgement {
  readonly hosts: readonly PublishedHost[];
  /** Requests that fail now, oldest first. */
  readonly failing: readonly JudgedExchange[];
  /** Requests that were answered as they should be, oldest first. */
  readonly answered: readonly JudgedExchange[];
  /** Those of `failing` that went to a host that nobody publishes. */
  readonly unrouted: readonly JudgedExchange[];
}

const NOTHING: ExchangeJudgement = { hosts: [], failing: [], answered: [], unrouted: [] };

/** What the request carried plays no part in these: a later answer to the same method and URL shows that the trouble is over. */
const WHATEVER_IS_SENT: ReadonlySet<AnswerKind> = new Set([
  'name-unresolved',
  'connection-refused',
  'tls-failed',
  'connection-lost',
  'no-answer',
  'no-route',
  'no-upstream',
  'upstream-unreachable',
  'upstream-closed',
  'upstream-protocol',
  'overflow',
  'no-capacity',
  'queue-full',
  'revision-gone',
  'container-unreachable',
  'unavailable',
  'model-not-ready',
  'model-unknown',
  'path-unknown',
]);

/** While an object starts or is not Ready these are what a start looks like, and its condition tells of them. */
const WHILE_STARTING: ReadonlySet<AnswerKind> = new Set([...WHATEVER_IS_SENT, 'timeout', 'client-timeout']);

export const exchangeJudgement = defineView<ExchangeJudgement>({
  id: 'exchange-judgement',
  needs: [],
  uses: [exchangeTarget, readyCondition],
  derive(context, subject) {
    const { hosts, own, stray } = context.use(exchangeTarget, subject);
    if (own.length === 0 && stray.length === 0) return NOTHING;
    const ready = context.use(readyCondition, subject);
    const starting = ready.state === 'present' && ready.value.status !== undefined && ready.value.status !== 'True';
    const answered = own.filter(({ answer }) => !isFailed(answer));
    const failing = own.filter(
      (one, index) =>
        isFailed(one.answer) &&
        !(answered.length > 0 && isIdle(one)) &&
        !answered.some((other) => isSentOn(one, other)) &&
        !(starting && WHILE_STARTING.has(one.answer.kind)) &&
        !own.slice(index + 1).some((later) => !isFailed(later.answer) && isLike(one, later)),
    );
    const unrouted = own.some(({ answer }) => reachedPod(answer)) || starting ? [] : stray;
    return { hosts, failing: [...failing, ...unrouted], answered, unrouted };
  },
});

/**
 * A look at `/`, `/favicon.ico` or a health path that the server does not have, or at what it allows, while what matters is answered.
 */
function isIdle({ exchange, asks, answer }: JudgedExchange): boolean {
  const { method } = exchange.request;
  const reads = method === 'OPTIONS' || ((method === 'GET' || method === 'HEAD') && asks === undefined);
  return reads && (answer.kind === 'path-unknown' || answer.kind === 'method-not-allowed');
}

/** A client that follows sent both; one that came over https at once had no trouble either. */
function isSentOn({ answer, url }: JudgedExchange, other: JudgedExchange): boolean {
  return (
    answer.kind === 'redirect-to-https' &&
    other.url.scheme === 'https' &&
    other.url.host === url.host &&
    other.url.path === url.path
  );
}

function isLike(failed: JudgedExchange, later: JudgedExchange): boolean {
  const [one, other] = [failed.exchange.request, later.exchange.request];
  if (one.method !== other.method || one.url !== other.url) return false;
  if (WHATEVER_IS_SENT.has(failed.answer.kind)) return true;
  return one.headers['content-type'] === other.headers['content-type'] && one.body === other.body;
}

/** The citation of one exchange: what was asked and what came back. */
export function citeExchange({ exchange, answer, cite }: JudgedExchange): Citation {
  const { method, url } = exchange.request;
  return cite(`${method} ${url} answered ${answer.status ?? 'nothing'}`);
}
