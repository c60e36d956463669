/** Nobody answers for the provisioner of a claim's StorageClass: its CSI driver does not run, or is not installed. */
import { defineRule } from '../../define.ts';
import { command, fix } from '../../../fixes/build.ts';
import { verifyClaim } from '../../../fixes/storage.ts';
import { textAt } from '../../../model/json.ts';
import { claimProvisioning } from '../../../views/claim-provisioning.ts';

/** External provisioners take up a claim within seconds, and then write an event of their own (`Provisioning`). */
const LONGEST_SILENCE_SECONDS = 120;

export default defineRule({
  code: 'IS2204',
  name: 'ProvisionerMissing',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'Nobody makes volumes for the StorageClass of a claim',
  appliesTo: ['PersistentVolumeClaim'],
  effects: ['claim-not-bound'],
  aliases: [
    'ExternalProvisioning',
    'waiting for a volume to be created',
    'Waiting for a volume to be created either by the external provisioner',
    'provisioner-missing',
  ],
  needs: { provisioning: claimProvisioning },
  messages: {
    silent: 'The claim {claim} has waited {minutes} min for the provisioner {provisioner}, which has not answered',
  },
  check({ provisioning }, context) {
    if (provisioning.state === 'unknown') return context.unknown(provisioning.gap);
    if (provisioning.state === 'absent') return context.notApplicable('the claim waits for nothing');
    const { claim, storageClass, last, ageSeconds, eventsGap } = provisioning.value;
    if (last === undefined)
      return eventsGap === undefined
        ? context.notApplicable('no event speaks of a provisioner')
        : context.unknown(eventsGap);
    if (last.parsed.class !== 'waiting-for-provisioner')
      return context.ruledOut('the claim’s controllers say something else', last.event.cite());
    if (ageSeconds < LONGEST_SILENCE_SECONDS) return context.notApplicable('the claim is too young to tell');
    const provisioner =
      last.parsed.provisioner ??
      (storageClass?.state === 'present' ? textAt(storageClass.value.body, 'provisioner') : undefined);
    return context.found({
      message: 'silent',
      args: { claim: claim.ref.name, minutes: Math.floor(ageSeconds / 60), provisioner: provisioner ?? 'of its class' },
      subject: storageClass?.state === 'present' ? storageClass.value.ref : claim.ref,
      affects: [claim.ref],
      certainty: 'likely',
      basis: 'the volume controller waits, and no event of the provisioner itself follows',
      consequence: 'A volume is made only by the CSI driver that answers for this provisioner.',
      cite: [
        last.event.cite(),
        ...(storageClass?.state === 'present' ? [storageClass.value.cite('its provisioner', '/provisioner')] : []),
      ],
      fixes: [
        fix({
          title: `Get the CSI driver ${provisioner ?? 'of that class'} running`,
          applicability: 'advice',
          effect: 'None; it only reads.',
          steps: [
            command(['kubectl', 'get', 'csidrivers'], false),
            command(['kubectl', 'get', 'pods', '-A', '-o', 'wide'], false),
          ],
          verify: verifyClaim(claim.ref),
        }),
      ],
    });
  },
});
