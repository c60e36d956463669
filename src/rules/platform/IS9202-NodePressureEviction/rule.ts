/** The kubelet evicted a pod: its node ran short of memory or disk, or the pod passed its own limit of local disk; and its owner is short of it. */
import { defineRule } from '../../define.ts';
import { relieveNode } from '../../../fixes/nodes.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podRejection } from '../../../views/pod-rejection.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS9202',
  name: 'NodePressureEviction',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The kubelet evicted a pod',
  appliesTo: ['Pod'],
  effects: ['pod-evicted'],
  aliases: [
    'Evicted',
    'The node was low on resource',
    'ephemeral local storage usage exceeds',
    'exceeded its local ephemeral storage limit',
    'Usage of EmptyDir volume exceeds the limit',
    'node-pressure-eviction',
  ],
  needs: { rejection: podRejection },
  messages: {
    user: 'A pod of {workload} was evicted from Node {node}, low on {resource}: container {container} used {usage} and asks for {request}',
    node: 'Node {node} ran low on {resource} and evicted a pod of {workload}',
    numbers:
      'Node {node} ran low on {resource} ({available} left, {threshold} is the least allowed) and evicted a pod of {workload}',
    limit: 'A pod of {workload} was evicted because it used more {resource} than its limit of {limit}',
    quoted: 'A pod of {workload} was evicted from Node {node}: {said}',
  },
  check({ rejection }, context) {
    if (rejection.state === 'unknown') return context.unknown(rejection.gap);
    if (rejection.state === 'absent')
      return context.notApplicable('the pod did not fail, or its owner has all its replicas');
    const { pod, workload, node, eviction, message } = rejection.value;
    if (eviction === undefined)
      return context.ruledOut('the pod failed for another reason', pod.cite('reason of the failure', '/status/reason'));
    const name = nameWithKind(workload);
    const nodeName = node?.name ?? 'of the pod';
    const { container, usage, request, threshold, available, limit, resource } = eviction;
    const common = {
      affects: [pod.ref],
      certainty: 'confirmed' as const,
      basis: 'the pod’s status holds the kubelet’s reason',
      cite: [
        pod.cite('why the pod was evicted', '/status/message'),
        pod.cite('reason of the failure', '/status/reason'),
      ] as const,
    };
    const [first, ...more] = common.cite;
    const ask = fix({
      title: `Let ${name} ask for what it uses of ${resource}`,
      applicability: 'advice',
      effect: 'A change of the pod template rolls out new pods.',
      steps: [
        manual(
          `Raise requests and limits for ${resource} to what the container really uses; the scheduler then looks for a node that has it, and the kubelet evicts others first.`,
        ),
      ],
      verify: verifyWithInferscope(workload),
    });
    if (eviction.kind === 'limit') {
      return context.found({
        ...common,
        cite: [first, ...more],
        message: 'limit',
        args: { workload: name, resource, limit: limit ?? '' },
        subject: workload,
        ...(container === undefined ? {} : { container }),
        fixes: [ask],
      });
    }
    if (eviction.kind === 'node' && container !== undefined && usage !== undefined && request !== undefined) {
      return context.found({
        ...common,
        cite: [first, ...more],
        message: 'user',
        args: { workload: name, node: nodeName, resource, container, usage, request },
        subject: workload,
        container,
        fixes: [ask],
      });
    }
    const fixes = node === undefined ? [ask] : [relieveNode(node, resource || 'resource'), ask];
    const subject = node ?? workload;
    if (eviction.kind === 'other') {
      return context.found({
        ...common,
        cite: [first, ...more],
        message: 'quoted',
        args: { workload: name, node: nodeName, said: quoted(message) },
        subject,
        fixes,
      });
    }
    if (threshold !== undefined && available !== undefined) {
      return context.found({
        ...common,
        cite: [first, ...more],
        message: 'numbers',
        args: { workload: name, node: nodeName, resource, threshold, available },
        subject,
        fixes,
      });
    }
    return context.found({
      ...common,
      cite: [first, ...more],
      message: 'node',
      args: { workload: name, node: nodeName, resource },
      subject,
      fixes,
    });
  },
});
