/** Cause: the PriorityClass that the pod template names does not exist. */
import { missingClass } from '../../../fixes/missing-class.ts';
import { admissionRefusal, REFUSABLE } from '../../../views/admission-refusal.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1107',
  name: 'PriorityClassMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The PriorityClass that the pods ask for does not exist',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: ['no PriorityClass with name', 'priority-class-missing'],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    missing: '{root} names PriorityClass {wanted}, which does not exist{existing}',
    late: 'PriorityClass {wanted} did not exist when {root} asked for it; it exists now',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'priority-class-missing')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    return context.found(
      missingClass(refusal, references, error.name, { kind: 'PriorityClass', field: 'priorityClassName' }),
    );
  },
});
