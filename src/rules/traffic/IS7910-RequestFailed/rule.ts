/** Symptom: requests that were really sent to a model fail. Who answered them is told; why is for the causes. */
import { ASKED_KINDS, nameOf, whoAnswered } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7910',
  name: 'RequestFailed',
  stage: 'traffic',
  role: 'symptom',
  since: '0.1.0',
  title: 'Requests to the model fail',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'always',
  effects: ['requests-fail'],
  aliases: ['HTTP 404', 'HTTP 409', 'HTTP 424', 'HTTP 500', 'HTTP 502', 'HTTP 503', 'HTTP 504', 'prediction fails'],
  needs: { judgement: exchangeJudgement },
  messages: {
    answered: '{object}: {method} {path} is answered {answer} by {who}',
    unrouted: '{object}: no gateway routes {method} {url}, answered {answer}',
    unanswered: '{object}: {method} {url} gets no answer: {error}',
  },
  check({ judgement }, context) {
    const { failing, answered, unrouted } = judgement;
    // The first one is what was tried as it should be; later ones are often experiments with the trouble.
    const [first] = failing;
    if (first === undefined) {
      const last = answered.at(-1);
      return last === undefined
        ? context.notApplicable('no request to it was recorded')
        : context.ruledOut('its requests are answered', citeExchange(last));
    }
    const { exchange, url, answer } = first;
    const words = answer.words === '' ? '' : `, “${quoted(answer.words, BRIEF)}”`;
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'the answer was recorded',
      cite: [citeExchange(first), ...failing.slice(1, 3).map(citeExchange)],
      ...(exchange.at === undefined ? {} : { since: exchange.at }),
    } as const;
    const object = nameOf(context.on);
    const { method } = exchange.request;
    if (answer.status === undefined)
      return context.found({
        message: 'unanswered',
        args: {
          object,
          method,
          url: quoted(exchange.request.url),
          error: quoted(answer.words, BRIEF) || 'nothing more is told',
        },
        ...common,
        basis: 'the client said so',
      });
    if (unrouted.includes(first))
      return context.found({
        message: 'unrouted',
        args: { object, method, url: quoted(exchange.request.url), answer: answer.status },
        ...common,
      });
    return context.found({
      message: 'answered',
      args: { object, method, path: quoted(url.path), answer: `${answer.status}${words}`, who: whoAnswered(answer.by) },
      ...common,
    });
  },
});
