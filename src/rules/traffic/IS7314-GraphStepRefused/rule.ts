/** Cause: the router of an InferenceGraph finds no way for the request, or the step that it takes fails. */
import { changeTheObject } from '../../../fixes/requests.ts';
import { lastOf, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7314',
  name: 'GraphStepRefused',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The router of an InferenceGraph finds no step for the request',
  appliesTo: ['InferenceGraph'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'None of the routes matched with the switch condition',
    'Failed to process request',
    'no route was selected by the splitter',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    unmatched: 'No condition of the switch of {object} matches the request',
    failed: 'A step of {object} fails: “{words}”',
  },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'graph-no-match', 'graph-step-failed');
    if (one === undefined) return context.notApplicable('its router refused no request');
    const object = nameOf(context.on);
    const common = { subject: context.on, cite: [citeExchange(one)] as const };
    if (one.answer.kind === 'graph-no-match')
      return context.found({
        message: 'unmatched',
        args: { object },
        ...common,
        certainty: 'confirmed',
        basis: 'the router says so',
        consequence: 'The steps are not called at all.',
        fixes: [
          changeTheObject(
            context.on,
            'Give the switch a condition that the request meets',
            'Compare the body of the request with spec.nodes.*.steps[].condition (a GJSON path), or add a step without a condition as the last one',
            'The router takes it over when its pod is made anew.',
          ),
        ],
      });
    return context.found({
      message: 'failed',
      args: { object, words: quoted(one.answer.words, 120) },
      ...common,
      certainty: 'possible',
      basis: 'the router says so, and not which step',
      fixes: [
        changeTheObject(
          context.on,
          'Look at the step that fails',
          'Read the log of the router for the step, and ask about the InferenceService that it names',
          'Changes nothing.',
        ),
      ],
    });
  },
});
