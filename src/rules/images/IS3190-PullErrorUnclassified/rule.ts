/** Cause of last resort: the image is not pulled, and the words of the error are not known to any other rule. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { imageRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3190',
  name: 'PullErrorUnclassified',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The image is not pulled, for a reason that Inferscope does not know',
  general: true,
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: ['ErrImagePull', 'ImageInspectError', 'Failed to pull image'],
  needs: { pull: imagePull },
  messages: { quoted: 'Image {image} is not pulled: {detail}' },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unknown'], (failure, known) => {
      const { cite, detail, image } = failure;
      const node = known.node?.name ?? 'of the pod';
      return context.found({
        message: 'quoted',
        args: { image, detail: quoted(detail, BRIEF) },
        subject: imageRef(image),
        certainty: 'possible',
        basis: 'the error is quoted as it stands; what it means is not known',
        cite: [cite[0], ...cite.slice(1)],
        trace: [
          {
            text: `${known.puller === 'knative' ? 'the Knative controller says' : 'the container runtime answers'}: ${detail}`,
            cite: [cite[0]],
          },
        ],
        fixes: [
          advice(
            known.puller === 'knative' ? 'Look the tag up by hand' : 'Pull the image by hand on the node',
            known.puller === 'knative' ? 'Changes nothing.' : 'Pulls the image.',
            [
              known.puller === 'knative'
                ? `From a pod of the cluster: crane digest ${image} (go-containerregistry, as Knative uses it).`
                : `On node ${node}: crictl --debug pull ${image}; the log of the runtime (journalctl -u containerd, or crio) tells more.`,
            ],
            known.target,
          ),
        ],
      });
    });
  },
});
