/** The storage system refuses to make the volume that a claim asks for: quota, permission, zone, parameters. */
import { defineRule } from '../../define.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { verifyClaim } from '../../../fixes/storage.ts';
import { claimProvisioning } from '../../../views/claim-provisioning.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';

interface Reading {
  readonly words: RegExp;
  readonly reading: string;
  readonly title: string;
  readonly step: string;
}

/** gRPC codes and words of CSI drivers and clouds; first match wins (csi-spec error table, external-provisioner). */
const READINGS: readonly Reading[] = [
  {
    words: /ResourceExhausted|quota|QuotaExceeded|LimitExceeded|out of capacity/i,
    reading: 'the storage system is out of quota or capacity',
    title: 'Raise the quota of the storage system, or ask for less',
    step: 'The message names the limit. Raise it at the provider, delete volumes that nobody uses, or set a smaller spec.resources.requests.storage or another storageClassName in a new claim.',
  },
  {
    words: /PermissionDenied|Unauthenticated|Unauthorized|AuthorizationFailed|Forbidden|AccessDenied|403/i,
    reading: 'the driver is not allowed to make volumes',
    title: 'Give the identity of the CSI driver the right to make volumes',
    step: 'The message names the call that was refused. Add that right to the role of the CSI controller (its cloud identity or credentials Secret).',
  },
  {
    words: /topology|zone|region/i,
    reading: 'the zone or topology asked for cannot be served',
    title: 'Bring the zones of the StorageClass and of the nodes together',
    step: 'Compare allowedTopologies of the StorageClass with the labels topology.kubernetes.io/zone of the nodes; volumeBindingMode WaitForFirstConsumer lets the pod choose the zone.',
  },
  {
    words: /InvalidArgument|infeasible|not supported|unsupported|invalid/i,
    reading: 'the storage system does not accept these parameters',
    title: 'Correct the parameters of the StorageClass, or what the claim asks for',
    step: 'The message names the parameter, access mode or size. A StorageClass cannot be changed: create another one and name it in a new claim.',
  },
  {
    words: /DeadlineExceeded|timed out|timeout|Unavailable|connection refused|no such host/i,
    reading: 'the storage system does not answer',
    title: 'Bring the CSI controller or its way to the storage system back',
    step: 'Look at the pods of the CSI controller (in kube-system or the namespace of the driver) and at its connection to the storage system.',
  },
];

export default defineRule({
  code: 'IS2205',
  name: 'ProvisioningFailed',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The storage system refuses to make a volume',
  appliesTo: ['PersistentVolumeClaim'],
  effects: ['claim-not-bound'],
  aliases: [
    'ProvisioningFailed',
    'failed to provision volume with StorageClass',
    'provisioning-failed',
    'Volume provisioning failed with infeasible error',
  ],
  needs: { provisioning: claimProvisioning },
  messages: {
    read: 'No volume is made for the claim {claim}: {reading}',
    quoted: 'No volume is made for the claim {claim}: {detail}',
  },
  check({ provisioning }, context) {
    if (provisioning.state === 'unknown') return context.unknown(provisioning.gap);
    if (provisioning.state === 'absent') return context.notApplicable('the claim waits for nothing');
    const { claim, last, eventsGap, storageClass } = provisioning.value;
    if (last === undefined)
      return eventsGap === undefined
        ? context.notApplicable('no event tells of a failure')
        : context.unknown(eventsGap);
    if (last.parsed.class !== 'provisioning-failed')
      return context.ruledOut('the claim’s controllers say something else', last.event.cite());
    const { detail } = last.parsed;
    const reading = READINGS.find(({ words }) => words.test(detail));
    return context.found({
      message: reading === undefined ? 'quoted' : 'read',
      args: { claim: claim.ref.name, detail: quoted(detail, BRIEF), reading: reading?.reading ?? '' },
      subject: claim.ref,
      certainty: 'confirmed',
      basis: 'the provisioner’s event says why',
      trace: [{ text: `the provisioner answers: ${quoted(detail)}`, cite: [last.event.cite()] }],
      since: last.event.first,
      cite: [last.event.cite(), ...(storageClass?.state === 'present' ? [storageClass.cite] : [])],
      fixes: [
        fix({
          title: reading?.title ?? 'Mend what the provisioner’s message names',
          applicability: 'advice',
          effect: 'The provisioner tries again by itself.',
          steps: [
            kubectl(claim.ref, ['describe', 'pvc', claim.ref.name], false),
            manual(
              reading?.step ??
                'The message in the event is the storage system’s own: its documentation and its log tell more.',
            ),
          ],
          verify: verifyClaim(claim.ref),
        }),
      ],
    });
  },
});
