/** Cause: KServe's batcher stands before the model, and cannot read the request. */
import { changeTheRequest } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, isMistyped, lastOf, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7315',
  name: 'BatchRequestRefused',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The batcher cannot read the request',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ["can't Unmarshal body", "can't read body", 'no instances in the request', 'batcher'],
  needs: { judgement: exchangeJudgement },
  messages: { refused: 'The batcher of {object} takes only bodies with a list "instances": “{words}”' },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'batch-refused');
    if (one === undefined) return context.notApplicable('no batcher refused a request');
    if (isMistyped(one) && judgement.answered.length > 0)
      return context.notApplicable('the request is sent under another content type');
    return context.found({
      message: 'refused',
      args: { object: nameOf(context.on), words: quoted(one.answer.words, 80) },
      subject: CLIENT_REQUEST,
      certainty: 'confirmed',
      basis: 'the batcher says so',
      consequence: 'It stands before the model, which never sees the request.',
      cite: [citeExchange(one)],
      fixes: [
        changeTheRequest(
          'Send {"instances": […]}',
          'Send the v1 form with a non-empty list; for v2 or binary bodies take batcher out of the component',
        ),
      ],
    });
  },
});
