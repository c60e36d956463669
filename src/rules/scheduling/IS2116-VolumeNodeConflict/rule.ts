/** The pod's volume can be used only on certain nodes (a disk of one zone, a local disk), and none of these takes the pod. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podClaims } from '../../../views/pod-claims.ts';
import { scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2116',
  name: 'VolumeNodeConflict',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A volume cannot be used on the nodes that are left for its pod',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'node(s) had volume node affinity conflict',
    "node(s) didn't match PersistentVolume's node affinity",
    'node(s) had no available volume zone',
    'volume-node-conflict',
  ],
  needs: { placement: scheduling, claims: podClaims },
  messages: {
    tied: 'The volume of claim {claim} is tied to nodes with {where}; none of them takes {workload}',
    unseen: 'The volume of claim {claim} cannot be used on {count} of {all} nodes, and no other takes {workload}',
  },
  check({ placement, claims }, context) {
    const opened = whereDecisive(placement, ['volume-node-affinity', 'volume-zone'], context);
    if (opened.verdict) return opened.verdict;
    if (claims.state === 'unknown') return context.unknown(claims.gap);
    if (claims.state === 'absent') return context.notApplicable('the pod is not there to be looked at');
    const { scheduling: waiting, decisive } = opened;
    const tied = claims.value.claims.find((claim) => claim.nodeAffinity !== undefined);
    const claim =
      tied ??
      claims.value.claims.find((candidate) => candidate.persistentVolume !== undefined) ??
      claims.value.claims[0];
    return context.found({
      message: tied === undefined ? 'unseen' : 'tied',
      args: {
        claim: claim?.ref.name ?? 'unnamed',
        where: tied?.nodeAffinity?.text ?? '',
        count: decisive.reason.count,
        all: waiting.message?.nodes ?? waiting.nodes.length,
        workload: nameWithKind(waiting.workload),
      },
      subject: claim?.ref ?? waiting.workload,
      affects: [waiting.pod.ref],
      certainty: 'confirmed',
      basis: 'the scheduler says that the volume does not go with the nodes',
      consequence: 'A disk stays in the zone (or on the node) in which it was made; the pod has to go there.',
      ...(waiting.since === undefined ? {} : { since: waiting.since }),
      cite: [
        ...waiting.cites,
        ...(tied?.nodeAffinity === undefined ? [] : [tied.nodeAffinity.cite]),
        ...(claim === undefined ? [] : [claim.cite]),
      ],
      trace: waiting.trace,
      fixes: [
        fix({
          title: 'Have a node where the volume is, or make the volume anew where the nodes are',
          applicability: 'advice',
          effect: 'A volume made anew is empty: copy the data first.',
          steps: [
            manual(
              'Add a node in the volume’s zone; or restore a snapshot of the volume in a zone with nodes. For new claims, volumeBindingMode: WaitForFirstConsumer in the StorageClass makes the volume where the pod is placed.',
            ),
          ],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    });
  },
});
