/**
 * Says why an image could not be pulled, from the text kubelet, containerd, CRI-O, docker or Knative's tag resolver
 * give. Responsible for that text only: it never tells more than the message does (`missing` stays absent where the
 * registry only said "not found") and does not redact.
 */
import { boundMessage, captured, QUOTED, stripPrefixes } from './go-text.ts';
import { classifyPullCause } from './image-pull-cause.ts';
import type { PullCause } from './image-pull-cause.ts';
import { parseImageReference } from './image-reference.ts';

export type { ImagePullClass } from './image-pull-cause.ts';

export type ImagePullError = PullCause & {
  /** As the message spells it, outermost first; absent where it names none. */
  readonly image?: string;
  /** The innermost cause, verbatim; empty where the message only tells of a back-off. */
  readonly detail: string;
  /** The host that failed: of the URL, of the look-up, else of the image. */
  readonly host?: string;
  /** HTTP status of the registry's, token service's or blob store's answer. */
  readonly status?: number;
  readonly url?: string;
  /** The DNS server asked, e.g. `10.0.0.10:53`. */
  readonly resolver?: string;
  /** `host:port` or `address:port` of a connection that failed. */
  readonly address?: string;
};

const LAYER = String.raw`layer (?:\([^()]*\)|(?:sha256:)?[0-9a-f]+)`;

/** Wrappings without a cause of their own, from the outside in (containerd `client/pull.go`, kubelet `image_manager.go`). */
const WRAPPINGS: readonly RegExp[] = [
  /^\(combined from similar events\): /,
  /^spec\.\w+\{[^{}]*\}: /,
  new RegExp(`^Failed to pull image ${QUOTED}: `),
  new RegExp(`^Back-off pulling image ${QUOTED}(?:: |$)`),
  new RegExp(`^Unable to fetch image ${QUOTED}: `),
  /^failed to resolve image to digest: /,
  // Knative until 0.2x, and go-containerregistry's words of that time.
  /^failed to fetch image information: /,
  /^(?:ErrImagePull|ImagePullBackOff|Error): /,
  /^(?:Error: )?(?:ErrImagePull|ImagePullBackOff)$/,
  /^rpc error: code = \w+ desc = /,
  new RegExp(`^Failed to (?:apply default image tag|inspect image) ${QUOTED}: `),
  new RegExp(`^couldn't parse image (?:name|reference) ${QUOTED}: `),
  new RegExp(`^failed to parse image reference ${QUOTED}: `),
  new RegExp(`^failed to pull(?: and unpack)? image ${QUOTED}: `),
  new RegExp(`^failed to resolve reference ${QUOTED}: `),
  new RegExp(`^failed to unpack image(?: ${QUOTED})?(?: on snapshotter \\S+)?: `),
  new RegExp(`^(?:apply layer error for|error unpacking image) ${QUOTED}: `),
  new RegExp(`^failed to extract ${LAYER}(?: to \\S+ as ${QUOTED})?: `),
  new RegExp(`^failed commit on ref ${QUOTED}: `),
  /^(?:failed to copy|httpReadSeeker: failed open|failed to fetch \w+|failed to do request|failed to authorize): /,
  /^failed to fetch (?:anonymous|oauth) token: /,
  /^unable to pull image or OCI artifact: pull image err: /,
  /^(?:E|e)rror (?:initializing source|pulling image) \S+: /,
  /^initializing source \S+: /,
  /^(?:choosing|copying) (?:an image|system image) from manifest list(?: \S+)?: /,
  /^pinging container registry \S+: /,
  /^(?:reading|fetching target platform image selected from) manifest \S+ in \S+: /,
  /^(?:writing|reading) blob(?: \S+)?: /,
  /^parsing image configuration: /,
  /^(?:Requesting bearer token|unable to retrieve auth token): (?=\S)/,
  /^Error response from daemon: /,
  /^(?:Get|Head|Post|GET|HEAD|POST) "?https?:\/\/[^\s"]*"?: /,
];

/**
 * Takes a `Failed` or `BackOff` event's message, a waiting message, or the bare error. The class is `unknown` with an
 * empty `detail` for a pure `Back-off pulling image "X"`.
 */
export function parseImagePullError(message: string): ImagePullError {
  const text = boundMessage(message);
  const image = imageOf(text);
  let most: ImagePullError | undefined;
  for (const part of credentialErrors(text)) {
    const found = parseOne(part, image);
    if (most === undefined || weight(found) > weight(most)) most = found;
  }
  return most ?? parseOne(text, image);
}

