/**
 * Why the image of one container is not there: the newest error that tells it, from the container's own state or from an
 * event, with the registry's own answer beside it. It interprets the words only as far as the parser does.
 */
import type { Citation, Citations, EvidenceGap, Timestamp } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import type { EventRecord, ViewContext } from '../model/reader.ts';
import { parseImagePullError, type ImagePullClass, type ImagePullError } from './parse/image-pull-error.ts';
import { parseImageReference, type ImageReference } from './parse/image-reference.ts';
import { imageOrigin, type ImageOrigin } from './image-origin.ts';
import type { ContainerState, PodState } from './pod-state.ts';
import { workloadOf } from './workload-of.ts';

/** `never`: the policy forbids a pull. `runtime`: the kubelet does not reach the container runtime. */
export type PullMechanism = ImagePullClass | 'never' | 'runtime';

/**
 * What a registry that refuses says of the caller. needs-login: it knows no caller and wants one. rejected: credentials were sent and are wrong.
 * forbidden: the caller is not allowed. private-or-missing: it answers a private and a missing repository alike.
 */
export type PullAccess = 'needs-login' | 'rejected' | 'forbidden' | 'private-or-missing';

export interface RegistryAnswer {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Codes of the distribution API, e.g. MANIFEST_UNKNOWN. */
  readonly codes: readonly string[];
  readonly cite: Citation;
}

export interface PullFailure {
  readonly container: ContainerState;
  /** Names of all containers of the pod that wait for this image. */
  readonly containers: readonly string[];
  /** As the pod spells it. */
  readonly image: string;
  readonly reference: ImageReference | undefined;
  /** Why the reference cannot be read. */
  readonly invalid: string | undefined;
  /** Host of the image (`docker.io` where none is written), not of a redirect. */
  readonly host: string;
  readonly error: ImagePullError;
  readonly mechanism: PullMechanism;
  readonly access: PullAccess | undefined;
  /** layer: the manifest was read, and the blobs do not come. */
  readonly phase: 'manifest' | 'layer';
  /** The innermost error, one line, bounded. */
  readonly detail: string;
  /** The error, most telling first. */
  readonly cite: Citations;
  /** When it was last said, where an event tells. */
  readonly at: Timestamp | undefined;
  /** What the registry answered to Inferscope for the same manifest, where it was asked. */
  readonly answer: RegistryAnswer | undefined;
  /** Present where neither state nor events tell the inner error. */
  readonly gap: EvidenceGap | undefined;
  /** Where the image is written. */
  readonly origin: ImageOrigin;
}

const LONGEST_DETAIL = 240;
const ERROR_EVENTS = new Set(['Failed', 'InspectFailed', 'ErrImageNeverPull']);

export function pullFailureOf(
  context: ViewContext,
  pod: PodState,
  container: ContainerState,
  containers: readonly string[],
): PullFailure {
  const { image } = container;
  const parsed = parseImageReference(image);
  const reference = 'host' in parsed ? parsed : undefined;
  const events = context
    .events(pod.pod.ref)
    .filter((event) => ERROR_EVENTS.has(event.reason) && speaksOf(event, container.name, image))
    .toReversed();
  const waiting = container.waiting?.message ?? '';
  const own = parseImagePullError(waiting);
  const event = events.find((candidate) => {
    const told = parseImagePullError(candidate.message);
    return told.detail !== '' && (own.detail === '' || told.class === own.class);
  });
  const error = own.detail === '' && event !== undefined ? parseImagePullError(event.message) : own;
  const mechanism = mechanismOf(container, error);
  const cites = [event?.cite(`the kubelet: ${oneLine(withoutRequest(error.detail))}`), container.waiting?.cite].filter(
    (cite) => cite !== undefined,
  );
  const told = error.detail !== '' || mechanism !== 'unknown';
  return {
    container,
    containers,
    image,
    reference,
    invalid: 'invalid' in parsed ? parsed.invalid : undefined,
    host: reference?.host ?? error.host ?? '',
    error,
    mechanism,
    access: accessOf(error),
    phase: phaseOf(error, `${event?.message ?? ''} ${waiting}`),
    detail: oneLine(withoutRequest(error.detail)),
    cite: [cites[0] ?? container.cite, ...cites.slice(1)],
    at: event?.last,
    answer: reference === undefined ? undefined : answerOf(context, reference),
    gap: told ? undefined : gapOf(context, pod, container),
    origin: imageOrigin(context, workloadOf(context, pod.pod.ref), image, container.name),
  };
}

