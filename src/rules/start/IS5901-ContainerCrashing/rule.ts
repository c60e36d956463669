/** Symptom: a container's process ends, or is ended, again and again. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS5901',
  name: 'ContainerCrashing',
  stage: 'start',
  role: 'symptom',
  since: '0.1.0',
  title: 'A container ends again and again',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['container-exits', 'container-killed'],
  aliases: [
    'CrashLoopBackOff',
    'Init:CrashLoopBackOff',
    'Init:Error',
    'BackOff',
    'Back-off restarting failed container',
    'ExitCode137',
    'ExitCode1',
    'DeploymentCrashLoopBackOff',
    'KubernetesCrashLoopBackOff',
    'ResourceNotReady',
  ],
  needs: { state: podState },
  messages: {
    crashing: 'Pod {pod}: container {container} ended with exit code {code} (restarts: {restarts})',
    ended: 'Pod {pod}: container {container} ended with exit code {code}',
  },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { pod, troubled, healthy } = state.value;
    const crashing = troubled.find((container) => container.trouble === 'exits');
    if (crashing === undefined || healthy)
      return context.ruledOut(
        'no container ends that should run',
        pod.cite('container statuses', '/status/containerStatuses'),
      );
    const common = {
      subject: pod.ref,
      certainty: 'confirmed',
      basis: 'its container status says so',
      cite: [crashing.exit?.cite ?? crashing.cite],
    } as const;
    const code = crashing.exit?.exitCode ?? 'unknown';
    return crashing.restarts > 0
      ? context.found({
          message: 'crashing',
          args: { pod: pod.ref.name, container: crashing.name, code, restarts: crashing.restarts },
          ...common,
        })
      : context.found({ message: 'ended', args: { pod: pod.ref.name, container: crashing.name, code }, ...common });
  },
});