/** The kubelet tries every pull secret and prints `[E1, E2]` (apimachinery utilerrors.NewAggregate). */
function credentialErrors(text: string): string[] {
  const open = /(?:^|: )\[(?=rpc error|failed to |Error |initializing |unable to |pinging |reading )/.exec(text);
  if (!open || !text.endsWith(']')) return [text];
  const inner = text.slice(open.index + open[0].length, -1);
  return inner.split(/, (?=rpc error: code|failed to pull|Error response|initializing source|unable to pull )/);
}

/** With several credentials a cause that no credential can change tells most, then one where they were sent. */
function weight(error: ImagePullError): number {
  if (error.class === 'unknown') return 0;
  if (error.class !== 'unauthorized' && error.class !== 'forbidden') return 4;
  if (error.anonymous === true) return 1;
  return error.anonymous === false ? 3 : 2;
}

function parseOne(part: string, image: string | undefined): ImagePullError {
  // CRI-O 1.33 also tries the reference as an artifact and appends that failure.
  const text = part.replace(/; artifact err: [\s\S]*$/, '');
  const detail = stripPrefixes(text, WRAPPINGS);
  const { status, url } = statusOf(text);
  const lookup = /lookup ([^\s:]+)(?: on (\S+?))?: /.exec(text);
  const cause = classifyPullCause({ text: withoutNames(text, image), detail, status, url });
  const host = (cause.class === 'dns' ? lookup?.[1] : undefined) ?? hostOf(text, url, image ?? imageOf(text));
  const address = captured(text, /dial tcp ((?:\[[0-9a-fA-F:.%]+\]|[\w.-]+):\d+): /);
  const named = image ?? imageOf(text);
  return {
    ...cause,
    detail,
    ...(named === undefined ? {} : { image: named }),
    ...(host === undefined ? {} : { host }),
    ...(status === undefined ? {} : { status }),
    ...(url === undefined ? {} : { url }),
    ...(lookup?.[2] === undefined ? {} : { resolver: lookup[2] }),
    ...(address === undefined ? {} : { address }),
  };
}

function imageOf(text: string): string | undefined {
  return captured(
    text,
    new RegExp(`(?:Failed to pull|Back-off pulling|Unable to fetch|Failed to inspect) image ${QUOTED}`),
    new RegExp(`Failed to apply default image tag ${QUOTED}`),
    new RegExp(`failed to pull(?: and unpack)? image ${QUOTED}`),
    new RegExp(`failed to resolve reference ${QUOTED}`),
    /image pull failed for (\S+) because/,
    /initializing source docker:\/\/(\S+): /,
    /manifest for (\S+) not found/,
    /pull access denied for (\S+), /,
  );
}

/**
 * The answer's status and the URL asked. Wordings: containerd ≥ 2.1 `unexpected status from GET request to U: 403 …`,
 * ≤ 2.0 `unexpected status code U: 403 …`, `unexpected status: 401 …`, ≤ 1.5 `failed with status code [manifests T]:
 * 429 …`; containers-image `invalid status code from registry 403`, `received unexpected HTTP status: 503 …`;
 * go-containerregistry `HEAD U: unexpected status code 404 …`.
 */
function statusOf(text: string): { status?: number; url?: string } {
  const asked = /unexpected status(?: code)?(?: from [A-Z]+ request to)? "?(https?:\/\/[^\s"]+?)"?: (\d{3})\b/.exec(
    text,
  );
  if (asked?.[1] !== undefined) return { url: asked[1], status: Number(asked[2]) };
  const url = /\b(?:Get|Head|Post|GET|HEAD|POST) "?(https?:\/\/[^\s"]+?)"?: /.exec(text)?.[1];
  const bare =
    /(?:(?:unexpected|unsupported) status(?: code)?:?|status code \[[^\]]*\]:|invalid status code from registry|unexpected HTTP status(?: code)?:?|StatusCode:|error parsing HTTP) (\d{3})\b/.exec(
      text,
    )?.[1];
  return {
    ...(url === undefined ? {} : { url }),
    ...(bare === undefined ? {} : { status: Number(bare) }),
  };
}

function hostOf(text: string, url: string | undefined, image: string | undefined): string | undefined {
  const ofUrl = url === undefined ? undefined : /^https?:\/\/([^/?#\s]+)/.exec(url)?.[1];
  const named = captured(text, /pulling from host (\S+) failed/, /pinging container registry ([^\s:]+(?::\d+)?): /);
  if (ofUrl !== undefined || named !== undefined) return ofUrl ?? named;
  if (image === undefined) return undefined;
  const reference = parseImageReference(image);
  return 'host' in reference ? reference.host : undefined;
}

/** The message without the names in it, so that an image called `x509-tools` is no certificate error. */
function withoutNames(text: string, image: string | undefined): string {
  let plain = text
    .replaceAll(/\b((?:image|reference|tag|name) )"(?:[^"\\]|\\.)*"/g, '$1"…"')
    .replaceAll(/"(?:https?:\/\/)[^"]*"/g, '"…"')
    .replaceAll(/\b(?:https?|docker):\/\/[^\s"]*?(?=[:,]?(?:\s|"|$))/g, '…')
    .replaceAll(/\b(lookup|from host|container registry) [^\s:]+/g, '$1 …')
    .replaceAll(/\breading manifest \S+ in \S+: /g, 'reading manifest … in …: ');
  const names = new Set<string>();
  for (const match of text.matchAll(/(?:image|reference) "([^"\\]{1,1024})"/g)) names.add(match[1] ?? '');
  if (image !== undefined) names.add(image);
  for (const name of names) if (name.length > 2) plain = plain.replaceAll(name, '…');
  return plain;
}
