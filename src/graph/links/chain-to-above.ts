/** What stands on a failing object of the serving chain is not Ready either: Revision, Route, InferenceService, InferenceGraph. */
import type { Finding } from '../../model/finding.ts';
import { refKey, sameRef, type ResourceRef } from '../../model/reference.ts';
import { isServing } from '../../model/serving-relations.ts';
import { chainAbove } from '../../views/serving-chain.ts';
import type { FindingIndex, Link } from './link.ts';

export const chainToAbove: Link = {
  id: 'chain-to-above',
  mechanism: 'keeps what stands on it from being Ready',
  effectsOf(from, index, context) {
    if (from.role !== 'symptom') return [];
    const above = context.use(chainAbove, from.subject);
    // Below the serving chain owners are all that stands above, and the link from pods to owners tells them.
    if (!above.some(isServing)) return [];
    const troubled = above.filter((ref) => symptomsOn(index, ref).length > 0);
    // Step by step: what stands further up is brought about by what stands between.
    const nearest = troubled.filter(
      (ref) =>
        !troubled.some((between) => between !== ref && context.use(chainAbove, between).some((up) => sameRef(up, ref))),
    );
    return nearest.flatMap((ref) => symptomsOn(index, ref));
  },
};

/** A controller that may not create pods has a cause of its own. */
function symptomsOn(index: FindingIndex, ref: ResourceRef): readonly Finding[] {
  return index
    .of(refKey(ref))
    .filter((finding) => finding.role === 'symptom' && !finding.effects.includes('pod-not-created'));
}
