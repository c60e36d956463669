/** Cause: the disk of the node has no room for the image. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { imageRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

export default defineRule({
  code: 'IS3118',
  name: 'NodeDiskFull',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The disk of the node has no room for the image',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'node-disk-full',
    'no space left on device',
    'disk quota exceeded',
    'failed to extract layer',
    'failed to register layer',
    'FreeDiskSpaceFailed',
  ],
  needs: { pull: imagePull },
  messages: { full: 'Node {node} has no room on its disk for image {image}' },
  check({ pull }, context) {
    return checkPulls(pull, context, ['disk-full'], (failure, known) => {
      const { image, cite, detail } = failure;
      const { node, nodeFound, target } = known;
      const name = node?.name ?? 'of the pod';
      const conditions = nodeFound?.state === 'present' ? listAt(nodeFound.value.body, 'status', 'conditions') : [];
      const index = conditions.findIndex((condition) => textAt(condition, 'type') === 'DiskPressure');
      const pressure =
        nodeFound?.state === 'present' && index >= 0
          ? [
              nodeFound.value.cite(
                `condition DiskPressure is ${textAt(conditions[index], 'status') ?? 'unknown'}`,
                `/status/conditions/${index}`,
              ),
            ]
          : [];
      return context.found({
        message: 'full',
        args: { node: name, image },
        subject: node ?? imageRef(image),
        certainty: 'confirmed',
        basis: 'the container runtime reports that the device is full',
        consequence:
          'A layer takes its compressed and its unpacked size while it is pulled. Other pods of the node are at risk of eviction.',
        cite: [cite[0], ...cite.slice(1), ...pressure],
        trace: [{ text: `the container runtime writes the image: ${detail}`, cite: [cite[0]] }],
        fixes: [
          advice(
            `Make room on node ${name}`,
            'Unused images are removed; they are pulled again when they are needed.',
            [
              `On node ${name}: df -h /var/lib/containerd /var/lib/containers /var/lib/docker, then crictl rmi --prune. A file system that lacks inodes gives the same error: df -i.`,
              'For large model images: give the nodes a larger disk, or move the model out of the image to a volume.',
            ],
            target,
          ),
        ],
      });
    });
  },
});
