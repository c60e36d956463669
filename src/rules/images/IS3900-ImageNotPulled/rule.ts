/** Symptom: a container waits for its image. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: 'IS3900',
  name: 'ImageNotPulled',
  stage: 'images',
  role: 'symptom',
  since: '0.1.0',
  title: 'A container waits for its image',
  appliesTo: ['Pod'],
  looksAt: 'always',
  effects: ['image-not-pulled'],
  aliases: [
    'ImagePullBackOff',
    'ErrImagePull',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'ImagePullLoopBackOff',
  ],
  needs: { state: podState },
  messages: { waits: 'Pod {pod} waits for its image: {status}' },
  check({ state }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the pod is gone');
    const { pod, troubled, healthy, status } = state.value;
    const waiting = troubled.find((container) => container.trouble === 'image');
    if (waiting === undefined || healthy)
      return context.ruledOut(
        'no container waits for its image',
        pod.cite('container statuses', '/status/containerStatuses'),
      );
    return context.found({
      message: 'waits',
      args: { pod: pod.ref.name, status: waiting.waiting?.reason ?? status },
      subject: pod.ref,
      certainty: 'confirmed',
      basis: 'its container status says so',
      cite: [waiting.waiting?.cite ?? waiting.cite],
    });
  },
});
