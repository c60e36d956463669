/** Cause: a prompt and the answer that is asked for need more tokens than the language model takes. */
import { changeTheRequest } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, lastOf, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7311',
  name: 'RequestContextTooLong',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request needs more tokens than the model takes',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    "This model's maximum context length is",
    'longer than the maximum model length',
    'max_new_tokens',
    'max-model-len',
    'BadRequestError',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    counted: 'The request needs {asked} tokens; {object} takes {most}',
    refused: 'The request needs more tokens than {object} takes: “{words}”',
  },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'context-too-long');
    if (one === undefined) return context.notApplicable('no request was refused for its length');
    const object = nameOf(context.on);
    const { words } = one.answer;
    const most =
      /(?:maximum context length (?:is|of)|maximum model length of|model's context length \(|must be <=|less than) ?(\d{1,9})/i.exec(
        words,
      )?.[1];
    const asked = /(?:requested|resulted in|prompt \(length|input \(|Given:|request has) ?(?:about )?(\d{1,9})/i.exec(
      words,
    )?.[1];
    const common = {
      subject: CLIENT_REQUEST,
      certainty: 'confirmed' as const,
      basis: 'the server counts the tokens',
      consequence: 'The model is loaded, and answers shorter requests.',
      cite: [citeExchange(one)] as const,
      fixes: [
        changeTheRequest('Ask for less', 'Shorten the prompt, or lower max_tokens: both count together'),
        changeTheRequest(
          'Let the model take more, where its weights allow it',
          'Raise --max-model-len in the arguments of the predictor; the memory for its cache grows with it',
        ),
      ],
    };
    return most === undefined || asked === undefined
      ? context.found({ message: 'refused', args: { object, words: quoted(words, 120) }, ...common })
      : context.found({ message: 'counted', args: { object, asked, most }, ...common });
  },
});
