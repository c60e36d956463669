/** Symptom: the scheduler finds no node for a pod. Why not is told by the rules of this stage. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS2900',
  name: 'PodNotScheduled',
  stage: 'scheduling',
  role: 'symptom',
  since: '0.1.0',
  title: 'The scheduler finds no node for a pod',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['pod-not-scheduled'],
  aliases: ['FailedScheduling', 'Unschedulable', 'Pending', 'PodUnschedulable', 'OutOfQuota'],
  needs: { state: podState },
  messages: {
    unscheduled: 'Pod {pod} is Pending: {reason}',
    unseen: 'Pod {pod} is Pending, and no scheduler has spoken of it',
  },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { unscheduled, unseenByScheduler, pod, healthy, node } = state.value;
    if (unseenByScheduler && !healthy) {
      return context.found({
        message: 'unseen',
        args: { pod: pod.ref.name },
        subject: pod.ref,
        certainty: 'confirmed',
        basis: 'it has no node and no condition PodScheduled',
        cite: [pod.cite(`status of Pod ${pod.ref.name}`, '/status')],
      });
    }
    if (node === undefined && unscheduled === undefined) return context.notApplicable('the pod is too young to tell');
    if (unscheduled === undefined || healthy)
      return context.ruledOut('the pod has its node', pod.cite(`Pod ${pod.ref.name}`, '/spec/nodeName'));
    return context.found({
      message: 'unscheduled',
      args: { pod: pod.ref.name, reason: unscheduled.reason || 'not scheduled' },
      subject: pod.ref,
      certainty: 'confirmed',
      basis: 'its condition PodScheduled says so',
      since: unscheduled.since,
      cite: [unscheduled.cite],
    });
  },
});
