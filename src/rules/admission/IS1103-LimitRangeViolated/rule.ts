/** Cause: the object asks for more, less or nothing where a LimitRange sets a bound. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { parseQuantity } from '../../../views/parse/quantity.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
} from '../../../views/admission-refusal.ts';
import type { LimitRangeViolation } from '../../../views/parse/admission-message.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1103',
  name: 'LimitRangeViolated',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A LimitRange forbids what the pods ask for',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: [
    'limit-range',
    'maximum cpu usage per Container is',
    'minimum memory usage per Container is',
    'max limit to request ratio',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    outside:
      'The {resource} {side} of {what}, {given}, is outside the {bound} of {is} per {type} in a LimitRange{more}',
    unset: 'No {resource} {side} is set for {what}; a LimitRange sets a {bound} of {is} per {type}{more}',
    ratio:
      'The {resource} limit of {what} is {given} times its request; a LimitRange allows {is} times per {type}{more}',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'limit-range') return context.ruledOut('the refusal gives another reason', refusal.cite);
    const [first, ...more] = error.violations;
    if (first === undefined) return context.notApplicable('the refusal names no bound');
    const { root } = refusal;
    const message = first.bound === 'ratio' ? 'ratio' : first.given === undefined ? 'unset' : 'outside';
    const bounds = references.limitRanges.flatMap((range) => citeBound(range, first));
    return context.found({
      message,
      args: {
        what: whatIsRefused(refusal),
        side: first.of ?? 'limit',
        given: first.bound === 'ratio' && first.given !== undefined ? Number(first.given) : (first.given ?? 'more'),
        resource: first.resource,
        bound: first.bound,
        is: first.is,
        type: first.type,
        more: more.length === 0 ? '' : `, and ${more.length} more`,
      },
      subject: root,
      certainty: 'confirmed',
      basis: 'the API server names the bound and what is asked for',
      consequence: whatFollows(refusal),
      cite: [refusal.cite, ...bounds.slice(0, 1), ...refusal.cites.slice(1)],
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: [
        fix({
          title: `Keep ${nameWithKind(root)} within the LimitRange`,
          applicability: 'advice',
          effect:
            'Changes the pod template: the pods are made anew. Changing the LimitRange instead lets every pod of the namespace ask for as much.',
          steps: [
            kubectl(root, ['get', 'limitrange', '-o', 'yaml'], false),
            ...error.violations.map((violation) => manual(advice(violation))),
          ],
          verify: verifyWithInferscope(root),
          owner: references.owner,
        }),
      ],
    });
  },
});

function advice(violation: LimitRangeViolation): string {
  const { resource, type, is, of = 'limit' } = violation;
  if (violation.bound === 'ratio')
    return `Bring the limit of ${resource} to at most ${is} times its request per ${type}.`;
  return `Set the ${of} of ${resource} to ${violation.bound === 'maximum' ? 'at most' : 'at least'} ${is} per ${type}.`;
}

function citeBound(range: KubeObject, violation: LimitRangeViolation): readonly Citation[] {
  const field = { minimum: 'min', maximum: 'max', ratio: 'maxLimitRequestRatio' }[violation.bound];
  const wanted = parseQuantity(violation.is);
  return listAt(range.body, 'spec', 'limits').flatMap((limit, index) =>
    textAt(limit, 'type') === violation.type && parseQuantity(textAt(limit, field, violation.resource)) === wanted
      ? [range.cite(`LimitRange ${range.ref.name}`, `/spec/limits/${index}`)]
      : [],
  );
}
