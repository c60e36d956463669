/** A volume that only one node (or one pod) may use is in use elsewhere. */
import { defineRule } from '../../define.ts';
import { fix, patch, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { claimNamed, podClaims } from '../../../views/pod-claims.ts';
import { scheduling } from '../../../views/scheduling.ts';

export default defineRule({
  code: 'IS2207',
  name: 'ClaimAccessConflict',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A volume for one node or one pod is in use elsewhere',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted', 'pod-not-scheduled'],
  aliases: [
    'Multi-Attach error for volume',
    'ReadWriteOncePod access mode already in-use by another pod',
    'Volume is already exclusively attached to one node',
    'FailedAttachVolume',
    'claim-access-conflict',
  ],
  needs: { claims: podClaims, creation: creationFailure, placement: scheduling },
  messages: {
    held: 'The volume of claim {claim} ({modes}) is attached to another node, in use by {users}',
    holder: 'The volume of claim {claim} ({modes}) is still attached to another node',
    once: 'The claim {claim} is for one pod only (ReadWriteOncePod), and another pod uses it',
  },
  check({ claims, creation, placement }, context) {
    if (claims.state === 'unknown') return context.unknown(claims.gap);
    if (claims.state === 'absent') return context.notApplicable('the pod is not there to be looked at');
    const { pod, workload } = claims.value;
    const waiting = placement.state === 'present' ? placement.value : undefined;
    const inUse = waiting?.decisive?.kind === 'volume-in-use';
    const mount = creation.state === 'present' ? creation.value.mount : undefined;
    if (!inUse && mount === undefined) {
      const gap = creation.state === 'present' ? creation.value.eventsGap : undefined;
      return gap === undefined ? context.notApplicable('no volume of the pod fails to attach') : context.unknown(gap);
    }
    if (!inUse && mount?.error.class !== 'multi-attach') {
      return mount === undefined
        ? context.notApplicable('no volume of the pod fails to attach')
        : context.ruledOut('the mount fails for another reason', mount.event.cite());
    }
    const claim =
      claimNamed(claims.value, mount?.error.volume) ??
      claims.value.claims.find((candidate) => candidate.accessModes.includes('ReadWriteOncePod'));
    const users = (claim?.users ?? []).map((user) => `Pod ${user.ref.name}`);
    const modes = claim?.accessModes.join(', ') ?? '';
    const words = mount === undefined ? (waiting?.cites ?? []) : [mount.event.cite()];
    const fallback = pod.cite('volumes of the pod', '/spec/volumes');
    const [first = fallback, ...more] = words;
    return context.found({
      message: inUse ? 'once' : users.length > 0 ? 'held' : 'holder',
      args: {
        claim: claim?.ref.name ?? mount?.error.volume ?? 'unnamed',
        modes: modes === '' ? 'access modes not seen' : modes,
        users: users.slice(0, 3).join(', '),
      },
      subject: claim?.ref ?? workload,
      affects: [pod.ref],
      certainty: 'confirmed',
      basis: inUse
        ? 'the scheduler says that the claim is in use'
        : 'the attach controller says that the volume is attached elsewhere',
      consequence:
        'A rolling update starts the new pod before the old one ends, so with such a volume the two wait for each other.',
      cite: [first, ...more, ...(claim === undefined ? [] : [claim.cite])],
      trace: waiting?.trace ?? [],
      fixes: [
        ...(workload.kind === 'Deployment'
          ? [
              fix({
                title: 'Let the old pod end before the new one starts (strategy Recreate)',
                applicability: 'review',
                effect: `During every rollout of Deployment ${workload.name} there is a time without any pod.`,
                steps: [patch(workload, { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } })],
                undo: [patch(workload, { spec: { strategy: { type: 'RollingUpdate' } } })],
                verify: verifyWithInferscope(workload),
              }),
            ]
          : []),
        fix({
          title: 'Use a ReadWriteMany volume, or one claim for each pod',
          applicability: 'advice',
          effect: 'Needs a file share instead of a disk, and the data copied.',
          steps: [
            manual(
              'After a node was lost, the volume is detached by itself after six minutes, or at once when the node carries the taint node.kubernetes.io/out-of-service.',
            ),
          ],
          verify: verifyWithInferscope(workload),
        }),
      ],
    });
  },
});
