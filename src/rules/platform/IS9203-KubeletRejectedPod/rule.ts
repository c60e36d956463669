/** The kubelet of a node refused a pod that the scheduler had given it, or ended it with its node; and the pod's owner is short of it. */
import { defineRule } from '../../define.ts';
import { mendNode, setNodeAside } from '../../../fixes/nodes.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podRejection } from '../../../views/pod-rejection.ts';
import { nameWithKind } from '../../../model/kinds.ts';

/** kubernetes pkg/kubelet/lifecycle, cm/devicemanager, cm/topologymanager, nodeshutdown, preemption, volumemanager. */
const REJECTIONS =
  /^(?:UnexpectedAdmissionError|OutOf.+|NodeAffinity|NodeName|NodePorts|TaintToleration|TopologyAffinityError|SMTAlignmentError|EmptyPodSharedPoolError|InvalidNodeInfo|PodOSSelectorNodeLabelDoesNotMatch|PodOSNotSupported|InitContainerRestartPolicyForbidden|SupplementalGroupsPolicyNotSupported|PodLevelResourcesNotSupported|PodFeatureUnsupported|AppArmor|SysctlForbidden|UnknownReason|UnexpectedPredicateFailureType|VolumeAttachmentLimitExceeded)$/;
const SHUTDOWN = /^(?:NodeShutdown|Terminated|Shutdown)$/;

export default defineRule({
  code: 'IS9203',
  name: 'KubeletRejectedPod',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The kubelet refused a pod',
  appliesTo: ['Pod'],
  effects: ['pod-evicted'],
  aliases: [
    'UnexpectedAdmissionError',
    'OutOfcpu',
    'OutOfmemory',
    'OutOfnvidia.com/gpu',
    'OutOfpods',
    'NodeAffinity',
    'TopologyAffinityError',
    'NodeShutdown',
    'Preempting',
    'Pod was rejected',
    'kubelet-rejected-pod',
  ],
  needs: { rejection: podRejection },
  messages: {
    rejected: 'Node {node} refuses {what} ({reason}): {said}',
    shutdown: 'Node {node} was shut down and ended {what}',
    preempted: 'Node {node} ended {what} to make room for a critical pod',
  },
  check({ rejection }, context) {
    if (rejection.state === 'unknown') return context.unknown(rejection.gap);
    if (rejection.state === 'absent')
      return context.notApplicable('the pod did not fail, or its owner has all its replicas');
    const { pod, workload, node, reason, message } = rejection.value;
    const kind = SHUTDOWN.test(reason)
      ? 'shutdown'
      : reason === 'Preempting'
        ? 'preempted'
        : REJECTIONS.test(reason)
          ? 'rejected'
          : undefined;
    const at = pod.cite('reason of the failure', '/status/reason');
    if (kind === undefined) return context.ruledOut('the pod failed for another reason', at);
    const isBare = workload.kind === 'Pod';
    const said = message.replace(/^Pod was rejected: /, '');
    return context.found({
      message: kind,
      args: {
        node: node?.name ?? 'of the pod',
        what: isBare
          ? `Pod ${workload.name}`
          : `${kind === 'rejected' ? 'pods' : 'a pod'} of ${nameWithKind(workload)}`,
        reason,
        said: quoted(said, 60),
      },
      subject: node ?? workload,
      affects: [pod.ref],
      certainty: 'confirmed',
      basis: 'the pod’s status holds the kubelet’s reason',
      consequence: isBare
        ? 'It stays Failed: a pod without a controller is never made anew.'
        : kind === 'rejected'
          ? 'A pod that was refused stays Failed; its controller makes another, which meets the same node again.'
          : 'The pod stays Failed; its controller makes another.',
      cite: [pod.cite('why the pod was refused', '/status/message'), at],
      trace: [
        { text: `the kubelet says: ${quoted(said)}`, cite: [pod.cite('why the pod was refused', '/status/message')] },
      ],
      fixes: node === undefined ? [] : [kind === 'shutdown' ? mendNode(node) : setNodeAside(node)],
    });
  },
});
