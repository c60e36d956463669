/** Cause: the registry does not have the tag, the digest or the repository that the pod names. */
import { defineRule } from '../../define.ts';
import { setImage } from '../../../fixes/images.ts';
import type { ImageReference } from '../../../views/parse/image-reference.ts';
import { checkPulls, imagePull, type ImagePull } from '../../../views/image-pull.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS3110',
  name: 'ImageNotFound',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry does not have the image',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'image-not-found',
    'image-tag-not-found',
    'manifest unknown',
    'MANIFEST_UNKNOWN',
    'NAME_UNKNOWN',
    'not found: manifest unknown',
    'code = NotFound',
    'ImagePullLoopBackOff',
  ],
  needs: { pull: imagePull },
  messages: {
    tag: '{workload} names tag {tag} of {host}/{repository}, which the registry does not have',
    digest: '{workload} names digest {digest} of {host}/{repository}, which the registry does not have',
    repository: '{workload} names repository {repository}, which registry {host} does not have',
    either: '{workload} names {host}/{repository}:{tag}, which the registry does not have',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['not-found', 'unauthorized', 'forbidden'], (failure, known) => {
      const { reference, error, answer, cite, access, container } = failure;
      const { target } = known;
      const origin = failure.origin.ref;
      const told = failure.mechanism === 'not-found';
      if (!told && !(access === 'private-or-missing' && answer?.status === 404))
        return context.ruledOut('the registry refuses the caller', cite[0]);
      if (error.missing === 'blob' || reference === undefined)
        return context.ruledOut('a part of the image is missing, not the image', cite[0]);
      const { host, repository } = reference;
      const tag = reference.tag ?? 'latest';
      const codes = answer?.status === 404 ? answer.codes : [];
      const noRepository = error.missing === 'repository' || codes.includes('NAME_UNKNOWN');
      const noTag = error.missing === 'tag' || codes.includes('MANIFEST_UNKNOWN');
      const ran = known.known.find(
        (other) => other.ran && other.reference.host === host && other.reference.repository === repository,
      );
      const what = noRepository
        ? 'repository'
        : reference.digest !== undefined
          ? 'digest'
          : noTag || ran !== undefined
            ? 'tag'
            : 'either';
      const better = alternativeOf(known, reference, noRepository);
      const found = {
        args: {
          workload: nameWithKind(origin),
          host,
          repository,
          tag,
          // As long as tools print it; the citation has it in full.
          digest: (reference.digest ?? '').slice(0, 19),
        },
        subject: origin,
        container: container.name,
        certainty: told && failure.origin.gap === undefined ? 'confirmed' : 'likely',
        basis: !told
          ? 'the registry answers 404 to a second look-up'
          : failure.origin.gap !== undefined
            ? 'the registry says so; whether the image is written here or in a runtime was not seen'
            : `the registry answers ${known.puller === 'knative' ? 'the Knative controller' : 'the node'} that it does not have it`,
        consequence:
          better === undefined
            ? 'No new pod of this workload can start.'
            : `No new pod of this workload can start. ${better} could be pulled in this cluster.`,
        cite: [
          cite[0],
          ...(answer?.status === 404 ? [answer.cite] : []),
          ...(failure.origin.cite === undefined ? [] : [failure.origin.cite]),
          ...cite.slice(1),
        ],
        trace: [{ text: `the registry answers: ${failure.detail}`, cite: [cite[0]] }],
        fixes: [
          better === undefined
            ? setImage(
                failure,
                `${host}/${noRepository ? '<REPOSITORY>' : repository}:<EXISTING_TAG>`,
                target,
                'Push the image, or name one that exists',
              )
            : setImage(failure, better, target, `Name ${shortName(better, host)}, or push the image`),
        ],
      } as const;
      return context.found({ message: what, ...found });
    });
  },
});

/** Without the registry, which the message names. */
function shortName(image: string, host: string): string {
  return image.startsWith(`${host}/`) ? image.slice(host.length + 1) : image;
}

/** An image that ran in this cluster: the same repository with the nearest tag, or a repository that is named nearly so. */
function alternativeOf(known: ImagePull, wanted: ImageReference, noRepository: boolean): string | undefined {
  const same = known.known.filter(
    (other) => other.ran && other.reference.host === wanted.host && other.reference.normalized !== wanted.normalized,
  );
  if (noRepository) {
    const [near] = nearestNames(
      wanted.repository,
      same.map((other) => other.reference.repository),
      1,
    );
    return near === undefined ? undefined : `${wanted.host}/${near}:${wanted.tag ?? 'latest'}`;
  }
  const siblings = same.filter((other) => other.reference.repository === wanted.repository);
  const tags = siblings.map((other) => other.reference.tag ?? '').filter((tag) => tag !== '');
  const [near] = nearestNames(wanted.tag ?? 'latest', tags, 1);
  return (siblings.find((other) => other.reference.tag === near) ?? siblings[0])?.image;
}
