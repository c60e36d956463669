/** The node of a pod does not report, is not Ready or is gone; or a pod waits because the nodes that would take it are not Ready. */
import { defineRule } from '../../define.ts';
import { mendNode } from '../../../fixes/nodes.ts';
import { decisiveTaint } from '../../../views/decisive-taint.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podNode } from '../../../views/pod-node.ts';
import { scheduling } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS9201',
  name: 'NodeNotReady',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A node is not Ready',
  appliesTo: ['Pod'],
  effects: ['pod-lost', 'container-not-ready'],
  aliases: [
    'NodeNotReady',
    'NodeStatusUnknown',
    'Kubelet stopped posting node status',
    'node.kubernetes.io/unreachable',
    'node.kubernetes.io/not-ready',
    'KubeletNotReady',
    'node-not-ready',
    'NodeLost',
  ],
  needs: { placed: podNode, placement: scheduling },
  messages: {
    silent: 'Node {node} does not report: {said}',
    notReady: 'Node {node} is not Ready: {said}',
    marked: 'Node {node} was not Ready, and Pod {pod} is not Ready since',
    gone: 'Node {node}, to which the pod was given, does not exist any more',
    waiting: '{count} of {all} nodes are not Ready, among them Node {node}, and {workload} finds no other',
  },
  check({ placed, placement }, context) {
    if (placed.state === 'unknown') return context.unknown(placed.gap);
    if (placed.state === 'present') {
      const { node, nodeRef, pod, phase, marked } = placed.value;
      // A pod that has not started yet shows other symptoms of the same dead node.
      const effects =
        phase === 'Pending'
          ? (['container-not-created', 'volume-not-mounted', 'image-not-pulled'] as const)
          : (['pod-lost', 'container-not-ready'] as const);
      const at = pod.cite('node of the pod', '/spec/nodeName');
      if (node.state === 'unknown') {
        if (marked === undefined) return context.unknown(node.gap);
        return context.found({
          message: 'marked',
          args: { node: nodeRef.name, pod: pod.ref.name },
          subject: nodeRef,
          affects: [pod.ref],
          effects,
          certainty: 'likely',
          basis: 'the node controller says so in an event of the pod; the node itself was not seen',
          consequence:
            'Its pods count as not Ready at once; after five minutes they are deleted and made anew on other nodes, where there are any.',
          since: marked.first,
          cite: [marked.cite('the node controller marks the pod'), at],
          fixes: [mendNode(nodeRef)],
        });
      }
      if (node.state === 'absent') {
        return context.found({
          message: 'gone',
          args: { node: nodeRef.name },
          subject: nodeRef,
          affects: [pod.ref],
          effects,
          certainty: 'confirmed',
          basis: 'the list of nodes does not hold it',
          consequence: 'The pod is deleted by the garbage collector of pods, and its controller makes another.',
          cite: [node.cite, at],
          fixes: [mendNode(nodeRef)],
        });
      }
      const { ready } = node.value;
      if (ready === undefined) return context.notApplicable('the node says nothing of its readiness');
      if (ready.status === 'True') return context.ruledOut('the node is Ready', ready.cite);
      return context.found({
        message: ready.status === 'Unknown' ? 'silent' : 'notReady',
        args: { node: nodeRef.name, said: quoted(spoken(ready), BRIEF) },
        subject: nodeRef,
        affects: [pod.ref],
        effects,
        certainty: 'confirmed',
        basis: 'the condition Ready of the node says so',
        consequence:
          'Its pods count as not Ready at once; after five minutes they are deleted and made anew on other nodes, where there are any.',
        since: ready.since,
        cite: [ready.cite, at],
        trace: [
          {
            text: 'the node controller marks the pods of that node as not Ready',
            cite: [pod.cite('conditions of the pod', '/status/conditions')],
          },
        ],
        fixes: [mendNode(nodeRef)],
      });
    }
    if (placement.state === 'unknown') return context.unknown(placement.gap);
    if (placement.state === 'absent') return context.notApplicable('the pod has no node and waits for none');
    const { decisive, workload, cites, nodes, capacity, pod, trace } = placement.value;
    if (decisive?.kind !== 'taint') return context.notApplicable('no taint keeps the pod off');
    const taint = decisiveTaint(placement.value, decisive);
    const [first] = taint?.nodes ?? [];
    if (taint === undefined || (taint.role === 'not-ready' && first === undefined)) {
      return capacity.nodesComplete.state === 'unknown'
        ? context.unknown(capacity.nodesComplete.gap)
        : context.notApplicable('no node carries such a taint any more');
    }
    if (taint.role !== 'not-ready' || first === undefined)
      return context.notApplicable('the taint is not that of a node in trouble');
    const broken = nodes.filter((fit) =>
      fit.misfits.some((misfit) => misfit.kind === 'taint' && misfit.role === 'not-ready'),
    );
    // A node that would refuse the pod as well once it is Ready again is not what the pod waits for.
    if (!broken.some((fit) => fit.misfits.every((misfit) => misfit.kind === 'taint' && misfit.role === 'not-ready')))
      return context.notApplicable('the nodes that are not Ready would not take the pod anyway');
    return context.found({
      message: 'waiting',
      args: {
        count: broken.length,
        all: nodes.length,
        node: first.name,
        workload: nameWithKind(workload),
      },
      subject: first.node.ref,
      affects: [pod.ref],
      effects: ['pod-not-scheduled'],
      certainty: 'confirmed',
      basis: 'the scheduler speaks of a taint, and the nodes carry that of nodes that are not Ready',
      ...(first.ready === undefined ? {} : { since: first.ready.since }),
      cite: [...cites, ...(first.ready === undefined ? [] : [first.ready.cite]), ...taint.cite],
      trace,
      fixes: [mendNode(first.node.ref)],
    });
  },
});

/** The kubelet wraps what the runtime says: `container runtime network not ready: NetworkReady=false reason:R message:Network plugin …`. */
function spoken(ready: { readonly reason: string; readonly message: string }): string {
  const inner = /\bmessage:(.{1,1000})$/s.exec(ready.message)?.[1];
  return inner ?? (ready.message === '' ? ready.reason : ready.message);
}
