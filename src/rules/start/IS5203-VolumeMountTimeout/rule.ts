/** Attaching or mounting does not end in time: the storage does not answer over the network, or the attach controller of the driver is stuck. */
import { defineRule } from '../../define.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5203',
  name: 'VolumeMountTimeout',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'Attaching or mounting a volume times out',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: [
    'timed out waiting for external-attacher',
    'mount error(115): Operation now in progress',
    'mount.nfs: Connection timed out',
    'context deadline exceeded',
    'volume-mount-timeout',
  ],
  needs: { creation: creationFailure },
  messages: {
    attach: 'Volume {volume} of {workload} is not attached: the attacher of CSI driver {driver} does not answer',
    mount: 'Volume {volume} of {workload} is not mounted: the storage does not answer',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['timeout'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    return context.found({
      message: mount.error.driver === undefined ? 'mount' : 'attach',
      args: {
        volume: fault.volume,
        workload: fault.workload,
        driver: mount.error.driver ?? '',
      },
      subject: fault.subject,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the kubelet’s event names the timeout',
      consequence: 'The pod stays in ContainerCreating as long as the volume is not there.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      trace: [{ text: `the mount fails: ${quoted(mount.error.detail)}`, cite: [mount.event.cite()] }],
      fixes: [
        mountAdvice(
          'Mend the way from the node to the storage',
          'For file shares check that the node reaches the storage’s port (445 for SMB, 2049 for NFS) through firewall and DNS; for disks look after the driver’s controller (external-attacher) and the VolumeAttachment objects.',
          failure.workload,
        ),
      ],
    });
  },
});
