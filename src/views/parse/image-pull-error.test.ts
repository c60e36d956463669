import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImagePullError } from './image-pull-error.ts';
import type { ImagePullError } from './image-pull-error.ts';

type Expected = Partial<ImagePullError>;
type Row = readonly [message: string, expected: Expected];

const R = 'registry.contoso.example/ml/ranker:2.3.2';
const M = 'https://registry.contoso.example/v2/ml/ranker/manifests/2.3.2';
const CTD = `failed to pull and unpack image "${R}": `;
const RESOLVE = `${CTD}failed to resolve reference "${R}": `;
const HEAD = `${RESOLVE}failed to do request: Head "${M}": `;
const COPY = `${CTD}failed to copy: httpReadSeeker: failed open: `;
const TOKEN = 'https://acme.azurecr.io/oauth2/token?scope=repository%3Aa%2Fb%3Apull&service=acme.azurecr.io';
const CRIO = `initializing source docker://${R}: `;
const PING = `${CRIO}pinging container registry registry.contoso.example: Get "https://registry.contoso.example/v2/": `;
const DOCKER = 'rpc error: code = Unknown desc = Error response from daemon: ';
const ANONYMOUS = 'failed to authorize: failed to fetch anonymous token: ';
const OAUTH = 'failed to authorize: failed to fetch oauth token: ';

