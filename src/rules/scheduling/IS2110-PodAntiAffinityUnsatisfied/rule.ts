/** A pod may not run beside certain other pods, and every node that is left runs one: mostly one replica for each node, and more replicas than nodes. */
import { isRouter, runOneRouter } from '../../../fixes/azureml-router.ts';
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { affinityText } from '../../../views/pod-affinity.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2110',
  name: 'PodAntiAffinityUnsatisfied',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'Every node runs a pod that a pod must keep away from',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    "node(s) didn't match pod anti-affinity rules",
    "node(s) didn't satisfy existing pods anti-affinity rules",
    "node(s) didn't match pod affinity/anti-affinity",
    'podAntiAffinity',
  ],
  needs: { placement: scheduling },
  messages: {
    own: '{workload} keeps away from pods with {labels}; every node left for it ({count}) runs one',
    existing: 'Pods on every node left ({count}) keep {workload} away with their own anti-affinity',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['pod-anti-affinity'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const workload = nameWithKind(waiting.workload);
    const { count } = decisive.reason;
    const common = {
      ...commonOf(waiting),
      certainty: 'confirmed' as const,
      basis: 'the scheduler says that anti-affinity keeps it off',
    };
    if (/existing pods/.test(decisive.reason.text))
      return context.found({ ...common, message: 'existing', args: { workload, count }, cite: waiting.cites });
    return context.found({
      ...common,
      message: 'own',
      args: { workload, labels: affinityText(waiting.pod, 'podAntiAffinity'), count },
      consequence: 'With one pod on each node there can be no more pods than nodes, during a rollout too.',
      cite: [...waiting.cites, waiting.pod.cite('pods that it keeps away from', '/spec/affinity/podAntiAffinity')],
      fixes: [
        isRouter(waiting.workload)
          ? runOneRouter(waiting.workload)
          : changePodSpec(waiting, {
              title: 'Make the anti-affinity a preference, or run no more replicas than nodes',
              spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: null } } },
              what: 'no required podAntiAffinity (preferredDuringSchedulingIgnoredDuringExecution instead)',
            }),
      ],
    });
  },
});
