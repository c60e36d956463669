/** Scheduling gates keep the scheduler from even looking at a pod until some controller (Kueue) takes them away. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { commonOf, scheduling } from '../../../views/scheduling.ts';

export default defineRule({
  code: 'IS2114',
  name: 'SchedulingGated',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A pod waits behind a scheduling gate',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'SchedulingGated',
    'Scheduling is blocked due to non-empty scheduling gates',
    'schedulingGates',
    'kueue.x-k8s.io/admission',
  ],
  needs: { placement: scheduling },
  messages: { gated: '{workload} waits behind the scheduling gate {gates}' },
  check({ placement }, context) {
    if (placement.state === 'unknown') return context.unknown(placement.gap);
    if (placement.state === 'absent') return context.notApplicable('the pod does not wait for a node');
    const { pod, cites, conditionReason, workload } = placement.value;
    const gates = listAt(pod.body, 'spec', 'schedulingGates').map((gate) => textAt(gate, 'name') ?? '');
    if (gates.length === 0)
      return context.ruledOut('the pod has no scheduling gate', pod.cite(`spec of Pod ${pod.ref.name}`, '/spec'));
    const isKueue = gates.some((gate) => gate.startsWith('kueue.x-k8s.io/'));
    return context.found({
      ...commonOf(placement.value),
      message: 'gated',
      args: { workload: nameWithKind(workload), gates: gates.slice(0, 4).join(', ') },
      certainty: 'confirmed',
      basis: conditionReason === 'SchedulingGated' ? 'the condition PodScheduled says so' : 'the pod carries the gate',
      consequence: isKueue
        ? 'Kueue takes its gate away once the queue admits the workload.'
        : 'The scheduler does not look at the pod while a gate is set.',
      cite: [pod.cite('scheduling gates', '/spec/schedulingGates'), ...cites],
      fixes: [
        fix({
          title: isKueue
            ? 'Find out why the queue does not admit the workload'
            : 'Find out which controller set the gate, and why it does not take it away',
          applicability: 'advice',
          effect: 'None; it only reads.',
          steps: [
            manual(
              isKueue
                ? 'Read the conditions of the Workload (kueue.x-k8s.io) of this pod and of its LocalQueue and ClusterQueue: quota, a stopped queue, a queue that does not exist.'
                : 'The gate’s name carries the domain of its controller; look whether that controller runs.',
            ),
          ],
          verify: verifyWithInferscope(workload),
        }),
      ],
    });
  },
});
