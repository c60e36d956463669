/** A controller that may not create its pods is itself short of them. */
import { refKey } from '../../model/reference.ts';
import type { Link } from './link.ts';

export const notCreatedToWorkload: Link = {
  id: 'not-created-to-workload',
  mechanism: 'leaves it short',
  effectsOf(from, index) {
    if (from.role !== 'symptom' || !from.effects.includes('pod-not-created')) return [];
    return index.of(refKey(from.subject)).filter((finding) => finding !== from && finding.role === 'symptom');
  },
};
