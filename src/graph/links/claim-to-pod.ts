/** A claim without volume holds up the pods that mount it. */
import { refKey } from '../../model/reference.ts';
import { mounts } from '../relations/index.ts';
import type { Link } from './link.ts';

export const claimToPod: Link = {
  id: 'claim-to-pod',
  mechanism: 'holds up the pod',
  effectsOf(from, index, context) {
    if (from.subject.kind !== 'PersistentVolumeClaim' || !from.effects.includes('claim-not-bound')) return [];
    const claim = context.object(from.subject);
    if (claim.state !== 'present') return [];
    return mounts
      .backward(context, claim.value)
      .flatMap((pod) => index.of(refKey(pod)))
      .filter(
        (finding) =>
          finding.role === 'symptom' &&
          finding.effects.some((effect) => effect === 'pod-not-scheduled' || effect === 'volume-not-mounted'),
      );
  },
};
