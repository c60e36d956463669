/**
 * Why the Knative controller could not resolve the image tags of a Revision to digests, from its condition ContainerHealthy. A condition that is past,
 * since pods of the Revision were made after all, counts for nothing.
 */
import { listAt, numberAt, textAt } from '../model/json.ts';
import type { ViewContext } from '../model/reader.ts';
import { containersOf } from './container-state.ts';
import { imageOrigin } from './image-origin.ts';
import type { KnativeRevision } from './knative-revision.ts';
import { parseImagePullError, type ImagePullError } from './parse/image-pull-error.ts';
import { parseImageReference } from './parse/image-reference.ts';
import {
  accessOf,
  answerOf,
  oneLine,
  phaseOf,
  withoutRequest,
  type PullAccess,
  type PullFailure,
} from './pull-failure.ts';

/** `Unable to fetch image "X": failed to resolve image to digest: …` (knative serving pkg/reconciler/revision/{background,resolve}.go). */
const UNRESOLVED = /^Unable to fetch image "|failed to (?:resolve image to digest|fetch image information)/;

/**
 * They give anonymous callers a token, and then answer 401 alike for what is private and for what is not there: the token lacks the scope
 * (distribution spec, token authentication).
 */
const GIVE_TOKENS = /(?:^|\.)(?:docker\.io|quay\.io|ghcr\.io|registry\.gitlab\.com)$/;

export function resolutionFailuresOf(context: ViewContext, revision: KnativeRevision): readonly PullFailure[] {
  const condition = revision.conditions.get('ContainerHealthy');
  // Where a Deployment was made, the tag had been resolved: the condition may stay as it was.
  if (condition?.status !== 'False' || !revision.wanted || revision.deployment !== undefined) return [];
  const { object } = revision;
  if (isPast(revision) || !UNRESOLVED.test(condition.message)) return [];
  const containers = containersOf(object, [], { phase: 'Pending', ageSeconds: 0, now: context.now });
  const error = parseImagePullError(condition.message);
  const container = containers.find(({ image }) => image === error.image) ?? containers[0];
  if (container === undefined) return [];
  const image = error.image ?? container.image;
  const parsed = parseImageReference(image);
  const reference = 'host' in parsed ? parsed : undefined;
  const detail = oneLine(withoutRequest(error.detail));
  return [
    {
      container,
      containers: containers.filter((other) => other.image === image).map(({ name }) => name),
      image,
      reference,
      invalid: 'invalid' in parsed ? parsed.invalid : undefined,
      host: reference?.host ?? error.host ?? '',
      error,
      mechanism: error.class,
      access: accessFor(error, reference?.host ?? ''),
      phase: phaseOf(error, condition.message),
      detail,
      cite: [
        object.cite(`the Knative controller: ${detail}`, condition.pointer),
        object.cite(`the image of container ${container.name}`, `${container.specPointer}/image`),
      ],
      at: condition.since,
      answer: reference === undefined ? undefined : answerOf(context, reference),
      gap: undefined,
      origin: imageOrigin(context, revision.root, image, container.name),
    },
  ];
}

/** Signs of pods, in case none of them was read. */
function isPast({ object, pods, conditions }: KnativeRevision): boolean {
  return (
    pods.length > 0 ||
    (numberAt(object.body, 'status', 'actualReplicas') ?? 0) > 0 ||
    conditions.get('ResourcesAvailable')?.status === 'True' ||
    listAt(object.body, 'status', 'containerStatuses').some((status) => textAt(status, 'imageDigest') !== undefined)
  );
}

function accessFor(error: ImagePullError, host: string): PullAccess | undefined {
  const access = accessOf(error);
  const ofManifest = error.status === 401 && /\/manifests\//.test(error.url ?? '');
  return access === 'needs-login' && ofManifest && GIVE_TOKENS.test(host) ? 'private-or-missing' : access;
}
