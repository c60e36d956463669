/** Symptom: the containers of a pod run and the pod is not Ready. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS6900',
  name: 'PodNotReady',
  stage: 'readiness',
  role: 'symptom',
  since: '0.1.0',
  title: 'A pod runs and is not Ready',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['container-not-ready', 'pod-lost'],
  aliases: [
    'ContainersNotReady',
    'ReadinessGatesNotReady',
    'Unhealthy',
    'Readiness probe failed',
    'Startup probe failed',
    'ResourceNotReady',
  ],
  needs: { state: podState },
  messages: {
    container: 'Pod {pod}: container {container} runs and is not Ready',
    init: 'Pod {pod}: init container {container} runs and does not end',
    pod: 'Pod {pod} runs and is not Ready',
  },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { pod, ready, phase, troubled, healthy } = state.value;
    if (ready || healthy)
      return context.ruledOut('the pod is Ready', pod.cite('conditions of the pod', '/status/conditions'));
    const waiting = troubled.find((container) => container.trouble === 'not-ready');
    const common = { subject: pod.ref, certainty: 'confirmed', basis: 'its condition Ready says so' } as const;
    if (waiting) {
      return context.found({
        message: waiting.role === 'init' ? 'init' : 'container',
        args: { pod: pod.ref.name, container: waiting.name },
        ...common,
        cite: [waiting.cite],
      });
    }
    if (phase !== 'Running' || troubled.length > 0) return context.notApplicable('the pod does not run yet');
    return context.found({
      message: 'pod',
      args: { pod: pod.ref.name },
      ...common,
      cite: [pod.cite('conditions of the pod', '/status/conditions')],
    });
  },
});
