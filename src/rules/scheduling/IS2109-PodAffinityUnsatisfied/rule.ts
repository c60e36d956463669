/** A pod must run beside certain other pods, and no node that it may use runs one of them. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { affinityText } from '../../../views/pod-affinity.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2109',
  name: 'PodAffinityUnsatisfied',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node runs the pods that a pod must be placed beside',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: ["node(s) didn't match pod affinity rules", 'podAffinity', 'pod-affinity-unsatisfied'],
  needs: { placement: scheduling },
  messages: { alone: '{workload} must run beside pods with {labels}; no node that it may use runs one' },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['pod-affinity'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting } = opened;
    return context.found({
      ...commonOf(waiting),
      message: 'alone',
      args: {
        workload: nameWithKind(waiting.workload),
        labels: affinityText(waiting.pod, 'podAffinity'),
      },
      certainty: 'confirmed',
      basis: 'the scheduler says that the pod affinity is not met',
      cite: [...waiting.cites, waiting.pod.cite('pods that it must run beside', '/spec/affinity/podAffinity')],
      fixes: [
        changePodSpec(waiting, {
          title: 'Start the other pods first, or make the affinity a preference',
          applicability: 'review',
          spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: null } } },
          what: 'no required podAffinity (preferredDuringSchedulingIgnoredDuringExecution instead)',
        }),
      ],
    });
  },
});
