/** Cause: the RuntimeClass that the pod template names does not exist. */
import { missingClass } from '../../../fixes/missing-class.ts';
import { admissionRefusal, REFUSABLE } from '../../../views/admission-refusal.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1108',
  name: 'RuntimeClassMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The RuntimeClass that the pods ask for does not exist',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: ['RuntimeClass not found', 'pod rejected: RuntimeClass', 'runtime-class-missing', 'nvidia runtime class'],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    missing: '{root} names RuntimeClass {wanted}, which does not exist{existing}',
    late: 'RuntimeClass {wanted} did not exist when {root} asked for it; it exists now',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'runtime-class-missing')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    return context.found(
      missingClass(refusal, references, error.name, { kind: 'RuntimeClass', field: 'runtimeClassName' }),
    );
  },
});