/** Verbatim from captured clusters. */
const CAPTURED: readonly Row[] = [
  [
    'Failed to pull image "acrpredmaintprd.azurecr.io/vision/detector:0.9": failed to pull and unpack image "acrpredmaintprd.azurecr.io/vision/detector:0.9": failed to resolve reference "acrpredmaintprd.azurecr.io/vision/detector:0.9": failed to do request: Head "https://acrpredmaintprd.azurecr.io/v2/vision/detector/manifests/0.9": dial tcp: lookup acrpredmaintprd.azurecr.io on 10.255.255.53:53: no such host',
    {
      class: 'dns',
      image: 'acrpredmaintprd.azurecr.io/vision/detector:0.9',
      host: 'acrpredmaintprd.azurecr.io',
      resolver: '10.255.255.53:53',
      url: 'https://acrpredmaintprd.azurecr.io/v2/vision/detector/manifests/0.9',
      detail: 'dial tcp: lookup acrpredmaintprd.azurecr.io on 10.255.255.53:53: no such host',
    },
  ],
  [
    'Failed to pull image "acrpredmaintprod.azurecr.io/fraud/fraud-server:3.1": failed to pull and unpack image "acrpredmaintprod.azurecr.io/fraud/fraud-server:3.1": failed to resolve reference "acrpredmaintprod.azurecr.io/fraud/fraud-server:3.1": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    { class: 'unauthorized', anonymous: true, status: 401, host: 'acrpredmaintprod.azurecr.io' },
  ],
  [
    'Back-off pulling image "acrpredmaintprod.azurecr.io/pred-maint:1.0.3": ErrImagePull: failed to pull and unpack image "acrpredmaintprod.azurecr.io/pred-maint:1.0.3": failed to resolve reference "acrpredmaintprod.azurecr.io/pred-maint:1.0.3": failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    { class: 'unauthorized', anonymous: false, detail: 'unexpected status: 401 Unauthorized' },
  ],
  [
    'Failed to pull image "acrpredmaintprod.azurecr.io/pred-maint:v1": rpc error: code = NotFound desc = failed to pull and unpack image "acrpredmaintprod.azurecr.io/pred-maint:v1": no match for platform in manifest: not found',
    { class: 'platform', detail: 'no match for platform in manifest: not found' },
  ],
  [
    'Back-off pulling image "jupyter/scipy-notebook:2025-11": ErrImagePull: failed to pull and unpack image "docker.io/jupyter/scipy-notebook:2025-11": failed to resolve reference "docker.io/jupyter/scipy-notebook:2025-11": pulling from host registry-1.docker.io failed with status code [manifests 2025-11]: 429 Too Many Requests',
    { class: 'rate-limit', image: 'jupyter/scipy-notebook:2025-11', host: 'registry-1.docker.io', status: 429 },
  ],
  [
    'Failed to pull image "registry.contoso.example/ml/ranker:2.3.2": rpc error: code = NotFound desc = failed to pull and unpack image "registry.contoso.example/ml/ranker:2.3.2": failed to resolve reference "registry.contoso.example/ml/ranker:2.3.2": registry.contoso.example/ml/ranker:2.3.2: not found',
    { class: 'not-found', detail: 'registry.contoso.example/ml/ranker:2.3.2: not found' },
  ],
  [
    'Failed to pull image "registry.down.example:5000/speech/asr:1.0": failed to pull and unpack image "registry.down.example:5000/speech/asr:1.0": failed to resolve reference "registry.down.example:5000/speech/asr:1.0": failed to do request: Head "https://registry.down.example:5000/v2/speech/asr/manifests/1.0": dial tcp 10.240.0.12:5000: connect: connection refused',
    { class: 'refused', address: '10.240.0.12:5000', host: 'registry.down.example:5000' },
  ],
  [
    'Back-off pulling image "registry.selfsigned.example/nlp/ner:4": ErrImagePull: failed to pull and unpack image "registry.selfsigned.example/nlp/ner:4": failed to resolve reference "registry.selfsigned.example/nlp/ner:4": failed to do request: Head "https://registry.selfsigned.example/v2/nlp/ner/manifests/4": x509: certificate signed by unknown authority',
    { class: 'tls', tls: 'unknown-authority', detail: 'x509: certificate signed by unknown authority' },
  ],
  [
    'Failed to apply default image tag "ghcr.io/Acme/Forecast:2025.11": couldn\'t parse image name "ghcr.io/Acme/Forecast:2025.11": invalid reference format: repository name (Acme/Forecast) must be lowercase',
    { class: 'invalid-reference', image: 'ghcr.io/Acme/Forecast:2025.11' },
  ],
  [
    'Failed to inspect image "": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
    { class: 'unknown' },
  ],
  [
    'Unable to fetch image "acrpredmaintprod.azurecr.io/fraud/fraud-server:3.1": failed to resolve image to digest: GET https://acrpredmaintprod.azurecr.io/oauth2/token?scope=repository%3Afraud%2Ffraud-server%3Apull&service=acrpredmaintprod.azurecr.io: UNAUTHORIZED: authentication required, visit https://aka.ms/acr/authorization for more information.',
    { class: 'unauthorized', host: 'acrpredmaintprod.azurecr.io' },
  ],
  [
    'Unable to fetch image "ghcr.io/contoso/price-model:2.1": failed to resolve image to digest: HEAD https://ghcr.io/v2/contoso/price-model/manifests/2.1: unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)',
    { class: 'not-found', status: 404, host: 'ghcr.io' },
  ],
  [
    'Unable to fetch image "registry.corp.contoso.example/speech/subtitles:5.2": failed to resolve image to digest: Get "https://registry.corp.contoso.example/v2/": dial tcp: lookup registry.corp.contoso.example on 10.0.0.10:53: no such host',
    { class: 'dns', resolver: '10.0.0.10:53' },
  ],
  ['Back-off pulling image "nginx:1"', { class: 'unknown', image: 'nginx:1', detail: '' }],
  ['Error: ImagePullBackOff', { class: 'unknown', detail: '' }],
];

