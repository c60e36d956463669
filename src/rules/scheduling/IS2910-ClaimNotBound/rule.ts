/** Symptom: a PersistentVolumeClaim has no volume although a pod waits for it. */
import { defineRule } from '../../define.ts';
import { claimState } from '../../../views/claim-state.ts';

export default defineRule({
  code: 'IS2910',
  name: 'ClaimNotBound',
  stage: 'scheduling',
  role: 'symptom',
  since: '0.1.0',
  title: 'A PersistentVolumeClaim has no volume',
  appliesTo: ['PersistentVolumeClaim'],
  looksAt: 'always',
  effects: ['claim-not-bound'],
  aliases: ['pod has unbound immediate PersistentVolumeClaims', 'FailedBinding', 'ProvisioningFailed'],
  needs: { claim: claimState },
  messages: { unbound: 'PersistentVolumeClaim {claim} is {phase}' },
  check({ claim }, context) {
    if (claim.state === 'unknown') return context.unknown(claim.gap);
    if (claim.state === 'absent') return context.notApplicable('the claim does not exist');
    const { object, bound, waitsForPod, fresh, undecided, phase } = claim.value;
    const cite = object.cite(`phase of claim ${object.ref.name}`, '/status/phase');
    if (bound) return context.ruledOut('the claim is bound', cite);
    if (waitsForPod) return context.notApplicable('the claim is bound only once a pod uses it');
    if (fresh) return context.notApplicable('the claim is too young to tell');
    if (undecided !== undefined) return context.unknown(undecided);
    return context.found({
      message: 'unbound',
      args: { claim: object.ref.name, phase },
      subject: object.ref,
      certainty: 'confirmed',
      basis: 'its phase says so',
      cite: [cite],
    });
  },
});
