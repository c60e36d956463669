/**
 * The store that a download of KServe could not reach: its address, who chose it, in what way it failed, what the cluster shows of a Service there, and
 * whether a mesh stands between. It says nothing about stores outside of the cluster, of which nothing is to be seen.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { containerEnvironment } from './container-environment.ts';
import { serviceTarget, type ServiceTarget } from './dependencies.ts';
import { modelCredentials } from './model-credentials.ts';
import { podState } from './pod-state.ts';
import { serviceEndpoints } from './service-endpoints.ts';
import { failedDownloads, type FailedDownload } from './storage-downloads.ts';

export interface StoreReach {
  readonly container: string;
  /** Absent where neither the log nor the environment names it. */
  readonly host?: string;
  readonly port?: string;
  readonly how: 'name' | 'refused' | 'timeout' | 'no-route' | 'server-error' | 'unsaid';
  readonly service?: ServiceTarget;
  /** The Secret whose annotation holds the endpoint. */
  readonly chosenBy?: { readonly ref: ResourceRef; readonly annotation: string; readonly cite: Citation };
  /** The ConfigMap that its environment names for the authorities that it trusts. */
  readonly bundle?: { readonly ref: ResourceRef; readonly cite: Citation };
  /** A sidecar takes the traffic of the init container and starts only after it. */
  readonly mesh?: Citation;
}

export const storeReach = defineView<Lookup<readonly StoreReach[]>>({
  id: 'storage-reach',
  needs: [
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'Namespace' },
  ],
  uses: [failedDownloads, containerEnvironment, modelCredentials, podState, serviceEndpoints],
  derive(context, subject) {
    const downloads = context.use(failedDownloads, subject);
    if (downloads.state !== 'present') return downloads;
    const reaches = downloads.value.failed.flatMap((download) =>
      download.byKServe && (download.failure.class === 'unreachable' || download.failure.class === 'certificate')
        ? [reachOf(context, subject, download)]
        : [],
    );
    return { state: 'present', cite: downloads.cite, value: reaches };
  },
});

const HOW: readonly (readonly [StoreReach['how'], RegExp])[] = [
  [
    'name',
    /Name or service not known|Temporary failure in name resolution|Failed to resolve '|NameResolutionError|no such host|Could not resolve host|No address associated|Domain name not found|\[Errno -[235]\]/,
  ],
  ['refused', /[Cc]onnection refused|\[Errno 111\]|ConnectionRefusedError/],
  ['no-route', /[Nn]etwork is unreachable|No route to host/],
  ['timeout', /timed out|[Tt]imeout/],
  [
    'server-error',
    /returned a 5\d\d response code|status code 5\d\d|error occurred \((?:5\d\d|ServiceUnavailable|SlowDown)\)/,
  ],
];

function reachOf(context: ViewContext, subject: ResourceRef, download: FailedDownload): StoreReach {
  const { hit } = download.failure;
  const groups = hit.match.groups ?? {};
  const fromLog = groups['endpoint'] ?? /host='([\w.-]{1,253})', port=(\d{1,5})/.exec(hit.text)?.slice(1, 3).join(':');
  const written = fromLog ?? groups['host'] ?? endpointOf(context, subject, download);
  const address = addressOf(written);
  const port = groups['port'] ?? address?.port;
  const how =
    HOW.find(([, expression]) => expression.test(hit.text)) ??
    HOW.find(([, expression]) => download.log.ending(expression) !== undefined);
  const service =
    address === undefined ? undefined : serviceTarget(context, subject.namespace ?? 'default', address.host);
  const chosenBy = address === undefined ? undefined : chooser(context, subject, download, address.host);
  const mesh = meshOf(context, subject, download);
  const bundle = bundleOf(context, subject, download);
  return {
    container: download.container,
    ...(address === undefined ? {} : { host: address.host }),
    ...(port === undefined ? {} : { port }),
    how: how?.[0] ?? 'unsaid',
    ...(service === undefined ? {} : { service }),
    ...(chosenBy === undefined ? {} : { chosenBy }),
    ...(bundle === undefined ? {} : { bundle }),
    ...(mesh === undefined ? {} : { mesh }),
  };
}

/** Where a store is told to be, by the scheme of the address, and where its client looks otherwise. */
const STORES: Readonly<Record<string, { readonly variables: readonly string[]; readonly host?: string }>> = {
  s3: { variables: ['AWS_ENDPOINT_URL', 'S3_ENDPOINT'] },
  // huggingface_hub constants.py.
  hf: { variables: ['HF_ENDPOINT'], host: 'https://huggingface.co' },
  gs: { variables: ['STORAGE_EMULATOR_HOST'], host: 'https://storage.googleapis.com' },
};