/** In the shapes of containerd 1.5 to 2.3, CRI-O, docker and the registries. */
const WORDINGS: readonly Row[] = [
  [
    `Unable to fetch image "${R}": failed to resolve image to digest: failed to fetch image information: unsupported status code 401; body: Not Authorized`,
    { class: 'unauthorized', status: 401, detail: 'unsupported status code 401; body: Not Authorized' },
  ],
  [
    `Unable to fetch image "a/b:1:2": failed to resolve image to digest: failed to parse image name "a/b:1:2" into a tag: could not parse reference`,
    { class: 'invalid-reference' },
  ],
  [
    `${RESOLVE}unexpected status code ${M}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
    { class: 'rate-limit', status: 429, url: M },
  ],
  [
    `${COPY}unexpected status from GET request to ${M}: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
    { class: 'rate-limit', anonymous: true },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: toomanyrequests: You have reached your pull rate limit.`,
    { class: 'rate-limit' },
  ],
  [`${CRIO}too many requests to registry`, { class: 'rate-limit' }],
  [`${DOCKER}toomanyrequests: Rate exceeded`, { class: 'rate-limit' }],
  [
    `${RESOLVE}${ANONYMOUS}unexpected status from GET request to ${TOKEN}: 401 Unauthorized`,
    { class: 'unauthorized', anonymous: true, url: TOKEN, host: 'acme.azurecr.io' },
  ],
  [
    `${RESOLVE}${OAUTH}unexpected status from POST request to https://acme.azurecr.io/oauth2/token: 401 Unauthorized`,
    { class: 'unauthorized', anonymous: false },
  ],
  [
    `${RESOLVE}pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
    { class: 'unauthorized', anonymous: true, ambiguous: true },
  ],
  [
    `${RESOLVE}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    { class: 'unauthorized', ambiguous: true },
  ],
  [`${RESOLVE}unexpected status from HEAD request to ${M}: 401 Unauthorized`, { class: 'unauthorized', status: 401 }],
  [
    `${RESOLVE}pulling from host registry.contoso.example failed with status code [manifests 2.3.2]: 401 Unauthorized`,
    { class: 'unauthorized', host: 'registry.contoso.example' },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: unauthorized: access to the requested resource is not authorized`,
    { class: 'unauthorized', ambiguous: true },
  ],
  [
    `${CRIO}unable to retrieve auth token: invalid username/password: unauthorized: HTTP Basic: Access denied`,
    { class: 'unauthorized', anonymous: false },
  ],
  [`${DOCKER}Head "${M}": unauthorized: incorrect username or password`, { class: 'unauthorized', anonymous: false }],
  [`${DOCKER}Head "${M}": no basic auth credentials`, { class: 'unauthorized', anonymous: true }],
  [
    `${DOCKER}pull access denied for acme/ranker, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
    { class: 'unauthorized', ambiguous: true, image: 'acme/ranker', host: 'docker.io' },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: unauthorized: unauthorized to access repository: ml/ranker, action: pull: unauthorized to access repository: ml/ranker, action: pull`,
    { class: 'unauthorized' },
  ],
  [
    `${COPY}unexpected status from GET request to ${M}: 403 Forbidden\ndenied: Your authorization token has expired. Reauthenticate and try again.`,
    { class: 'unauthorized', anonymous: false, status: 403 },
  ],
  [`${RESOLVE}unexpected status from HEAD request to ${M}: 403 Forbidden`, { class: 'forbidden', status: 403 }],
  [
    `${RESOLVE}${ANONYMOUS}unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull&service=ghcr.io: 403 Forbidden`,
    { class: 'forbidden', anonymous: true, ambiguous: true, host: 'ghcr.io' },
  ],
  [
    `${CRIO}Requesting bearer token: invalid status code from registry 403 (Forbidden)`,
    { class: 'forbidden', status: 403 },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: denied: requested access to the resource is denied`,
    { class: 'forbidden', ambiguous: true },
  ],
  [
    `${RESOLVE}unexpected status from HEAD request to ${M}: 403 Forbidden\ndenied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/l/repositories/r" (or it may not exist)`,
    { class: 'forbidden', ambiguous: true },
  ],
  [`${DOCKER}denied: denied`, { class: 'forbidden' }],
  [
    `${RESOLVE}unexpected status from HEAD request to ${M}: 403 Forbidden\ndenied: client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access`,
    { class: 'blocked' },
  ],
  [
    `${RESOLVE}${ANONYMOUS}unexpected status from GET request to https://nvcr.io/proxy_auth?scope=x: 402 Payment Required`,
    { class: 'forbidden', status: 402 },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: manifest unknown`,
    { class: 'not-found', missing: 'tag', detail: 'manifest unknown' },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: name unknown: repository name not known to registry`,
    { class: 'not-found', missing: 'repository' },
  ],
  [
    `unable to pull image or OCI artifact: pull image err: ${CRIO}reading manifest 2.3.2 in ${R}: manifest unknown; artifact err: get manifest: build image source: reading manifest 2.3.2 in ${R}: manifest unknown`,
    { class: 'not-found', missing: 'tag', detail: 'manifest unknown' },
  ],
  [
    `${DOCKER}manifest for ${R} not found: manifest unknown: manifest unknown`,
    { class: 'not-found', missing: 'tag', image: R },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: Tag 2.3.2 was deleted or has expired. To pull, revive via time machine`,
    { class: 'not-found', missing: 'tag' },
  ],
  [
    `${COPY}content at https://registry.contoso.example/v2/ml/ranker/manifests/sha256:abc not found: not found`,
    { class: 'not-found' },
  ],
  [
    `${COPY}could not fetch content descriptor sha256:abc (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
    { class: 'not-found', missing: 'blob' },
  ],
  [
    'GET https://registry.contoso.example/v2/ml/ranker/manifests/9: MANIFEST_UNKNOWN: manifest unknown; unknown tag=9',
    { class: 'not-found', missing: 'tag' },
  ],
  [
    'GET https://registry.contoso.example/v2/ml/nope/manifests/9: NAME_UNKNOWN: repository name not known to registry',
    { class: 'not-found', missing: 'repository' },
  ],
  [
    `rpc error: code = NotFound desc = ${CTD}no match for platform in manifest sha256:0b1c: not found`,
    { class: 'platform' },
  ],
  [
    `copying system image from manifest list: choosing an image from manifest list docker://${R}: no image found in image index for architecture "arm64", variant "v8", OS "linux"`,
    { class: 'platform' },
  ],
  [
    `choosing image instance: no image found in manifest list for architecture amd64, variant "", OS linux`,
    { class: 'platform' },
  ],
  [
    `${DOCKER}no matching manifest for linux/amd64 in the manifest list entries: no match for platform in manifest: not found`,
    { class: 'platform' },
  ],
  [
    `${CTD}failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers`,
    { class: 'platform' },
  ],
  [
    `${HEAD}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    { class: 'tls', tls: 'unknown-authority' },
  ],
  [
    `${HEAD}x509: certificate has expired or is not yet valid: current time 2026-01-02T03:04:05Z is after 2025-12-31T23:59:59Z`,
    { class: 'tls', tls: 'expired' },
  ],
  [
    `${PING}tls: failed to verify certificate: x509: certificate is valid for a.example, not registry.contoso.example`,
    { class: 'tls', tls: 'wrong-name' },
  ],
  [
    `${PING}x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs`,
    { class: 'tls', tls: 'no-ip-san' },
  ],
  [`${HEAD}remote error: tls: handshake failure`, { class: 'tls', tls: 'other' }],
  [
    `${RESOLVE}${ANONYMOUS}Get "${TOKEN}": x509: certificate signed by unknown authority`,
    { class: 'tls', tls: 'unknown-authority', host: 'acme.azurecr.io' },
  ],
  [`${HEAD}http: server gave HTTP response to HTTPS client`, { class: 'http-on-https' }],
  [`${PING}http: server gave HTTP response to HTTPS client`, { class: 'http-on-https' }],
  [
    `${HEAD}dial tcp: lookup registry.contoso.example on 10.0.0.10:53: server misbehaving`,
    { class: 'dns', resolver: '10.0.0.10:53' },
  ],
  [`${HEAD}dial tcp: lookup registry.contoso.example: i/o timeout`, { class: 'dns', host: 'registry.contoso.example' }],
  [
    `${HEAD}dial tcp: lookup registry.contoso.example on [::1]:53: read udp [::1]:41000->[::1]:53: read: connection refused`,
    { class: 'dns', resolver: '[::1]:53' },
  ],
  [`${HEAD}dial tcp: lookup registry.contoso.example: Temporary failure in name resolution`, { class: 'dns' }],
  [
    `${RESOLVE}${ANONYMOUS}Get "https://auth.docker.io/token?service=registry.docker.io": dial tcp: lookup auth.docker.io on 10.0.0.10:53: no such host`,
    { class: 'dns', host: 'auth.docker.io' },
  ],
  [
    `${DOCKER}Get "https://registry.contoso.example/v2/": dial tcp [fd00::1]:443: connect: connection refused`,
    { class: 'refused', address: '[fd00::1]:443' },
  ],
  [
    `image pull failed for ${R} because the registry is unavailable: ${PING}dial tcp 10.0.0.1:443: connect: connection refused`,
    { class: 'refused', image: R },
  ],
  [
    `${HEAD}proxyconnect tcp: dial tcp 10.1.1.1:3128: connect: connection refused`,
    { class: 'proxy', address: '10.1.1.1:3128' },
  ],
  [`${HEAD}proxyconnect tcp: dial tcp: lookup proxy.corp on 10.0.0.10:53: no such host`, { class: 'proxy' }],
  [`${HEAD}Forbidden`, { class: 'proxy' }],
  [`${HEAD}dial tcp 20.60.1.1:443: i/o timeout`, { class: 'timeout', address: '20.60.1.1:443' }],
  [`${HEAD}dial tcp 20.60.1.1:443: connect: no route to host`, { class: 'timeout' }],
  [`${HEAD}dial tcp [2600::1]:443: connect: network is unreachable`, { class: 'timeout' }],
  [`${HEAD}net/http: TLS handshake timeout`, { class: 'timeout' }],
  [`${HEAD}context deadline exceeded`, { class: 'timeout' }],
  [
    `${DOCKER}Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    { class: 'timeout', host: 'registry-1.docker.io' },
  ],
  [
    `${COPY}failed to do request: Get "https://westeurope.data.azurecr.io/abc": read tcp 10.0.0.4:41000->20.1.1.1:443: read: connection reset by peer`,
    { class: 'timeout', host: 'westeurope.data.azurecr.io' },
  ],
  [`${CTD}failed to copy: unexpected EOF`, { class: 'timeout' }],
  [`rpc error: code = Canceled desc = ${CTD}failed to copy: context canceled`, { class: 'stalled' }],
  ['rpc error: code = DeadlineExceeded desc = context deadline exceeded', { class: 'stalled' }],
  [`${CTD}failed to copy after 5 retries`, { class: 'stalled' }],
  [
    `${COPY}unexpected status code https://registry.contoso.example/v2/ml/ranker/blobs/sha256:abc: 503 Service Unavailable`,
    { class: 'server-error', status: 503 },
  ],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: received unexpected HTTP status: 502 Bad Gateway`,
    { class: 'server-error', status: 502 },
  ],
  [`${RESOLVE}${ANONYMOUS}unexpected status: 500 Internal Server Error`, { class: 'server-error' }],
  [
    `${CTD}failed to extract layer sha256:0011aa: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs/usr/lib/libcuda.so: no space left on device: unknown`,
    { class: 'disk-full' },
  ],
  [
    `${CTD}failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip sha256:0011aa) to overlayfs as "extract-12 sha256:ff": write /x: no space left on device`,
    { class: 'disk-full', detail: 'write /x: no space left on device' },
  ],
  [
    'writing blob: storing blob to file "/var/tmp/storage1": write /var/tmp/storage1: no space left on device',
    { class: 'disk-full' },
  ],
  [`${DOCKER}failed to register layer: write /usr/lib/x: no space left on device`, { class: 'disk-full' }],
  [
    `${CTD}failed commit on ref "layer-sha256:aa": unexpected commit digest sha256:bb, expected sha256:aa: failed precondition`,
    { class: 'digest-mismatch' },
  ],
  [`${CRIO}Digest did not match, expected sha256:aa, got sha256:bb`, { class: 'digest-mismatch' }],
  [
    `${CTD}failed commit on ref "layer-sha256:aa": "layer-sha256:aa" failed size validation: 12 != 20: failed precondition`,
    { class: 'digest-mismatch' },
  ],
  [
    `${CTD}not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"`,
    { class: 'schema1' },
  ],
  [
    `${DOCKER}Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed.`,
    { class: 'schema1' },
  ],
  [
    'short-name "ranker" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
    { class: 'short-name' },
  ],
  ['short name mode is enforcing, but image name ranker:1 returns ambiguous list', { class: 'short-name' }],
  [`${CRIO}registry docker.io is blocked in one of /etc/containers/registries.conf`, { class: 'blocked' }],
  ['Source image rejected: A signature was required, but no signature exists', { class: 'blocked' }],
  [`${RESOLVE}unexpected status from HEAD request to ${M}: 412 Precondition Failed`, { class: 'blocked', status: 412 }],
  [
    `${CRIO}reading manifest 2.3.2 in ${R}: unknown: current image with 3 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "High" or higher from running.'`,
    { class: 'blocked' },
  ],
  [`${DOCKER}invalid reference format`, { class: 'invalid-reference' }],
  ['failed to parse image reference "a b": invalid reference format', { class: 'invalid-reference' }],
  [`${CTD}unexpected media type text/html for sha256:abc: not found`, { class: 'bad-content' }],
  [
    `${RESOLVE}failed to unmarshal manifest: invalid character '<' looking for beginning of value`,
    { class: 'bad-content' },
  ],
  ['something nobody has seen', { class: 'unknown', detail: 'something nobody has seen' }],
];

