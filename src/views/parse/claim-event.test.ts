import { describe, expect, it } from 'vitest';
import { parseClaimEvent } from './claim-event.ts';

describe('parseClaimEvent', () => {
  it.each([
    [
      'ProvisioningFailed',
      'storageclass.storage.k8s.io "managed-premium-v2" not found',
      { class: 'storage-class-missing', storageClass: 'managed-premium-v2' },
    ],
    [
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
      { class: 'no-storage-class' },
    ],
    [
      'WaitForFirstConsumer',
      'waiting for first consumer to be created before binding',
      { class: 'waiting-for-consumer' },
    ],
    ['WaitForPodScheduled', 'waiting for pod model-0 to be scheduled', { class: 'waiting-for-consumer' }],
    [
      'ExternalProvisioning',
      "Waiting for a volume to be created either by the external provisioner 'disk.csi.azure.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
      { class: 'waiting-for-provisioner', provisioner: 'disk.csi.azure.com' },
    ],
    [
      'ExternalProvisioning',
      'waiting for a volume to be created, either by external provisioner "ebs.csi.aws.com" or manually created by system administrator',
      { class: 'waiting-for-provisioner', provisioner: 'ebs.csi.aws.com' },
    ],
    [
      'ProvisioningFailed',
      'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted desc = quota',
      { class: 'provisioning-failed', storageClass: 'fast' },
    ],
    [
      'VolumeMismatch',
      'Cannot bind to requested volume "pv-1": requested PV is too small',
      { class: 'volume-mismatch', volume: 'pv-1' },
    ],
    ['FailedBinding', 'volume "pv-1" already bound to a different claim.', { class: 'already-bound', volume: 'pv-1' }],
    ['ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!', { class: 'lost' }],
    ['Provisioning', 'External provisioner is provisioning volume for claim "a/b"', { class: 'other' }],
  ])('reads %s %s', (reason, message, expected) => {
    expect(parseClaimEvent(reason, message)).toMatchObject({ ...expected, detail: message });
  });
});
