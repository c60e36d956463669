/** Cause: the kubelet does not reach the container runtime of the node, so no image is even looked for. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { imageRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

export default defineRule({
  code: 'IS3123',
  name: 'ContainerRuntimeUnreachable',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The container runtime of the node does not answer',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled', 'container-not-created'],
  aliases: [
    'container-runtime-unreachable',
    'ImageInspectError',
    'dial unix /run/containerd/containerd.sock',
    'code = Unavailable',
    'ContainerRuntimeNotReady',
  ],
  needs: { pull: imagePull },
  messages: { socket: 'The container runtime of node {node} does not answer the kubelet' },
  check({ pull }, context) {
    return checkPulls(pull, context, ['runtime'], (failure, known) => {
      const { cite, detail } = failure;
      const name = known.node?.name ?? 'of the pod';
      return context.found({
        message: 'socket',
        args: { node: name },
        subject: known.node ?? imageRef(failure.image),
        certainty: 'confirmed',
        basis: 'the kubelet cannot connect to the socket of the container runtime',
        consequence:
          'No container can be started on the node; after a restart of the runtime the kubelet goes on by itself.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the kubelet asks the container runtime for the image: ${detail}`, cite: [cite[0]] }],
        fixes: [
          advice(
            `Start the container runtime of node ${name}`,
            'Running containers go on.',
            [
              `On node ${name}: systemctl status containerd (or crio, docker), journalctl -u containerd, then restart it.`,
            ],
            known.target,
          ),
        ],
      });
    });
  },
});
