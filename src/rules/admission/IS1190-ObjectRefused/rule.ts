/** Fallback: the API server refuses the object, in words that no other rule knows. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
} from '../../../views/admission-refusal.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS1190',
  name: 'ObjectRefused',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The API server refuses the object',
  general: true,
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'Error from server',
    'is forbidden',
    'FailedCreate',
    'insufficient quota to consume',
    'status unknown for quota',
  ],
  needs: { refusal: admissionRefusal },
  messages: { refused: 'The API server refuses {what}: {words}' },
  check({ refusal }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    if (error.class !== 'other' && error.class !== 'quota-other')
      return context.ruledOut('a more specific reason is given', refusal.cite);
    return context.found({
      message: 'refused',
      args: { what: whatIsRefused(refusal), words: quoted(error.detail) },
      subject: root,
      certainty: 'confirmed',
      basis: "the API server's own words",
      consequence: whatFollows(refusal),
      cite: refusal.cites,
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: [
        fix({
          title: `Change ${nameWithKind(root)} as the API server asks`,
          applicability: 'advice',
          effect:
            refusal.by !== 'command'
              ? 'The controller tries again by itself.'
              : 'The object is taken when it is applied again.',
          steps: [manual(`Change what the API server names: ${quoted(error.detail)}.`)],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
