/** A program that runs and does not do its work (a server without a model) answers requests with errors, though everything is Ready. */
import { refKey } from '../../model/reference.ts';
import { chainAbove } from '../../views/serving-chain.ts';
import type { Link } from './link.ts';

export const idleToRequests: Link = {
  id: 'idle-to-requests',
  mechanism: 'answers requests with errors',
  effectsOf(from, index, context) {
    if (from.role !== 'cause' || !from.effects.includes('work-not-done')) return [];
    return from.affects
      .flatMap((ref) => [ref, ...context.use(chainAbove, ref)])
      .flatMap((ref) => index.of(refKey(ref)))
      .filter((finding) => finding.role === 'symptom' && finding.effects.includes('requests-fail'));
  },
};
