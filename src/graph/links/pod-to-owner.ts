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
    return (
      context
        .use(ownerTree, from.subject)
        .owners.flatMap((owner) => index.of(refKey(owner)))
        // A ReplicaSet that may not create pods is not short because one of its pods fails: both have causes of their own.
        .filter((finding) => finding.role === 'symptom' && !finding.effects.includes('pod-not-created'))
    );
  },
};
