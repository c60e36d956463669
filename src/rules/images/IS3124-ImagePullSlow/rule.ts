/** Cause: the pull of the image is under way, and takes longer than a start should. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { imageRef } from '../../../model/reference.ts';
import { imagePull } from '../../../views/image-pull.ts';
import { secondsBetween, spanText } from '../../../views/parse/time.ts';

export default defineRule({
  code: 'IS3124',
  name: 'ImagePullSlow',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The image is still being pulled',
  appliesTo: ['Pod'],
  effects: ['container-not-created'],
  aliases: ['image-pull-slow', 'Pulling image', 'ContainerCreating', 'PodInitializing'],
  needs: { pull: imagePull },
  messages: { pulling: 'Image {image} is still being pulled to node {node}, {span} after the pull began' },
  check({ pull }, context) {
    if (pull.state === 'unknown') return context.unknown(pull.gap);
    if (pull.state === 'absent') return context.notApplicable('the pod does not exist any more');
    const { pulling, node, target, pod } = pull.value;
    if (pulling === undefined) {
      return pod?.stuckCreating === true
        ? context.ruledOut('the last that the kubelet says of the pod is not that it pulls', pull.cite)
        : context.notApplicable('the pod does not wait to be made');
    }
    const name = node?.name ?? 'of the pod';
    return context.found({
      message: 'pulling',
      args: { image: pulling.image, node: name, span: spanText(secondsBetween(pulling.since, context.now) ?? 0) },
      subject: imageRef(pulling.image),
      certainty: 'likely',
      basis: 'the last that the kubelet says of the pod is that it pulls; how far it is is not told',
      consequence:
        'The pod starts when the pull is done. By default the kubelet pulls one image after the other, so the wait may also be for another image.',
      cite: [pulling.cite],
      since: pulling.since,
      fixes: [
        advice(
          'Wait, or make the image smaller',
          'Changes nothing that runs.',
          [
            `On node ${name}: crictl images and the traffic of the node show whether the pull goes on.`,
            'For large images: take the model weights out of the image to a volume, pull ahead with a DaemonSet, use a registry near the nodes, or let the kubelet pull in parallel (serializeImagePulls: false).',
          ],
          target,
        ),
      ],
    });
  },
});
