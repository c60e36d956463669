/** Cause: the colon before the verb of KServe's v1 protocol arrives percent-encoded, and the server takes it for a part of the model's name. */
import { sendInstead, urlWith } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7304',
  name: 'RequestPathEncoded',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The colon of the path arrives percent-encoded',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['Model with name x:predict does not exist.', '%3Apredict', 'percent-encoded colon'],
  needs: { judgement: exchangeJudgement },
  messages: {
    sent: 'The client sends %3A in place of the colon before {verb}; {object} takes it for a part of the model name',
    arrived: '{object} is asked for a model called {model}: the colon before {verb} is encoded on the way',
  },
  check({ judgement }, context) {
    const one = judgement.failing.findLast(
      ({ asks, answer }) =>
        (answer.kind === 'model-unknown' || answer.kind === 'path-unknown') &&
        (asks?.encodedColon === true || VERB.test(answer.model ?? '')),
    );
    if (one === undefined) return context.notApplicable('no request has an encoded colon');
    const { asks, answer } = one;
    const verb = asks?.verb ?? VERB.exec(answer.model ?? '')?.[1] ?? 'predict';
    const object = nameOf(context.on);
    const path = one.url.path.replace(/%3a(?=[a-z]+\/?$)/i, ':');
    const common = {
      subject: CLIENT_REQUEST,
      consequence: 'The server looks for a model whose name ends in the verb, and there is none.',
      cite: [citeExchange(one)] as const,
      fixes: [sendInstead(one, `Call ${path} with the colon as it is`, { url: urlWith(one, { path }) })],
    };
    return asks?.encodedColon === true
      ? context.found({
          message: 'sent',
          args: { verb, object },
          ...common,
          certainty: answer.model === undefined ? 'likely' : 'confirmed',
          basis:
            answer.model === undefined
              ? 'the path was sent so, and the server does not know it'
              : 'the path was sent so, and the server names the model with its verb',
        })
      : context.found({
          message: 'arrived',
          args: { verb, object, model: answer.model ?? '' },
          ...common,
          certainty: 'confirmed',
          basis: 'the server names the model with its verb',
        });
  },
});

const VERB = /:(predict|explain|classify|regress)$/;
