/** Cause: the image is built for another processor or system than the node's; it is not pulled, or its program cannot be executed. */
import { defineRule } from '../../define.ts';
import { buildForPlatform } from '../../../fixes/images.ts';
import type { Verdict } from '../../../model/finding.ts';
import { imageRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { parseImageReference } from '../../../views/parse/image-reference.ts';
import { offers, platforms } from '../../../views/platforms.ts';

export default defineRule({
  code: 'IS3102',
  name: 'ImagePlatformMismatch',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The image is built for another platform than the node',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled', 'container-exits', 'container-not-started'],
  aliases: [
    'image-platform-mismatch',
    'no match for platform in manifest',
    'no matching manifest for linux/amd64 in the manifest list entries',
    'no image found in image index for architecture',
    'exec format error',
    'exec user process caused: exec format error',
    'wrong architecture',
  ],
  needs: { pull: imagePull, built: platforms },
  messages: {
    offered: 'Image {image} is built for {offered}, and node {node} is {platform}',
    notOffered: 'Image {image} has no build for {platform}, the platform of node {node}',
    executed: 'Image {image} is for {offered}, so node {node} ({platform}) cannot execute {program}',
    refused: 'Image {image} has a program that node {node} ({platform}) cannot execute: {program}',
  },
  check({ pull, built }, context) {
    if (built.state !== 'present' || pull.state !== 'present')
      return context.notApplicable('the pod is not there to be looked at');
    const { node, containers } = built.value;
    const { target } = pull.value;
    const nodeName = node?.state === 'present' ? node.value.node : (pull.value.node?.name ?? 'of the pod');
    const platform = node?.state === 'present' ? node.value.platform : undefined;
    const pulled = checkPulls(pull, context, ['platform'], (failure) => {
      const offered = containers.find((candidate) => candidate.container.name === failure.container.name)?.offered;
      const seen =
        offered?.state === 'present' && platform !== undefined && !offers(offered.value, platform)
          ? offered
          : undefined;
      // containerd says it in so many words; `mismatched image rootfs` is also said of a broken image.
      const certain = seen !== undefined || !/mismatched image rootfs/.test(failure.detail);
      const args = { image: failure.image, node: nodeName, platform: platform ?? 'not seen' };
      const rest = {
        subject: imageRef(failure.image),
        certainty: certain ? 'confirmed' : 'likely',
        basis:
          seen === undefined
            ? 'the container runtime finds no build for the platform of the node'
            : 'the index at the registry has no build for the platform of the node',
        consequence: 'No node of that platform can pull the image.',
        cite: [
          failure.cite[0],
          ...(node?.state === 'present' ? [node.cite] : []),
          ...(seen === undefined ? [] : [seen.cite]),
        ],
        trace: [
          { text: `the container runtime finds no entry for the node: ${failure.detail}`, cite: [failure.cite[0]] },
        ],
        effects: ['image-not-pulled'],
        fixes: [buildForPlatform(failure, platform ?? '<NODE_PLATFORM>', target)],
      } as const;
      if (seen === undefined) return context.found({ message: 'notOffered', args, ...rest });
      return context.found({
        message: 'offered',
        args: { ...args, offered: seen.value.platforms.join(', ') },
        ...rest,
      });
    });
    const executed = containers.map((container): Verdict => {
      const { refused, offered, logGap } = container;
      const { image, name, trouble } = container.container;
      // A program that the kernel cannot execute ends at once; where no run ended, none was tried.
      if ((trouble !== 'exits' && trouble !== 'create') || container.container.exit === undefined)
        return context.notApplicable(`container ${name} was not started`);
      if (refused === undefined) {
        return logGap === undefined
          ? context.ruledOut(`the kernel refuses no program of container ${name}`, container.container.cite)
          : context.unknown(logGap);
      }
      if (platform === undefined)
        return node?.state === 'unknown' ? context.unknown(node.gap) : context.notApplicable('the pod has no node');
      if (offered.state === 'present' && offers(offered.value, platform)) {
        return context.ruledOut(
          `the image is built for ${platform}: ${refused.program} is a script without #!, or a program of its own for another platform`,
          offered.cite,
          refused.cite,
        );
      }
      // A program that a script calls says too little of the image: the script itself ran.
      if (offered.state !== 'present' && !refused.byRuntime)
        return context.unknown(
          offered.state === 'unknown'
            ? offered.gap
            : {
                id: `gap:platforms:${image}`,
                wanted: `the platforms of image ${image}`,
                reason: 'failed',
                detail: 'the registry does not have it',
              },
        );
      const parsed = parseImageReference(image);
      const part = { image, containers: [name], reference: 'host' in parsed ? parsed : undefined };
      const rest = {
        subject: imageRef(image),
        consequence: 'The image is pulled without complaint, and its program ends before its first instruction.',
        trace: [{ text: `the kernel of node ${nodeName} refuses to execute ${refused.program}`, cite: [refused.cite] }],
        effects: ['container-exits', 'container-not-started'],
        fixes: [buildForPlatform(part, platform, target)],
      } as const;
      const nodeCite = node?.state === 'present' ? [node.cite] : [];
      if (offered.state === 'present') {
        const args = {
          image,
          offered: offered.value.platforms.join(', '),
          node: nodeName,
          platform,
          program: refused.program,
        };
        return context.found({
          message: 'executed',
          args,
          certainty: 'confirmed',
          basis: 'the registry names the platform of the image, and the kernel refuses its program',
          cite: [refused.cite, offered.cite, ...nodeCite],
          ...rest,
        });
      }
      const args = { image, node: nodeName, platform, program: refused.program };
      return context.found({
        message: 'refused',
        args,
        ...(mayBeScript(refused.program)
          ? {
              certainty: 'possible',
              basis: 'a script without #! is refused with the same words, and the platform of the image was not seen',
            }
          : {
              certainty: 'likely',
              basis:
                'the kernel refuses a program that is not named like a script; the platform of the image was not seen',
            }),
        cite: [refused.cite, ...nodeCite],
        ...rest,
      });
    });
    return context.all([pulled, ...executed]);
  },
});

/**
 * A script without its `#!` line dies with the same words (Linux fs/binfmt_script.c); a compiled program has no ending of a script. A program that the
 * log does not name (old runtimes) may be either.
 */
function mayBeScript(program: string): boolean {
  return !program.startsWith('/') || /\.(?:sh|bash|py|pl|rb|js|mjs|cjs)\b/.test(program);
}
