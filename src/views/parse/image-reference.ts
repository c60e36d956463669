/**
 * Reads an image reference as the kubelet and containerd read it (github.com/distribution/reference `normalize.go`,
 * `regexp.go`). Responsible for the grammar and docker's defaults; whether the image exists is not known here.
 */

export type ImageReference = {
  /** Host with its port, e.g. `docker.io` or `registry.example:5000`. */
  readonly host: string;
  /** Path below the host, e.g. `library/nginx`. */
  readonly repository: string;
  /** As written; absent where none was (the kubelet then takes `latest` unless there is a digest). */
  readonly tag?: string;
  /** E.g. `sha256:…`. */
  readonly digest?: string;
  /** The full form containerd prints, `latest` filled in: `docker.io/library/nginx:latest`. */
  readonly normalized: string;
};

export type InvalidImageReference = {
  /** A short phrase saying why, e.g. `the repository name has upper-case letters: Acme/Forecast`. */
  readonly invalid: string;
};

const DEFAULT_HOST = 'docker.io';
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const LONGEST_REFERENCE = 1024;
const LONGEST_NAME = 255;

export function parseImageReference(text: string): ImageReference | InvalidImageReference {
  const general = invalidAsWhole(text);
  if (general !== undefined) return { invalid: general };

  const atSign = text.indexOf('@');
  const digest = atSign < 0 ? undefined : text.slice(atSign + 1);
  const { host, remainder } = splitHost(atSign < 0 ? text : text.slice(0, atSign));
  const colon = remainder.indexOf(':');
  const tag = colon < 0 ? undefined : remainder.slice(colon + 1);
  const path = colon < 0 ? remainder : remainder.slice(0, colon);
  const repository = host === DEFAULT_HOST && !path.includes('/') ? `library/${path}` : path;

  const invalid = invalidPart(host, path, tag, digest);
  if (invalid !== undefined) return { invalid };
  if (host.length + 1 + repository.length > LONGEST_NAME) {
    return { invalid: `the name is longer than ${LONGEST_NAME} characters` };
  }

  const shownTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return {
    host,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    normalized: `${host}/${repository}${shownTag ? `:${shownTag}` : ''}${digest ? `@${digest}` : ''}`,
  };
}

function invalidAsWhole(text: string): string | undefined {
  if (text === '') return 'the reference is empty';
  if (text.length > LONGEST_REFERENCE) return `the reference is longer than ${LONGEST_REFERENCE} characters`;
  if (text !== text.trim()) return 'the reference begins or ends with white space';
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.exec(text)?.[0];
  if (scheme !== undefined) return `the reference begins with a URL scheme: ${scheme}`;
  const foreign = /[^\w./:@+[\]-]/.exec(text)?.[0];
  if (foreign !== undefined) return `the reference has a character that is not allowed: ${JSON.stringify(foreign)}`;
  if (/^[a-f0-9]{64}$/.test(text)) return 'the name may not be 64 hexadecimal digits';
  return undefined;
}

/** The first part is a host where it has a `.` or `:`, is `localhost`, or has upper-case letters; else docker.io's. */
function splitHost(name: string): { host: string; remainder: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (!isHost) return { host: DEFAULT_HOST, remainder: name };
  return { host: first === 'index.docker.io' ? DEFAULT_HOST : first, remainder: name.slice(slash + 1) };
}

function invalidPart(
  host: string,
  path: string,
  tag: string | undefined,
  digest: string | undefined,
): string | undefined {
  if (!HOST.test(host) || host.split('.').some((label) => label === '')) return `the host is malformed: ${host}`;
  if (path === '') return 'the repository name is empty';
  if (path !== path.toLowerCase()) return `the repository name has upper-case letters: ${path}`;
  if (!path.split('/').every((part) => PATH_COMPONENT.test(part))) return `the repository name is malformed: ${path}`;
  if (tag === '') return 'the tag is empty';
  if (tag !== undefined && !TAG.test(tag)) return `the tag is malformed: ${tag}`;
  if (digest === undefined) return undefined;
  if (!DIGEST.test(digest)) return `the digest is malformed: ${digest}`;
  // go-digest checks the length of the algorithms it knows and wants lower case (Digest.Validate).
  const length = { sha256: 64, sha384: 96, sha512: 128 }[digest.slice(0, digest.indexOf(':'))];
  const encoded = digest.slice(digest.indexOf(':') + 1);
  if (length !== undefined && (encoded.length !== length || encoded !== encoded.toLowerCase())) {
    return `the digest is malformed: ${digest}`;
  }
  return undefined;
}
