/** The scheduler refuses every node in words that no other rule knows; it quotes them. Yields to any specific cause. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { defineRule } from '../../define.ts';
import { commonOf, scheduling } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2199',
  name: 'NoSuitableNode',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The scheduler refuses every node for a reason of its own',
  general: true,
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: ['SchedulerError', 'FailedScheduling', 'no-suitable-node'],
  needs: { placement: scheduling },
  messages: { refused: 'The scheduler finds no node for {workload}: {reason}' },
  check({ placement }, context) {
    if (placement.state === 'unknown') return context.unknown(placement.gap);
    if (placement.state === 'absent') return context.notApplicable('the pod does not wait for a node');
    const { workload, decisive, said, cites, spoken, schedulerName } = placement.value;
    if (!spoken || said === '') return context.notApplicable('no scheduler has answered');
    if (decisive !== undefined && decisive.kind !== 'other')
      return context.notApplicable('the reason has a rule of its own');
    return context.found({
      ...commonOf(placement.value),
      message: 'refused',
      args: { workload: nameWithKind(workload), reason: (decisive?.reason.text ?? said).slice(0, 240) },
      certainty: 'confirmed',
      basis: 'the scheduler says so',
      cite: cites,
      fixes: [
        fix({
          title: 'Change what the scheduler objects to, in the pod or on the nodes',
          applicability: 'advice',
          effect: 'The scheduler tries again by itself when a pod or a node changes.',
          steps: [
            kubectl(context.on, ['get', 'pod', context.on.name, '-o', 'yaml'], false),
            kubectl({}, ['describe', 'nodes'], false),
            manual(
              `A scheduler plugin beyond the default ones may speak here (schedulerName ${schedulerName}): its documentation tells what the words mean.`,
            ),
          ],
          verify: verifyWithInferscope(workload),
        }),
      ],
    });
  },
});
