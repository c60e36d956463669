/** The runtime cannot make the sandbox of a pod: mostly the network plugin of the node. */
import { defineRule } from '../../define.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereSandboxFails } from '../../../views/mount-answer.ts';
import { parseContainerError } from '../../../views/parse/container-error.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { nameWithKind } from '../../../model/kinds.ts';

/** Words of CNI plugins and runtimes (containerd internal/cri/server/sandbox_run.go; aws-cni, azure-vnet, calico, flannel, host-local, cri-o). */
const READINGS: readonly (readonly [RegExp, 'addresses' | 'pause' | 'reserved' | 'network'])[] = [
  [
    /failed to assign an IP address|Failed to allocate IP address|not enough IPs available|No available addresses|no IP addresses available/i,
    'addresses',
  ],
  [/failed to (?:get|pull) (?:sandbox|pause) image|pinned image.*pause/i, 'pause'],
  [
    /failed to reserve sandbox name|name is reserved|timing out in CRI-O|context deadline exceeded|DeadlineExceeded/i,
    'reserved',
  ],
  [/network|cni|calico|flannel|cilium|weave/i, 'network'],
];

export default defineRule({
  code: 'IS9204',
  name: 'SandboxNotCreated',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The runtime cannot make the sandbox of a pod',
  appliesTo: ['Pod'],
  effects: ['container-not-created'],
  aliases: [
    'FailedCreatePodSandBox',
    'failed to setup network for sandbox',
    'failed to assign an IP address to container',
    'cni plugin not initialized',
    'NetworkNotReady',
    'failed to reserve sandbox name',
    'sandbox-not-created',
  ],
  needs: { creation: creationFailure },
  messages: {
    addresses: 'The network plugin on Node {node} has no free address for pods of {workload}',
    pause: 'Node {node} cannot pull the pause image, without which it starts no pod',
    reserved: 'The runtime on Node {node} does not finish the sandbox of a pod of {workload}: {said}',
    network: 'The network plugin on Node {node} fails: {said}',
    other: 'The runtime on Node {node} cannot make a sandbox for {workload}: {said}',
  },
  check({ creation }, context) {
    const opened = whereSandboxFails(creation, context);
    if (opened.verdict) return opened.verdict;
    const { failure, event } = opened;
    if (parseContainerError(event.message).class === 'runtime-handler-missing')
      return context.ruledOut('the runtime lacks a handler', event.cite());
    const reading = READINGS.find(([words]) => words.test(event.message))?.[1] ?? 'other';
    const node = failure.node?.name ?? 'of the pod';
    const said = event.message.replace(/^Failed to create pod sandbox: /i, '');
    return context.found({
      message: reading,
      args: {
        node,
        workload: nameWithKind(failure.workload),
        said: quoted(lastWords(said), 60),
      },
      subject: failure.node ?? failure.workload,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the kubelet’s event holds the runtime’s error',
      consequence: 'No container of the pod starts before its sandbox, with its network, is there.',
      trace: [{ text: `the kubelet asks for a sandbox: ${quoted(said)}`, cite: [event.cite()] }],
      since: event.first,
      cite: [event.cite()],
      fixes: [
        fix({
          title: `Look after the network plugin and the runtime of Node ${node}`,
          applicability: 'advice',
          effect: 'Nothing by itself; the kubelet tries again.',
          steps: [
            kubectl({}, ['get', 'pods', '-A', '-o', 'wide', `--field-selector=spec.nodeName=${node}`], false),
            manual(
              reading === 'addresses'
                ? 'Give the node’s subnet or pool more addresses, or run fewer pods on it.'
                : 'Look whether the pod of the network plugin on that node is Ready and what its log says.',
            ),
          ],
          verify: verifyWithInferscope(failure.workload),
        }),
      ],
    });
  },
});

/** Without the wrapping of gRPC, containerd and the CNI call. */
function lastWords(text: string): string {
  return text
    .replace(/^rpc error: code = \w{1,30} desc = /, '')
    .replace(/^failed to setup network for sandbox "[^"]{0,100}": /, '')
    .replace(/^plugin type="[^"]{0,100}"(?: name="[^"]{0,100}")? failed \(add\): /, '');
}
