/** A failing Pod (or a ReplicaSet that gets no pods) leaves the workloads above it short. */
import { refKey } from '../../model/reference.ts';
import { ownerTree } from '../../views/owner-tree.ts';
import type { Link } from './link.ts';

const BELOW = new Set(['Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController']);

export const podToOwner: Link = {
  id: 'pod-to-owner',
  mechanism: 'leaves its owner short',
  effectsOf(from, index, context) {
    if (from.role !== 'symptom' || !BELOW.has(from.subject.kind)) return [];
    for (const owner of context.use(ownerTree, from.subject).owners) {
      // A ReplicaSet that may not create pods is not short because one of its pods fails: both have causes of their own.
      const short = index
        .of(refKey(owner))
        .filter((finding) => finding.role === 'symptom' && !finding.effects.includes('pod-not-created'));
      // Owners further up are short because this one is.
      if (short.length > 0) return short;
    }
    return [];
  },
};
