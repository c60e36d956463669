/**
 * The table of causes of a failed image pull: which words of containerd, containers-image, docker and the registries
 * mean which class. Responsible for the order of the tests; `image-pull-error.ts` takes the message apart.
 */

export type ImagePullClass =
  | 'rate-limit'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'platform'
  | 'tls'
  | 'http-on-https'
  | 'dns'
  | 'refused'
  | 'proxy'
  | 'timeout'
  | 'stalled'
  | 'server-error'
  | 'disk-full'
  | 'digest-mismatch'
  | 'schema1'
  | 'short-name'
  | 'blocked'
  | 'invalid-reference'
  | 'bad-content'
  | 'unknown';

export type PullCause = {
  readonly class: ImagePullClass;
  /** Only with `not-found`, and only where the message tells which; a bare 404 of a manifest may be tag or repository. */
  readonly missing?: 'tag' | 'repository' | 'blob';
  /** Only with `tls`. */
  readonly tls?: 'unknown-authority' | 'expired' | 'wrong-name' | 'no-ip-san' | 'other';
  /** True: no credentials were sent. False: they were sent and refused. Absent: the message does not tell. */
  readonly anonymous?: boolean;
  /** The registry answers a private and a missing repository alike. */
  readonly ambiguous?: boolean;
};

type PullFacts = {
  /** The whole message, image names and URLs blanked out. */
  readonly text: string;
  /** The innermost cause. */
  readonly detail: string;
  readonly status?: number | undefined;
  readonly url?: string | undefined;
};

/** What decides whatever the status says: found out by the node, or a policy's own words. */
const FIRST: readonly (readonly [ImagePullClass, RegExp])[] = [
  [
    'platform',
    /no match for platform|no matching manifest for|no image found in (?:image index|manifest list)|mismatched image rootfs and manifest layers|no child with platform|cannot be used on this platform|does not match the specified platform/,
  ],
  ['disk-full', /no space left on device|disk quota exceeded/i],
  ['schema1', /schema 1 support|manifest\.v1\+(?:prettyjws|json)|no longer supported since containerd/],
  [
    'digest-mismatch',
    /unexpected commit digest|failed size validation|wrong diff id|[Dd]igest did not match|digest mismatch|layer verification failed/,
  ],
  ['short-name', /short-name .* did not resolve|short name mode is enforcing|containers-registries\.conf/],
  [
    'blocked',
    /registry \S+ is blocked in|Source image rejected|signature validation failed|due to configured policy in|PROJECTPOLICYVIOLATION|image is not signed by|Namespace \S+ has been disabled|is not allowed access|aka\.ms\/acr\/firewall/,
  ],
  [
    'bad-content',
    /unexpected media type|unsupported (?:media|MIME) type|failed to unmarshal|looking for beginning of value|rejecting \d+ byte manifest|content digest \S+ not found|invalid tar header|gzip: invalid header|malformed HTTP response/,
  ],
];

/** Only where no HTTP status was told: these come from the network between node and registry. */
const NETWORK: readonly (readonly [ImagePullClass, RegExp])[] = [
  ['proxy', /proxyconnect tcp|socks connect tcp|Proxy Authentication Required/],
  ['timeout', /TLS handshake timeout/],
  ['http-on-https', /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/],
  ['tls', /x509: |\btls: |HTTP request to an HTTPS server/],
  ['dns', /\blookup \S+ |no such host|server misbehaving|[Tt]emporary failure in name resolution/],
  ['refused', /connection refused|because the registry is unavailable/],
  [
    'timeout',
    /i\/o timeout|no route to host|network is unreachable|(?:connection|operation) timed out|Client\.Timeout|request canceled while waiting|connection reset|broken pipe|stream error|client connection lost|\bEOF\b/,
  ],
  ['stalled', /context canceled|failed to copy after \d+ retries|code = (?:Canceled|DeadlineExceeded) desc = context/],
  ['timeout', /context deadline exceeded|code = DeadlineExceeded/],
];

const RATE_LIMIT = /toomanyrequests|too many requests|pull rate limit|\bRate exceeded|Data limit exceeded/i;
const EXPIRED_TOKEN = /authorization token has expired/;
const ACCESS_DENIED = /pull access denied|insufficient_scope/;
const UNAUTHORIZED =
  /\bunauthori[sz]ed\b|authentication required|authorization failed|no basic auth credentials|(?:invalid|incorrect) username(?:\/| or )password|Unauthenticated request|failed to initialize authentication: secrets? /i;
// In capitals: the code of a distribution error, as go-containerregistry prints it (`DENIED: access forbidden`, GitLab).
const FORBIDDEN = /\bdenied\b|\bDENIED\b|is not authorized to perform|\bForbidden\b|does not have permission/;
const SERVER_ERROR =
  /\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|service unavailable|internal server error/i;
