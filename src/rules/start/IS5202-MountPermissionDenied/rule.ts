/** The storage service refuses the mount: credentials are missing or wrong, the export does not allow the node, a firewall or role says no. */
import { defineRule } from '../../define.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5202',
  name: 'MountPermissionDenied',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The storage refuses the mount: permission or credentials',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: [
    'mount error(13): Permission denied',
    'access denied by server while mounting',
    'AuthorizationFailure',
    'AuthenticationFailed',
    'could not get secret',
    'PermissionDenied',
    'mount-permission-denied',
  ],
  needs: { creation: creationFailure },
  messages: {
    denied: 'The storage refuses to mount volume {volume} of {workload}',
    secret: 'Volume {volume} of {workload} cannot be mounted without the Secret {secret}, which does not exist',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['permission-denied', 'credentials'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    return context.found({
      message: mount.error.name === undefined ? 'denied' : 'secret',
      args: {
        volume: fault.volume,
        workload: fault.workload,
        secret: mount.error.name ?? '',
      },
      subject: fault.subject,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the error of the storage is in the kubelet’s event',
      consequence: 'The kubelet tries again until the storage lets it in; the pod stays in ContainerCreating.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      trace: [{ text: `the mount fails: ${quoted(mount.error.detail)}`, cite: [mount.event.cite()] }],
      fixes: [
        mountAdvice(
          'Give the credentials of the volume, or the node, the right to mount it',
          'Check the account key or role in the Secret that the volume names, the export’s list of allowed addresses, and the firewall of the storage account.',
          failure.workload,
        ),
      ],
    });
  },
});