/** The kubelet pulls an image once and names one of its containers; an image that was changed since does not count. */
function speaksOf(event: EventRecord, container: string, image: string): boolean {
  const named = parseImagePullError(event.message).image;
  if (named === undefined || named === '') return event.container === container;
  return named === image || normalized(named) === normalized(image);
}

function normalized(image: string): string {
  const reference = parseImageReference(image);
  return 'normalized' in reference ? reference.normalized : image;
}

function mechanismOf(container: ContainerState, error: ImagePullError): PullMechanism {
  if (container.waiting?.reason === 'ErrImageNeverPull') return 'never';
  if (container.waiting?.reason === 'InvalidImageName') return 'invalid-reference';
  if (error.class === 'unknown' && /dial unix |containerd\.sock|crio\.sock|cri-dockerd\.sock/.test(error.detail))
    return 'runtime';
  return error.class;
}

export function accessOf(error: ImagePullError): PullAccess | undefined {
  if (error.class !== 'unauthorized' && error.class !== 'forbidden') return undefined;
  if (error.anonymous === false) return error.class === 'forbidden' ? 'forbidden' : 'rejected';
  // A registry that asks for basic credentials wants a login, whatever the client adds about the repository (ECR).
  if (/no basic auth credentials|Unauthenticated request/.test(error.detail)) return 'needs-login';
  if (error.ambiguous === true) return 'private-or-missing';
  return error.class === 'forbidden' && error.anonymous !== true ? 'forbidden' : 'needs-login';
}

/** containerd names the phase (`failed to copy`), containers-image the blob; else the URL tells. */
export function phaseOf(error: ImagePullError, text: string): PullFailure['phase'] {
  if (/\/manifests\//.test(error.url ?? '') || /failed to resolve reference/.test(text)) return 'manifest';
  return /\/blobs\//.test(error.url ?? '') || /failed to copy|httpReadSeeker|(?:reading|writing) blob/.test(text)
    ? 'layer'
    : 'manifest';
}

/** Docker Hub's images are served by another host than they are named after. */
export function answerOf(context: ViewContext, reference: ImageReference): RegistryAnswer | undefined {
  const wanted = reference.digest ?? reference.tag ?? 'latest';
  const hosts = reference.host === 'docker.io' ? ['docker.io', 'registry-1.docker.io'] : [reference.host];
  const found = hosts
    .flatMap((host) => context.registry(host, reference.repository))
    .find(
      (answer) => answer.what === 'manifests' && (answer.reference === wanted || answer.reference === reference.tag),
    );
  if (found === undefined) return undefined;
  const codes = listAt(found.body, 'errors')
    .map((entry) => textAt(entry, 'code') ?? '')
    .filter((code) => code !== '');
  const words = found.status === 0 ? 'no answer' : [String(found.status), ...codes].join(' ');
  return {
    status: found.status,
    codes,
    cite: context.citeEvidence(found.id, `registry ${reference.host} answers ${words}`),
  };
}

function gapOf(context: ViewContext, pod: PodState, container: ContainerState): EvidenceGap {
  const { ref } = pod.pod;
  const wanted = `the pull error of container ${container.name} of Pod ${ref.namespace ?? ''}/${ref.name}`;
  const unread = context.eventsGap(ref.namespace);
  if (unread !== undefined) return { ...unread, wanted };
  return {
    id: `gap:pull-error:${ref.namespace ?? ''}/${ref.name}/${container.name}`,
    wanted,
    reason: 'expired',
    detail:
      'the container only tells of its back-off (Kubernetes before 1.32), and the event with the error is gone: events expire after an hour',
    unlock: `kubectl -n ${ref.namespace ?? 'default'} get pod ${ref.name} -w until it shows ErrImagePull (every 5 minutes at most), then collect again`,
  };
}

/** The status and what the registry says, without the URL before them. */
export function withoutRequest(detail: string): string {
  return detail.replace(
    /^unexpected status(?: code)?(?: from [A-Z]+ request to)? "?https?:\/\/[^\s"]{1,2000}"?: (?=\d{3}\b)/,
    '',
  );
}

export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
}
