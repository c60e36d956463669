/** Symptom: a pod as a whole failed: evicted, rejected by the kubelet, past its deadline. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS5902',
  name: 'PodFailed',
  stage: 'start',
  role: 'symptom',
  since: '0.1.0',
  title: 'A pod failed as a whole',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['pod-evicted'],
  aliases: [
    'Evicted',
    'UnexpectedAdmissionError',
    'OutOfcpu',
    'OutOfmemory',
    'NodeAffinity',
    'DeadlineExceeded',
    'Preempting',
  ],
  needs: { state: podState },
  messages: { failed: 'Pod {pod} failed: {reason}' },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { pod, phase, reason, healthy, superseded } = state.value;
    if (superseded)
      return context.ruledOut(
        'its controller has replaced it since',
        pod.cite(`status of Pod ${pod.ref.name}`, '/status'),
      );
    if (phase !== 'Failed' || reason === undefined || healthy)
      return context.notApplicable('the pod did not fail as a whole');
    return context.found({
      message: 'failed',
      args: { pod: pod.ref.name, reason },
      subject: pod.ref,
      certainty: 'confirmed',
      basis: 'its status says so',
      cite: [pod.cite(`status of Pod ${pod.ref.name}`, '/status/reason')],
    });
  },
});
