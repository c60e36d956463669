/** A claim that binds when its pod is placed finds no volume: none made by hand fits, or the storage has no room where the nodes are. */
import { defineRule } from '../../define.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podClaims } from '../../../views/pod-claims.ts';
import { scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2208',
  name: 'VolumeNotAvailable',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No PersistentVolume is free for the claim of a pod',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    "node(s) didn't find available persistent volumes to bind",
    'node(s) did not have enough free storage',
    'bound to non-existent persistentvolume',
    'volume-not-available',
  ],
  needs: { placement: scheduling, claims: podClaims },
  messages: {
    none: 'No PersistentVolume that fits the claim {claim} is free on a node that {workload} may use',
    room: 'The storage behind the claim {claim} has not enough room on any node left ({count})',
    gone: 'The claim {claim} is bound to a PersistentVolume that does not exist',
  },
  check({ placement, claims }, context) {
    const opened = whereDecisive(placement, ['no-persistent-volume', 'storage-capacity'], context);
    if (opened.verdict) return opened.verdict;
    if (claims.state === 'unknown') return context.unknown(claims.gap);
    if (claims.state === 'absent') return context.notApplicable('the pod is not there to be looked at');
    const { scheduling: waiting, decisive } = opened;
    const named = decisive.reason.claim;
    const unbound = claims.value.claims.filter((claim) => claim.persistentVolume === undefined);
    const claim =
      claims.value.claims.find((candidate) => candidate.ref.name === named) ?? unbound[0] ?? claims.value.claims[0];
    const gone = /non-existent/.test(decisive.reason.text);
    return context.found({
      message: gone ? 'gone' : decisive.kind === 'storage-capacity' ? 'room' : 'none',
      args: {
        claim: claim?.ref.name ?? named ?? 'unnamed',
        workload: nameWithKind(waiting.workload),
        count: decisive.reason.count,
      },
      subject: claim?.ref ?? waiting.workload,
      affects: [waiting.pod.ref],
      certainty: 'confirmed',
      basis: 'the scheduler says so',
      ...(waiting.since === undefined ? {} : { since: waiting.since }),
      cite: [...waiting.cites, ...(claim === undefined ? [] : [claim.cite])],
      trace: waiting.trace,
      fixes: [
        fix({
          title: 'Make a PersistentVolume that fits, or use a StorageClass that makes them',
          applicability: 'advice',
          effect: 'The claim is bound as soon as a volume fits; the pod is placed where that volume can be used.',
          steps: [
            kubectl({}, ['get', 'pv', '-o', 'wide'], false),
            manual('Compare size, StorageClass, access modes and node affinity of the free volumes with the claim.'),
          ],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    });
  },
});
