/** Cause: the model gets an input whose shape, type or form it does not take. */
import { changeTheRequest } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, isMistyped, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7308',
  name: 'RequestInputRefused',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The model does not take the input in that form',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'request-input-shape-wrong',
    'Expected 2D array',
    'features, but',
    'unexpected shape for input',
    'Feature shape mismatch',
    'Expected "instances" to be a list',
    '422 Unprocessable Entity',
    'could not convert string to float',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    counted: 'The request gives {got} where {object} takes {wanted}: “{words}”',
    refused: '{object} refuses the input of the request: “{words}”',
    unread: '{object} refuses the input of the request with status {status}',
  },
  check({ judgement }, context) {
    const one = judgement.failing.findLast((failed) => failed.answer.kind === 'input-refused' && !isMistyped(failed));
    if (one === undefined) return context.notApplicable('no request was refused for its input');
    const { answer, asks } = one;
    const object = nameOf(context.on);
    const words = quoted(answer.words, 120);
    const other = judgement.answered.find(
      (found) => found.asks?.verb !== undefined && found.asks.model === asks?.model,
    );
    const common = {
      subject: CLIENT_REQUEST,
      certainty: 'confirmed' as const,
      basis:
        other === undefined
          ? 'the server says what is wrong with the input'
          : 'the server says what is wrong with the input, and answers another one',
      consequence: 'The model is loaded and works on input of the form that it was trained for.',
      cite: [citeExchange(one), ...(other === undefined ? [] : [citeExchange(other)])] as const,
      fixes: [
        changeTheRequest(
          'Send the input in the form that the model was trained with',
          `Compare the number, order and type of the features with the training data; GET /v2/models/${asks?.model ?? 'NAME'} tells names, types and shapes where the server speaks v2`,
        ),
      ],
    };
    if (words === '')
      return context.found({
        message: 'unread',
        args: { object, status: answer.status ?? 0 },
        ...common,
        basis: 'the status says that the input is wrong',
      });
    return answer.got === undefined || answer.wanted === undefined
      ? context.found({ message: 'refused', args: { object, words }, ...common })
      : context.found({
          message: 'counted',
          args: { object, words, got: answer.got, wanted: answer.wanted },
          ...common,
        });
  },
});
