/** Cause: JSON is sent under another content type, and the server hands it on without decoding it. */
import { sendInstead } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, isMistyped } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import type { JudgedExchange } from '../../../views/exchange-target.ts';
import type { AnswerKind } from '../../../views/parse/http-answer.ts';
import { defineRule } from '../../define.ts';
import { quoted } from '../../../views/parse/quoted.ts';

/** What a server makes of a body that it did not decode. */
const UNDECODED: ReadonlySet<AnswerKind> = new Set([
  'content-type-refused',
  'input-refused',
  'server-error',
  'batch-refused',
  'failed',
]);

export default defineRule({
  code: 'IS7302',
  name: 'RequestContentTypeWrong',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The client sends JSON under another content type',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'request-content-type-wrong',
    'application/x-www-form-urlencoded',
    'Expected 2D array, got scalar array instead',
    '415 Unsupported Media Type',
    'array=nan',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    form: 'The client sends {type}, and {who} takes nothing but JSON',
    typed: 'The client sends JSON as {type}, which {who} does not decode',
    untyped: 'The client sends JSON without a content type, which {who} does not decode',
  },
  check({ judgement }, context) {
    const one =
      judgement.failing.findLast((failed) => UNDECODED.has(failed.answer.kind) && isMistyped(failed)) ??
      judgement.failing.findLast(isRefusedForm);
    if (one === undefined) return context.notApplicable('no request that fails carries JSON under another type');
    const { request } = one.exchange;
    const type = request.headers['content-type'];
    const twin = judgement.answered.find((other) => isTwin(one, other));
    const refused = one.answer.kind === 'content-type-refused';
    // A recording without headers says nothing of the type.
    if (type === undefined && twin === undefined && !refused)
      return context.notApplicable('the content type of the request was not recorded');
    const who = one.answer.by === 'server' ? 'the model server' : 'the server';
    const common = {
      subject: CLIENT_REQUEST,
      certainty: twin !== undefined || refused ? ('confirmed' as const) : ('likely' as const),
      basis:
        twin !== undefined
          ? 'the same body is answered when it is sent as JSON'
          : refused
            ? 'the server refuses the content type'
            : 'the body is JSON, the content type says otherwise, and the server complains of the input',
      consequence: 'The model gets the raw text in place of numbers; neither the model nor the cluster is at fault.',
      cite: [citeExchange(one), ...(twin === undefined ? [] : [citeExchange(twin)])] as const,
      trace: [
        {
          text: `the body is not decoded, and the answer is ${one.answer.status ?? 'none'}${one.answer.words === '' ? '' : `: ${quoted(one.answer.words, 80)}`}`,
          cite: [citeExchange(one)],
        },
      ],
      fixes: [sendInstead(one, 'Send Content-Type: application/json', { contentType: 'application/json' })],
    };
    if (type !== undefined && !isMistyped(one))
      return context.found({ message: 'form', args: { type, who }, ...common });
    return type === undefined
      ? context.found({ message: 'untyped', args: { who }, ...common })
      : context.found({ message: 'typed', args: { type, who }, ...common });
  },
});

/** A form, which the server refuses for its type: the body is to be written as JSON, too. */
function isRefusedForm({ answer, exchange }: JudgedExchange): boolean {
  const type = exchange.request.headers['content-type'];
  return answer.kind === 'content-type-refused' && type !== undefined && !/json/i.test(type);
}

/** The same request but for its type. */
function isTwin(one: JudgedExchange, other: JudgedExchange): boolean {
  const [failed, worked] = [one.exchange.request, other.exchange.request];
  return (
    failed.method === worked.method &&
    failed.url === worked.url &&
    failed.body === worked.body &&
    /json/i.test(worked.headers['content-type'] ?? '')
  );
}
