/** Cause: the text in `image` is no image reference; nobody is asked for it. */
import { defineRule } from '../../define.ts';
import { setImage } from '../../../fixes/images.ts';
import { asker, checkPulls, imagePull } from '../../../views/image-pull.ts';
import { parseImageReference } from '../../../views/parse/image-reference.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { nameWithKind } from '../../../model/kinds.ts';

/** What a template engine or a shell leaves behind where nobody filled it in. */
const UNFILLED =
  /\$\{[^}]{0,200}\}|\$\([^)]{0,200}\)|\{\{|\}\}|<no value>|<[A-Za-z_ -]{1,60}>|%!\w\(|\bundefined\b|^null\b/;

export default defineRule({
  code: 'IS3116',
  name: 'ImageReferenceInvalid',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The image reference cannot be read',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'image-reference-invalid',
    'image-name-invalid',
    'InvalidImageName',
    'invalid reference format',
    'must be lowercase',
    "couldn't parse image name",
    'Failed to apply default image tag',
  ],
  needs: { pull: imagePull },
  messages: {
    invalid: 'Image {image} of {workload} is no image reference: {why}',
    unfilled: 'Image {image} of {workload} holds the placeholder {placeholder}, which was never filled in',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['invalid-reference'], (failure, known) => {
      const { image, invalid, detail, cite, container } = failure;
      const { target, object } = known;
      const placeholder = UNFILLED.exec(image)?.[0];
      const spec = object.cite(`image of container ${container.name}`, `${container.specPointer}/image`);
      const lower = image.toLowerCase();
      const better =
        placeholder === undefined && 'host' in parseImageReference(lower) ? lower : '<REGISTRY>/<REPOSITORY>:<TAG>';
      const rest = {
        subject: failure.origin.ref,
        container: container.name,
        certainty: failure.origin.gap === undefined ? 'confirmed' : 'likely',
        basis:
          failure.origin.gap === undefined
            ? `${asker(known)} cannot parse the reference`
            : 'the reference cannot be parsed; whether it is written here or in a runtime was not seen',
        consequence: 'No registry is asked, and no retry helps.',
        cite: [cite[0], ...cite.slice(1), spec],
        trace: [{ text: `${asker(known)} cannot parse the reference: ${detail}`, cite: [cite[0]] }],
        fixes: [setImage(failure, better, target, 'Write a valid image reference')],
      } as const;
      const args = { workload: nameWithKind(failure.origin.ref), image };
      if (placeholder !== undefined)
        return context.found({ message: 'unfilled', args: { ...args, placeholder }, ...rest });
      return context.found({ message: 'invalid', args: { ...args, why: quoted(invalid ?? detail, 60) }, ...rest });
    });
  },
});
