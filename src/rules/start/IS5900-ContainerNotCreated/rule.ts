/** Symptom: the kubelet or the runtime cannot make or start a container, or cannot prepare the pod for it. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS5900',
  name: 'ContainerNotCreated',
  stage: 'start',
  role: 'symptom',
  since: '0.1.0',
  title: 'A container cannot be made or started',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['container-not-created', 'container-not-started', 'volume-not-mounted'],
  aliases: [
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
    'StartError',
    'ContainerCreating',
    'FailedMount',
    'FailedCreatePodSandBox',
  ],
  needs: { state: podState },
  messages: { stuck: 'Pod {pod} cannot start container {container}: {status}', waiting: 'Pod {pod} stays in {status}' },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { pod, troubled, stuckCreating, status, healthy } = state.value;
    if (healthy)
      return context.ruledOut('every container was made', pod.cite('container statuses', '/status/containerStatuses'));
    const container = troubled.find((candidate) => candidate.trouble === 'create');
    if (container) {
      return context.found({
        message: 'stuck',
        args: {
          pod: pod.ref.name,
          container: container.name,
          status: container.waiting?.reason ?? container.exit?.reason ?? status,
        },
        subject: pod.ref,
        certainty: 'confirmed',
        basis: 'its container status says so',
        cite: [container.waiting?.cite ?? container.exit?.cite ?? container.cite],
      });
    }
    if (!stuckCreating) return context.notApplicable('the pod is not held up between scheduling and start');
    return context.found({
      message: 'waiting',
      args: { pod: pod.ref.name, status: status === 'Pending' ? 'ContainerCreating' : status },
      subject: pod.ref,
      certainty: 'confirmed',
      basis: 'it has its node and none of its containers was made',
      cite: [pod.cite(`status of Pod ${pod.ref.name}`, '/status')],
    });
  },
});
