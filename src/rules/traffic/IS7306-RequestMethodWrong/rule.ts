/** Cause: the path is right, and the server takes another HTTP method there. */
import { sendInstead } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, lastOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7306',
  name: 'RequestMethodWrong',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request uses an HTTP method that the path does not take',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['405 Method Not Allowed', '{"detail":"Method Not Allowed"}', '405: Method Not Allowed'],
  needs: { judgement: exchangeJudgement },
  messages: {
    predicts: 'The client sends {method} to {path}, which takes POST',
    refused: 'The client sends {method} to {path}, which takes {allowed}',
  },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'method-not-allowed');
    if (one === undefined) return context.notApplicable('no request was refused for its method');
    const { exchange, asks, url } = one;
    const { method } = exchange.request;
    const allow = exchange.response?.headers['allow'];
    const predicts = asks?.verb !== undefined && method !== 'POST';
    const allowed = allow ?? (predicts ? 'POST' : 'another one');
    const to = predicts ? 'POST' : allow?.split(',')[0]?.trim();
    const common = {
      subject: CLIENT_REQUEST,
      certainty: 'confirmed' as const,
      basis: 'the server says that it does not allow the method',
      consequence: 'The server is reached and is Ready.',
      cite: [citeExchange(one)] as const,
      fixes: [
        sendInstead(one, `Send ${to ?? 'the method that the server allows'}`, to === undefined ? {} : { method: to }),
      ],
    };
    const path = quoted(url.path);
    return predicts
      ? context.found({ message: 'predicts', args: { method, path }, ...common })
      : context.found({ message: 'refused', args: { method, path, allowed }, ...common });
  },
});
