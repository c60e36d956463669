/** A claim and the PersistentVolume that it is tied to do not go together: another claim has it, it does not fit, or it is gone. */
import { defineRule } from '../../define.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { verifyClaim } from '../../../fixes/storage.ts';
import { claimProvisioning } from '../../../views/claim-provisioning.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { textAt } from '../../../model/json.ts';

export default defineRule({
  code: 'IS2206',
  name: 'ClaimVolumeMismatch',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A claim and its PersistentVolume do not go together',
  appliesTo: ['PersistentVolumeClaim'],
  effects: ['claim-not-bound'],
  aliases: [
    'VolumeMismatch',
    'ClaimLost',
    'ClaimMisbound',
    'already bound to a different claim',
    'Cannot bind to requested volume',
    'claim-volume-mismatch',
  ],
  needs: { provisioning: claimProvisioning },
  messages: {
    mismatch: 'The claim {claim} and PersistentVolume {volume} do not go together: {detail}',
    taken: 'PersistentVolume {volume}, which the claim {claim} wants, is bound to another claim',
    lost: 'The claim {claim} has lost its PersistentVolume {volume}',
  },
  check({ provisioning }, context) {
    if (provisioning.state === 'unknown') return context.unknown(provisioning.gap);
    if (provisioning.state === 'absent') return context.notApplicable('the claim waits for nothing');
    const { claim, last, phase, eventsGap } = provisioning.value;
    const lost = phase === 'Lost' || last?.parsed.class === 'lost';
    if (!lost && last === undefined)
      return eventsGap === undefined
        ? context.notApplicable('no event tells of a mismatch')
        : context.unknown(eventsGap);
    if (!lost && last?.parsed.class !== 'volume-mismatch' && last?.parsed.class !== 'already-bound') {
      return last === undefined
        ? context.notApplicable('no event tells of a mismatch')
        : context.ruledOut('the claim’s controllers say something else', last.event.cite());
    }
    const volume = last?.parsed.volume ?? textAt(claim.body, 'spec', 'volumeName') ?? 'unnamed';
    const cause = lost ? 'lost' : last?.parsed.class === 'already-bound' ? 'taken' : 'mismatch';
    const status = claim.cite(`phase of claim ${claim.ref.name}`, '/status/phase');
    return context.found({
      message: cause,
      args: { claim: claim.ref.name, volume, detail: quoted(last?.parsed.detail ?? '', BRIEF) },
      subject: claim.ref,
      certainty: 'confirmed',
      basis: last === undefined ? 'the phase of the claim is Lost' : 'the volume controller says so',
      cite: last === undefined ? [status] : [last.event.cite(), status],
      fixes: [
        fix({
          title: lost
            ? 'Make the claim anew, on a restored volume where the data is needed'
            : 'Let the claim name a volume that fits and is free',
          applicability: 'advice',
          effect: 'Depends on the volume’s reclaim policy: with Delete, deleting the claim deletes the data.',
          steps: [
            kubectl({}, ['get', 'pv', '-o', 'wide'], false),
            manual(
              lost
                ? 'Bring the PersistentVolume back (from the storage system or a backup) before the claim is made anew.'
                : 'Compare size, StorageClass, access modes and volume mode of both; a Released volume is bound again only after its claimRef is removed.',
            ),
          ],
          verify: verifyClaim(claim.ref),
        }),
      ],
    });
  },
});
