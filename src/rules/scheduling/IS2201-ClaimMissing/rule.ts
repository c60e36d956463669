/** A pod mounts a PersistentVolumeClaim that does not exist in its namespace, or that is being deleted. */
import { defineRule } from '../../define.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { verifyClaim } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { podClaims } from '../../../views/pod-claims.ts';
import { scheduling } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2201',
  name: 'ClaimMissing',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A pod mounts a PersistentVolumeClaim that does not exist',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled', 'volume-not-mounted'],
  aliases: [
    'persistentvolumeclaim not found',
    'persistentvolumeclaim is being deleted',
    'pvc-missing',
    'PVC not found',
  ],
  needs: { placement: scheduling, claims: podClaims, creation: creationFailure },
  messages: {
    missing: '{workload} mounts the PersistentVolumeClaim {claim}, which does not exist in namespace {namespace}',
    deleted: '{workload} mounts the PersistentVolumeClaim {claim}, which is being deleted',
  },
  check({ placement, claims, creation }, context) {
    if (claims.state === 'unknown') return context.unknown(claims.gap);
    if (claims.state === 'absent') return context.notApplicable('the pod is not there to be looked at');
    const { pod, workload } = claims.value;
    const waiting = placement.state === 'present' ? placement.value : undefined;
    const held = creation.state === 'present' ? creation.value : undefined;
    if (waiting === undefined && held === undefined)
      return context.notApplicable('the pod waits neither for a node nor for a volume');
    const mine = claims.value.claims;
    const [first] = mine;
    if (first === undefined)
      return context.ruledOut('the pod mounts no claim', pod.cite('volumes of the pod', '/spec/volumes'));
    const named = waiting?.message?.reasons.find(
      (reason) => reason.kind === 'claim-missing' || reason.kind === 'claim-being-deleted',
    );
    const mounting = held?.mount?.error.class === 'claim-missing' ? held.mount : undefined;
    const trace = waiting?.trace ?? [];
    for (const claim of mine) {
      const said = named?.claim === claim.ref.name || mounting?.error.name === claim.ref.name;
      // The message is of the last attempt; a claim that is there by now was only late.
      if (claim.claim.state === 'present' && (named?.kind !== 'claim-being-deleted' || !said)) continue;
      if (claim.claim.state === 'unknown' && !said) continue;
      const words = mounting === undefined ? (waiting?.cites ?? []) : [mounting.event.cite()];
      const absence = claim.claim.state === 'absent' ? [claim.claim.cite] : [];
      const [firstCite = claim.cite, ...moreCites] = [...(said ? words : []), claim.cite, ...absence];
      const near = nearestNames(claim.ref.name, claims.value.names, 1)[0];
      return context.found({
        message: named?.kind === 'claim-being-deleted' && said ? 'deleted' : 'missing',
        args: {
          workload: nameWithKind(workload),
          claim: claim.ref.name,
          namespace: claim.ref.namespace ?? '',
        },
        subject: claim.ref,
        affects: [pod.ref],
        certainty: 'confirmed',
        basis: said ? 'the scheduler (or the kubelet) names the missing claim' : 'the list of claims does not hold it',
        consequence: 'A pod is placed and started only when all its claims exist.',
        ...(waiting?.since === undefined ? {} : { since: waiting.since }),
        cite: [firstCite, ...moreCites],
        trace,
        fixes: [
          ...(near === undefined
            ? []
            : [
                changePodSpec(waiting ?? { workload }, {
                  title: `Mount the claim ${near}, which exists`,
                  spec: { volumes: [{ name: claim.volume, persistentVolumeClaim: { claimName: near } }] },
                  what: `the claim ${near} for volume ${claim.volume}`,
                }),
              ]),
          fix({
            title: `Create the PersistentVolumeClaim ${claim.ref.name} in ${claim.ref.namespace ?? 'its namespace'}`,
            applicability: 'fill-in',
            effect: 'The waiting pod goes on once the claim is bound.',
            steps: [kubectl(claim.ref, ['apply', '-f', '<CLAIM>.yaml'], true)],
            undo: [kubectl(claim.ref, ['delete', 'pvc', claim.ref.name], true)],
            verify: verifyClaim(claim.ref),
          }),
        ],
      });
    }
    const unseen = mine.find((claim) => claim.claim.state === 'unknown');
    if (unseen?.claim.state === 'unknown') return context.unknown(unseen.claim.gap);
    return context.ruledOut('every claim of the pod exists', first.cite);
  },
});
