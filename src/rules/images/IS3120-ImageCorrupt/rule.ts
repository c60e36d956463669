/** Cause: what the registry hands out is not the image: wrong digest, missing layer, obsolete format, or a web page. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { imageRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

export default defineRule({
  code: 'IS3120',
  name: 'ImageCorrupt',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry hands out something that is no intact image',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'image-corrupt',
    'unexpected commit digest',
    'failed size validation',
    'Digest did not match',
    'is no longer supported since containerd',
    'schema 1',
    'unexpected media type text/html',
    'blob unknown',
  ],
  needs: { pull: imagePull },
  messages: {
    digest: 'Image {image} does not have the content that its digest promises',
    schema: 'Image {image} is of a manifest format that the container runtime no longer reads',
    content: 'Registry {host} answers for {repository} with something that is no image',
    blob: 'Image {image} lacks a layer in its registry',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['digest-mismatch', 'schema1', 'bad-content', 'not-found'], (failure, known) => {
      const { image, host, cite, detail, mechanism, error } = failure;
      if (mechanism === 'not-found' && error.missing !== 'blob')
        return context.ruledOut('the whole image is missing, not a part of it', cite[0]);
      const rest = {
        subject: imageRef(image),
        certainty: 'confirmed',
        basis: `${known.puller === 'knative' ? 'the Knative controller' : 'the container runtime'} checks what it reads`,
        cite: [cite[0], ...cite.slice(1)],
        trace: [
          {
            text: `${known.puller === 'knative' ? 'the Knative controller' : 'the container runtime'} refuses what it reads: ${detail}`,
            cite: [cite[0]],
          },
        ],
      } as const;
      const push = 'The next pull reads the new content.';
      if (mechanism === 'schema1') {
        const how = [
          `Push the image again with a present-day client: skopeo copy --format v2s2 docker://${image} docker://<NEW_REFERENCE>, or rebuild it.`,
        ];
        return context.found({
          message: 'schema',
          args: { image },
          ...rest,
          fixes: [advice('Push the image in a present-day format', push, how, known.target)],
        });
      }
      if (mechanism === 'bad-content') {
        const how = [
          `See what answers: curl -v https://${host}/v2/. An answer in HTML is the login page of a proxy or of a web front end; correct the host or the path, or let the nodes past the proxy.`,
        ];
        return context.found({
          message: 'content',
          args: { host, repository: failure.reference?.repository ?? image },
          ...rest,
          fixes: [advice(`See what answers as ${host}`, 'Changes nothing.', how, known.target)],
        });
      }
      const again = [
        `Push the image again (docker push ${image}); if another machine pulls it intact, remove it from the node (crictl rmi) and look at proxies and caches between the node and ${host}.`,
      ];
      const fixes = [advice('Push the image again', push, again, known.target)];
      if (mechanism === 'not-found') return context.found({ message: 'blob', args: { image }, ...rest, fixes });
      return context.found({ message: 'digest', args: { image }, ...rest, fixes });
    });
  },
});