const NOT_FOUND =
  /: not found|manifest[_ ]unknown|name[_ ]unknown|blob[_ ]unknown|repository name not known|repository \S* ?not found|manifest for \S+ not found|artifact \S+ not found|was deleted or has expired|\b404 \(?Not Found/i;
const INVALID =
  /invalid reference format|must be lowercase|couldn't parse image|failed to parse image (?:reference|name)|could not parse reference|parsing reference|invalid repository name|name[_ ]invalid/i;
const AMBIGUOUS =
  /repository does not exist or may require|insufficient_scope|requested access to the resource is denied|access to the requested resource is not authorized|or it may not exist|access forbidden/;

export function classifyPullCause(facts: PullFacts): PullCause {
  const { text, detail, status } = facts;
  if (detail === '') return { class: 'unknown' };
  if (status === 429 || (status !== 404 && RATE_LIMIT.test(text)))
    return withCredentials({ class: 'rate-limit' }, text);
  for (const [kind, words] of FIRST) if (words.test(text)) return { class: kind };
  if (status !== undefined && status >= 400) return ofStatus(facts, status);

  // The runtime's own socket: the registry was not even asked.
  if (/dial unix /.test(text)) return { class: 'unknown' };
  // Go prints only the status text when a proxy refuses CONNECT (net/http transport.go).
  if (/^(?:Forbidden|Bad Gateway|Service Unavailable|Gateway Time-?out)$/.test(detail)) return { class: 'proxy' };
  for (const [kind, words] of NETWORK) {
    if (words.test(text)) return kind === 'tls' ? { class: 'tls', tls: tlsOf(text) } : { class: kind };
  }
  if (ACCESS_DENIED.test(text)) return withCredentials({ class: 'unauthorized', ambiguous: true }, text);
  if (UNAUTHORIZED.test(text) || EXPIRED_TOKEN.test(text)) return withCredentials({ class: 'unauthorized' }, text);
  if (FORBIDDEN.test(text)) return withCredentials({ class: 'forbidden' }, text);
  if (SERVER_ERROR.test(text)) return { class: 'server-error' };
  if (INVALID.test(text)) return { class: 'invalid-reference' };
  return NOT_FOUND.test(text) ? notFound(facts) : { class: 'unknown' };
}

function ofStatus(facts: PullFacts, status: number): PullCause {
  const { text } = facts;
  if (status >= 500) return { class: 'server-error' };
  if (status === 407) return { class: 'proxy' };
  if (status === 408) return { class: 'timeout' };
  if (status === 412) return { class: 'blocked' };
  if (status === 404) return notFound(facts);
  if (status === 401 || EXPIRED_TOKEN.test(text)) return withCredentials({ class: 'unauthorized' }, text);
  if (status === 402 || status === 403 || status === 451) return withCredentials({ class: 'forbidden' }, text);
  if (/HTTP request to an HTTPS server/.test(text)) return { class: 'tls', tls: 'other' };
  if (UNAUTHORIZED.test(text)) return withCredentials({ class: 'unauthorized' }, text);
  return INVALID.test(text) ? { class: 'invalid-reference' } : { class: 'unknown' };
}

/** containerd says `anonymous token` without and `oauth token` with a secret (`core/remotes/docker/authorizer.go`). */
function withCredentials(cause: PullCause, text: string): PullCause {
  const sent =
    /oauth token|from POST request|(?:invalid|incorrect) username(?:\/| or )password|is not authorized to perform/;
  const notSent =
    /anonymous token|no basic auth credentials|Unauthenticated request|unauthenticated pull rate limit|failed to initialize authentication/;
  // A private repository answers an anonymous request for its token with 403, and so does one that does not exist.
  const anonymousForbidden = cause.class === 'forbidden' && /anonymous token/.test(text);
  const ambiguous = AMBIGUOUS.test(text) || anonymousForbidden;
  const isAccess = cause.class === 'unauthorized' || cause.class === 'forbidden';
  return {
    ...cause,
    ...(isAccess && ambiguous ? { ambiguous: true } : {}),
    ...(sent.test(text) || EXPIRED_TOKEN.test(text)
      ? { anonymous: false }
      : notSent.test(text)
        ? { anonymous: true }
        : {}),
  };
}

function notFound({ text, url }: PullFacts): PullCause {
  if (/name[_ ]unknown|repository name not known|repository \S* ?not found/i.test(text)) {
    return { class: 'not-found', missing: 'repository' };
  }
  if (/blob[_ ]unknown|content descriptor|(?:reading|writing) blob/i.test(text) || /\/blobs\//.test(url ?? '')) {
    return { class: 'not-found', missing: 'blob' };
  }
  if (/manifest[_ ]unknown|was deleted or has expired|artifact \S+ not found|manifest for \S+ not found/i.test(text)) {
    return { class: 'not-found', missing: 'tag' };
  }
  return { class: 'not-found' };
}

function tlsOf(text: string): NonNullable<PullCause['tls']> {
  if (/unknown authority|is not trusted|self[- ]signed/.test(text)) return 'unknown-authority';
  if (/has expired or is not yet valid/.test(text)) return 'expired';
  if (/doesn't contain any IP SANs/.test(text)) return 'no-ip-san';
  if (/certificate is (?:not )?valid for|legacy Common Name/.test(text)) return 'wrong-name';
  return 'other';
}