/** KServe puts the endpoint of the Secret into these (kserve pkg/credentials/s3/s3_secret.go). */
function endpointOf(context: ViewContext, subject: ResourceRef, download: FailedDownload): string | undefined {
  const environment = subject.kind === 'Pod' ? context.use(containerEnvironment, subject) : undefined;
  const { url } = download.failure;
  const store = STORES[/^([a-z0-9]{1,10}):\/\//.exec(url ?? '')?.[1] ?? 's3'];
  const value =
    environment?.state === 'present'
      ? environment.value.variables.find(
          ({ container, name }) => container === download.container && store?.variables.includes(name) === true,
        )?.value
      : undefined;
  if (value !== undefined && value !== '') return value;
  if (store?.host !== undefined) return store.host;
  return url !== undefined && /^https?:\/\//.test(url) ? url : undefined;
}

function addressOf(text: string | undefined): { readonly host: string; readonly port?: string } | undefined {
  const match = /^(?:(https?):\/\/)?([\w.-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)/.exec(text ?? '');
  const host = match?.[2];
  if (host === undefined || host === '') return undefined;
  const port = match?.[3] ?? (match?.[1] === 'https' ? '443' : match?.[1] === 'http' ? '80' : undefined);
  return { host, ...(port === undefined ? {} : { port }) };
}

/** kserve pkg/credentials/s3/s3_secret.go and utils CreateInitContainerWithConfig. */
const BUNDLES: ReadonlySet<string> = new Set(['CA_BUNDLE_CONFIGMAP_NAME', 'AWS_CA_BUNDLE_CONFIGMAP']);

function bundleOf(context: ViewContext, subject: ResourceRef, download: FailedDownload): StoreReach['bundle'] {
  const environment = subject.kind === 'Pod' ? context.use(containerEnvironment, subject) : undefined;
  if (environment?.state !== 'present') return undefined;
  const variable = environment.value.variables.find(
    ({ container, name, value }) => container === download.container && BUNDLES.has(name) && value !== '',
  );
  if (variable === undefined) return undefined;
  const namespace = subject.namespace ?? 'default';
  return { ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: variable.value }, cite: variable.cite };
}

/** `serving.kserve.io/s3-endpoint`, at KFServing `serving.kubeflow.org/s3-endpoint`. */
function chooser(
  context: ViewContext,
  subject: ResourceRef,
  download: FailedDownload,
  host: string,
): StoreReach['chosenBy'] {
  const credentials = context.use(modelCredentials, subject);
  if (credentials.state !== 'present') return undefined;
  const { given, listed } = credentials.value;
  const secrets = [...(given.get(download.container) ?? []).map((one) => one.secret), ...listed];
  for (const secret of secrets) {
    if (secret.found.state !== 'present') continue;
    const annotations = Object.entries(textMapAt(secret.found.value.body, 'metadata', 'annotations'));
    const entry = annotations.find(([key, value]) => key.endsWith('/s3-endpoint') && value.includes(host));
    if (entry === undefined) continue;
    const pointer = pointerTo('metadata', 'annotations', entry[0]);
    return {
      ref: secret.ref,
      annotation: entry[0],
      cite: secret.found.value.cite(`endpoint in Secret ${secret.ref.name}`, pointer),
    };
  }
  return undefined;
}

/** istio samples/…/istio-cni: the proxy's own user passes the redirection (kserve SetIstioCniSecurityContext). */
const PROXY_USER = 1337;

/**
 * The rules that lead all traffic to the sidecar are set before the init container runs: by the CNI plugin (which leaves `istio-validation` behind), or by an
 * `istio-init` that comes first. A sidecar that is an init container itself (native sidecar) is up in time.
 */
function meshOf(context: ViewContext, subject: ResourceRef, download: FailedDownload): Citation | undefined {
  const state = subject.kind === 'Pod' ? context.use(podState, subject) : undefined;
  if (state?.state !== 'present' || download.run === undefined) return undefined;
  const { pod } = state.value;
  const inits = listAt(pod.body, 'spec', 'initContainers').map((container) => textAt(container, 'name') ?? '');
  const proxy = listAt(pod.body, 'spec', 'containers').findIndex(
    (container) => textAt(container, 'name') === 'istio-proxy',
  );
  if (proxy < 0 || isExempt(pod, download)) return undefined;
  const own = inits.indexOf(download.container);
  const redirected = ['istio-validation', 'istio-init'].some(
    (name) => inits.includes(name) && inits.indexOf(name) < own,
  );
  return redirected
    ? pod.cite('the sidecar, which starts after all init containers', `/spec/containers/${proxy}/name`)
    : undefined;
}

function isExempt(pod: KubeObject, download: FailedDownload): boolean {
  const annotations = textMapAt(pod.body, 'metadata', 'annotations');
  const excluded =
    annotations['traffic.sidecar.istio.io/excludeOutboundIPRanges'] ??
    annotations['traffic.sidecar.istio.io/excludeOutboundPorts'];
  const user = numberAt(download.run?.container.spec, 'securityContext', 'runAsUser');
  return user === PROXY_USER || (excluded !== undefined && excluded !== '');
}
