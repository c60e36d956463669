/** The kubelet cannot attach or mount a volume, for a reason that no other rule knows; its words are quoted. Yields to any specific cause. */
import { defineRule } from '../../define.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5206',
  name: 'VolumeMountFailed',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A volume cannot be mounted',
  general: true,
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: [
    'FailedMount',
    'FailedAttachVolume',
    'Unable to attach or mount volumes',
    'MountVolume.SetUp failed',
    'failed to sync configmap cache',
    'volume-mount-failed',
  ],
  needs: { creation: creationFailure },
  messages: {
    failed: 'Volume {volume} of {workload} cannot be mounted: {detail}',
    absent: 'The storage does not have what volume {volume} of {workload} mounts: {detail}',
    waiting: 'Volume {volume} of {workload} is not mounted; the kubelet gives no reason',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['other', 'not-found-remote', 'cache-sync-timeout', 'summary'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    return context.found({
      message:
        mount.error.class === 'summary' ? 'waiting' : mount.error.class === 'not-found-remote' ? 'absent' : 'failed',
      args: { volume: fault.volume, workload: fault.workload, detail: quoted(mount.error.detail, 70) },
      subject: fault.subject,
      affects: [failure.pod.ref],
      certainty: mount.error.class === 'summary' ? 'possible' : 'confirmed',
      basis:
        mount.error.class === 'summary'
          ? 'only the kubelet’s summary is there, which names no reason'
          : 'the kubelet’s event says so',
      consequence: 'The pod stays in ContainerCreating until all its volumes are mounted.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      trace: [{ text: `the kubelet says: ${quoted(mount.error.detail)}`, cite: [mount.event.cite()] }],
      fixes: [
        mountAdvice(
          'Mend what the kubelet complains of',
          'The words are those of the storage driver or of mount(8). The log of the driver’s pod on that node says more.',
          failure.workload,
        ),
      ],
    });
  },
});
