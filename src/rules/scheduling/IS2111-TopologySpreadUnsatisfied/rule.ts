/** Placing the pod anywhere would break a spread constraint with whenUnsatisfiable DoNotSchedule. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { listAt, objectAt, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { spreadText } from '../../../views/pod-affinity.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';

export default defineRule({
  code: 'IS2111',
  name: 'TopologySpreadUnsatisfied',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node keeps the spread that a pod demands',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    "node(s) didn't match pod topology spread constraints",
    'topologySpreadConstraints',
    'topology-spread-unsatisfied',
    'DoNotSchedule',
  ],
  needs: { placement: scheduling },
  messages: {
    skew: '{workload} demands {spread}; no node that it may use keeps that',
    label: '{workload} is spread over {keys}; the nodes left ({count}) lack that label',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['topology-spread'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const workload = nameWithKind(waiting.workload);
    const constraints = listAt(waiting.pod.body, 'spec', 'topologySpreadConstraints');
    const keys = [...new Set(constraints.map((entry) => textAt(entry, 'topologyKey') ?? ''))].join(', ');
    const relaxed = constraints.map((entry) => ({ ...objectAt(entry), whenUnsatisfiable: 'ScheduleAnyway' }));
    const common = {
      ...commonOf(waiting),
      certainty: 'confirmed' as const,
      basis: 'the scheduler says that the spread constraints are not met',
      cite: [...waiting.cites, waiting.pod.cite('spread constraints', '/spec/topologySpreadConstraints')] as const,
      fixes: [
        changePodSpec(waiting, {
          title: 'Make the spread a preference, or add nodes where there are fewest pods',
          spec: { topologySpreadConstraints: relaxed },
          what: 'whenUnsatisfiable: ScheduleAnyway in the spread constraints',
        }),
      ],
    };
    const [first, ...more] = common.cite;
    if (/missing required label/.test(decisive.reason.text)) {
      return context.found({
        ...common,
        cite: [first, ...more],
        message: 'label',
        args: { workload, keys, count: decisive.reason.count },
      });
    }
    return context.found({
      ...common,
      cite: [first, ...more],
      message: 'skew',
      args: { workload, spread: spreadText(waiting.pod) },
    });
  },
});
