/** Cause: the gateway takes the host over https only, and sends plain requests away. */
import { sendInstead } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, lastOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7316',
  name: 'RequestRedirected',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The gateway sends http requests on to https',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['301 Moved Permanently', '308 Permanent Redirect', 'http-protocol: Redirected', 'ssl-redirect'],
  needs: { judgement: exchangeJudgement },
  messages: {
    redirected: 'The gateway answers http for host {host} with {status} to https, and the client does not follow',
  },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'redirect-to-https');
    if (one === undefined) return context.notApplicable('no request was sent on to https');
    const url = one.exchange.request.url
      .replace(/^http:/i, 'https:')
      .replace(/^(https:\/\/[^/?#]*?):80(?=[/?#]|$)/, '$1');
    return context.found({
      message: 'redirected',
      args: { host: one.url.host, status: one.answer.status ?? 0 },
      subject: CLIENT_REQUEST,
      certainty: 'confirmed',
      basis: 'the answer names the same host over https',
      consequence: 'Most clients make a GET of a POST when they follow a 301, so that following alone does not help.',
      cite: [citeExchange(one)],
      fixes: [sendInstead(one, 'Call the host over https', { url })],
    });
  },
});
