/** No scheduler has ever spoken of a pod that waits for a node: the one that it names does not run, or is not known in this cluster. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { command, fix } from '../../../fixes/build.ts';
import { listAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { commonOf, scheduling } from '../../../views/scheduling.ts';

/** The scheduler answers within seconds; a busy one within a minute. */
const LONGEST_SILENCE_SECONDS = 60;

export default defineRule({
  code: 'IS2115',
  name: 'SchedulerMissing',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No scheduler takes care of a pod',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['pod-not-scheduled'],
  aliases: ['Pending without events', 'schedulerName', 'volcano', 'scheduler-missing', 'default-scheduler'],
  needs: { placement: scheduling },
  messages: {
    named: 'No scheduler named {scheduler} has taken up {workload} for {minutes} min',
    default: 'The default scheduler has not taken up {workload} for {minutes} min',
  },
  check({ placement }, context) {
    if (placement.state === 'unknown') return context.unknown(placement.gap);
    if (placement.state === 'absent') return context.notApplicable('the pod does not wait for a node');
    const waiting = placement.value;
    const { pod, spoken, ageSeconds, schedulerName, workload } = waiting;
    if (spoken) return context.ruledOut('a scheduler has answered', ...waiting.cites);
    if (listAt(pod.body, 'spec', 'schedulingGates').length > 0)
      return context.notApplicable('a scheduling gate holds the pod back');
    if (ageSeconds <= LONGEST_SILENCE_SECONDS) return context.notApplicable('the pod is too young to tell');
    if (waiting.eventsGap !== undefined) return context.unknown(waiting.eventsGap);
    const isDefault = schedulerName === 'default-scheduler';
    return context.found({
      ...commonOf(waiting),
      message: isDefault ? 'default' : 'named',
      args: {
        workload: nameWithKind(workload),
        scheduler: schedulerName,
        minutes: Math.floor(ageSeconds / 60),
      },
      certainty: 'likely',
      basis: 'the pod has no node, no condition PodScheduled and no event of a scheduler',
      consequence: 'Nobody looks for a node for this pod.',
      cite: [
        pod.cite('scheduler that the pod names', '/spec/schedulerName'),
        pod.cite(`status of Pod ${pod.ref.name}`, '/status'),
      ],
      fixes: [
        isDefault
          ? fix({
              title: 'Look after the scheduler of the cluster',
              applicability: 'advice',
              effect: 'None; it only reads.',
              steps: [command(['kubectl', '-n', 'kube-system', 'get', 'pods,leases'], false)],
              verify: command(['kubectl', '-n', 'kube-system', 'get', 'lease', 'kube-scheduler', '-o', 'yaml'], false),
            })
          : changePodSpec(waiting, {
              title: `Install the scheduler ${schedulerName}, or use the default scheduler`,
              spec: { schedulerName: 'default-scheduler' },
              what: 'schedulerName: default-scheduler',
            }),
      ],
    });
  },
});
