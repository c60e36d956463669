/** Cause, general: the model server ends a request with an error of its own, and nothing tells more. */
import { kubectl } from '../../../fixes/build.ts';
import { changeTheObject } from '../../../fixes/requests.ts';
import { ASKED_KINDS, isMistyped, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7317',
  name: 'ModelServerError',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The model server fails on a request with an error of its own',
  general: true,
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['500 Internal Server Error', 'InferenceError', 'Internal Server Error'],
  needs: { judgement: exchangeJudgement },
  messages: { failed: 'The server of {object} fails on the request: “{words}”' },
  check({ judgement }, context) {
    const one = judgement.failing.findLast(
      (failed) => failed.answer.kind === 'server-error' && failed.answer.by === 'server' && !isMistyped(failed),
    );
    if (one === undefined) return context.notApplicable('the model server failed on no request');
    const words = quoted(one.answer.words, 160);
    if (words === '') return context.notApplicable('its answer does not say why');
    return context.found({
      message: 'failed',
      args: { object: nameOf(context.on), words },
      subject: context.on,
      certainty: 'likely',
      basis: 'the server answers 500 with these words, which name no known mistake of the request',
      consequence: 'The request comes as far as the code that serves the model.',
      cite: [citeExchange(one)],
      fixes: [
        {
          ...changeTheObject(
            context.on,
            'Read the traceback of the server',
            'The log of the serving container holds the place in the code; mend the code or the model there',
            'Changes nothing.',
          ),
          verify: kubectl(context.on, ['get', 'pods'], false),
        },
      ],
    });
  },
});
