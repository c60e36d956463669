/** A `hostPath` volume says what must be at its path (`type: Directory`, `File`, `Socket` …), and the node has something else or nothing there. */
import { defineRule } from '../../define.ts';
import { mountAdvice } from '../../../fixes/storage.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereMountFails } from '../../../views/mount-answer.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volumeAtFault } from '../../../views/volume-at-fault.ts';

export default defineRule({
  code: 'IS5204',
  name: 'HostPathMismatch',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A hostPath volume is not what its type says',
  appliesTo: ['Pod'],
  effects: ['volume-not-mounted'],
  aliases: ['hostPath type check failed', 'is not a directory', 'is not a socket file', 'host-path-mismatch'],
  needs: { creation: creationFailure },
  messages: {
    other: 'Path {path} of node {node} is not what hostPath volume {volume} of {workload} demands',
  },
  check({ creation }, context) {
    const opened = whereMountFails(creation, ['host-path-type'], context);
    if (opened.verdict) return opened.verdict;
    const { failure, mount } = opened;
    const fault = volumeAtFault(failure);
    return context.found({
      message: 'other',
      args: {
        path: mount.error.name ?? 'of the volume',
        node: failure.node?.name ?? 'of the pod',
        volume: fault.volume,
        workload: fault.workload,
      },
      subject: failure.workload,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the kubelet names the path',
      consequence: 'The container is not made on that node; on a node that has the path the same pod starts.',
      since: mount.event.first,
      cite: [mount.event.cite(), ...fault.cite],
      trace: [{ text: `the mount fails: ${quoted(mount.error.detail)}`, cite: [mount.event.cite()] }],
      fixes: [
        mountAdvice(
          'Correct the path or the type of the hostPath volume, or prepare the node',
          'type: DirectoryOrCreate makes a missing directory; a socket or device has to be there already (the node’s container runtime or driver makes it).',
          failure.workload,
        ),
      ],
    });
  },
});
