/** Cause: the request carries no session or token, or one that is not accepted. */
import { changeTheRequest } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, whoAnswered } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { urlParts } from '../../../views/parse/inference-request.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7312',
  name: 'RequestUnauthenticated',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request is not signed in',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    '302 Found location: /dex/auth',
    'Jwt is missing',
    'Jwt verification fails',
    'Jwt issuer is not configured',
    '401 Unauthorized',
    'UAEX',
    'authservice_session',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    login: 'The request carries no session: it is sent to the login {where}',
    missing: 'The request carries no token, and {who} demands one',
    refused: '{who} does not accept the credentials of the request: “{words}”',
    unsaid: '{who} does not accept the request without other credentials, status {status}',
  },
  check({ judgement }, context) {
    const one = judgement.failing.findLast(
      ({ answer }) =>
        answer.kind === 'login-required' ||
        answer.kind === 'unauthorized' ||
        // What a policy of the mesh forbids is for the rules on policies.
        (answer.kind === 'forbidden' && answer.by === 'login'),
    );
    if (one === undefined) return context.notApplicable('no request was turned away for want of credentials');
    const { answer } = one;
    const who = capital(whoAnswered(answer.by));
    const words = quoted(answer.words, 120);
    const common = {
      subject: CLIENT_REQUEST,
      certainty: 'confirmed' as const,
      basis: 'the answer says so',
      consequence: 'The request does not come to the model; with credentials it would.',
      cite: [citeExchange(one)] as const,
      fixes: [
        changeTheRequest(
          'Send the request with credentials',
          'Add the session cookie that a browser gets after the login, or a token of an accepted issuer in the header Authorization; inside the cluster use the cluster-local host, which passes no login',
        ),
      ],
    };
    if (answer.kind === 'login-required') {
      const to = urlParts(answer.location ?? '');
      return context.found({
        message: 'login',
        args: {
          where: quoted(to === undefined ? ((answer.location ?? '').split('?')[0] ?? '') : `${to.host}${to.path}`),
        },
        ...common,
      });
    }
    if (answer.words.startsWith('Jwt is missing'))
      return context.found({ message: 'missing', args: { who: whoAnswered(answer.by) }, ...common });
    return words === ''
      ? context.found({
          message: 'unsaid',
          args: { who, status: answer.status ?? 0 },
          ...common,
          certainty: answer.kind === 'forbidden' ? 'likely' : 'confirmed',
          basis: 'the status says so',
        })
      : context.found({ message: 'refused', args: { who, words }, ...common });
  },
});

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
