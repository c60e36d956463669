/** The node does not have what mounts the volume: the CSI driver's node plugin is not registered there, or a helper such as `mount.nfs` is not installed. */
import { defineRule } from '../../define.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5201',
  name: 'MountDriverMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The CSI driver (or mount helper) for a volume is not on the node',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: [
    'driver name not found in the list of registered CSI drivers',
    'CSINode does not contain driver',
    'unknown filesystem type',
    'need a /sbin/mount.<type> helper program',
    'mount-driver-missing',
    'no volume plugin matched',
    'failed to get plugin from volumeSpec for volume',
    'volumePluginDir',
  ],
  needs: { creation: creationFailure },
  messages: {
    driver: 'Node {node} has no CSI driver {driver}, which volume {volume} of {workload} needs',
    plugin: 'The kubelet of Node {node} has no plugin for the kind of volume {volume} of {workload}',
    helper: 'Node {node} lacks the helper that mounts volume {volume} of {workload}',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['driver-missing'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    const isPlugin = mount.error.driver === undefined && /no volume plugin matched/.test(mount.error.detail);
    return context.found({
      message: isPlugin ? 'plugin' : mount.error.driver === undefined ? 'helper' : 'driver',
      args: {
        node: failure.node?.name ?? 'of the pod',
        driver: mount.error.driver ?? '',
        volume: fault.volume,
        workload: fault.workload,
      },
      subject: failure.node ?? fault.subject,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the kubelet names what is missing',
      consequence: 'Without the node plugin of its driver on that node no such volume is mounted there.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      fixes: [
        mountAdvice(
          isPlugin
            ? 'Put the driver of the volume where the kubelet looks for it'
            : mount.error.driver === undefined
              ? 'Install what mounts this kind of volume on the node'
              : `Get the node plugin of ${mount.error.driver} running on the node`,
          isPlugin
            ? 'A flexvolume driver lies in a folder of its own below --volume-plugin-dir of the kubelet (/etc/kubernetes/volumeplugins on AKS; setting volumePluginDir of the Azure ML extension); or use a mount through CSI.'
            : 'Look whether the DaemonSet of the CSI driver has a Ready pod on that node (selector, tolerations), and whether the node is prepared for that file system (nfs-common, cifs-utils).',
          failure.workload,
        ),
      ],
    });
  },
});