describe('parseImagePullError', () => {
  it.each(CAPTURED)('reads a captured message: %s', (message, expected) => {
    expect(parseImagePullError(message)).toMatchObject(expected);
  });

  it.each(WORDINGS)('classifies %s', (message, expected) => {
    expect(parseImagePullError(message)).toMatchObject(expected);
    const event = parseImagePullError(`Failed to pull image "${R}": ${message}`);
    expect(event).toMatchObject({
      ...expected,
      image: R,
      ...(expected.host === undefined ? {} : { host: event.host }),
    });
  });

  it('leaves out what the message does not tell', () => {
    const plain = parseImagePullError(`${RESOLVE}${R}: not found`);
    expect(plain).not.toHaveProperty('missing');
    expect(plain).not.toHaveProperty('anonymous');
    expect(plain).not.toHaveProperty('status');
    expect(
      parseImagePullError(`${RESOLVE}unexpected status from HEAD request to ${M}: 401 Unauthorized`),
    ).not.toHaveProperty('anonymous');
  });

  it('is not misled by words in the image name or in the answer of a 404', () => {
    for (const name of [
      'r.example/x509:-denied',
      'r.example/no-such-host/toomanyrequests:1',
      'r.example/unauthorized:EOF',
    ]) {
      const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
      expect(parseImagePullError(message).class).toBe('not-found');
    }
    const body = `${RESOLVE}unexpected status from GET request to ${M}: 404 Not Found\n<p>x509: certificate rotated, unauthorized</p>`;
    expect(parseImagePullError(body)).toMatchObject({ class: 'not-found', status: 404 });
  });

  it('takes the most telling of the errors of several credentials', () => {
    const refused = `${RESOLVE}${OAUTH}unexpected status: 401 Unauthorized`;
    const anonymous = `${RESOLVE}${ANONYMOUS}unexpected status: 401 Unauthorized`;
    const missing = `rpc error: code = NotFound desc = ${RESOLVE}${R}: not found`;
    expect(parseImagePullError(`Failed to pull image "${R}": [${anonymous}, ${refused}]`)).toMatchObject({
      class: 'unauthorized',
      anonymous: false,
      image: R,
    });
    expect(parseImagePullError(`Back-off pulling image "${R}": ErrImagePull: [${refused}, ${missing}]`)).toMatchObject({
      class: 'not-found',
    });
  });

  it('never throws and never invents a status', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...WORDINGS.map(([text]) => text))),
        fc.string(),
        (text, tail) => {
          const found = parseImagePullError(text + tail);
          expect(found.status === undefined || (text + tail).includes(String(found.status))).toBe(true);
        },
      ),
    );
  });
});
