/**
 * Other services that a container could not reach, from the end of its log: which host, on which port, in what way it failed, and what the
 * cluster shows about a Service of that name. Names of other clusters and the internet are left alone.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { containerEnvironment, type Variable } from './container-environment.ts';
import { containerRuns, type ContainerRun } from './container-runs.ts';
import { matchesLabels } from './parse/selector.ts';
import { nearestNames } from './parse/nearest-name.ts';
import { podState } from './pod-state.ts';
import type { LogHit, RunLog } from './run-log.ts';
import { serviceEndpoints, type ServiceEndpoints } from './service-endpoints.ts';
import { isStorageInitializer } from './storage-downloads.ts';

export interface DependencyFailure {
  readonly run: ContainerRun;
  readonly log: RunLog;
  readonly kind: 'name' | 'refused';
  readonly host: string;
  readonly port?: string;
  readonly hit: LogHit;
  /** The line that names the host, where it is not the error itself. */
  readonly named?: Citation;
  /** The variable that holds the address. */
  readonly variable?: Variable;
  /** Where the host has the form of a Service's name, or is its address. */
  readonly service?: ServiceTarget;
}

export interface ServiceTarget {
  readonly ref: ResourceRef;
  readonly object: Lookup<KubeObject>;
  /** Of the Service's namespace, where that is not the Pod's. */
  readonly namespace?: Lookup<KubeObject>;
  readonly endpoints?: ServiceEndpoints;
  /** `name.namespace` of Services that look like it. */
  readonly nearest: readonly string[];
}

export interface Dependencies {
  readonly failures: readonly DependencyFailure[];
  /** Present where the cluster's DNS has pods and none of them is Ready. */
  readonly dnsDown?: Citation;
}

/** getaddrinfo, Go's resolver, Node, Java, libpq, curl, urllib3, Rust. */
const NAME: readonly RegExp[] = [
  /lookup (?<host>[\w.-]{1,253})(?: on \S{1,60})?: (?:no such host|server misbehaving|i\/o timeout)/,
  /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]{1,253})/,
  /UnknownHostException: (?<host>[\w.-]{1,253})/,
  /could not translate host name "(?<host>[\w.-]{1,253})" to address/,
  /Could not resolve host: (?<host>[\w.-]{1,253})/,
  /Failed to resolve '(?<host>[\w.-]{1,253})'/,
  /Error -[235] connecting to (?<host>[\w.-]{1,253}):(?<port>\d{1,5})\./,
  /(?:gaierror|OSError).{0,40}\[Errno -[235]\]|Name or service not known|Temporary failure in name resolution|Name does not resolve|nodename nor servname provided|failed to lookup address information/,
];

const REFUSED: readonly RegExp[] = [
  /dial tcp (?:\S{1,253}: )?(?:lookup )?(?<host>[\w.-]{1,253}):(?<port>\d{1,5}): connect: connection refused/,
  /ECONNREFUSED (?<host>[\w.:-]{1,253}):(?<port>\d{1,5})/,
  /Error 111 connecting to (?<host>[\w.-]{1,253}):(?<port>\d{1,5})\./,
  /connection to server at "(?<host>[\w.-]{1,253})"(?: \(\S{1,60}\))?, port (?<port>\d{1,5}) failed: Connection refused/,
  /host='(?<host>[\w.-]{1,253})', port=(?<port>\d{1,5})\).{0,400}Connection refused/,
  /Failed to connect to (?<host>[\w.-]{1,253}) port (?<port>\d{1,5})/,
  /ConnectionRefusedError|\[Errno 111\]|[Cc]onnection refused/,
];

const CONNECTING: readonly RegExp[] = [
  /\b(?:connect(?:ing|ion)?|dial(?:ing)?|reach(?:ing)?) (?:to )?[^\n]{0,80}?(?<host>[a-zA-Z][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}|\d{1,3}(?:\.\d{1,3}){3}):(?<port>\d{2,5})\b/i,
  /\b[a-z][a-z+]{1,20}:\/\/(?:[^@\s/]{1,100}@)?(?<host>[\w.-]{1,253}):(?<port>\d{2,5})\b/,
];

export const dependencies = defineView<Lookup<Dependencies>>({
  id: 'dependencies',
  needs: [
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [containerRuns, containerEnvironment, serviceEndpoints, podState],
  derive(context, subject) {
    const runs = context.use(containerRuns, subject);
    if (runs.state !== 'present') return runs;
    const failures = runs.value.flatMap((run) => failureOf(context, subject, run));
    const dnsDown = failures.some((failure) => failure.kind === 'name') ? dnsDownOf(context) : undefined;
    return { state: 'present', cite: runs.cite, value: { failures, ...(dnsDown === undefined ? {} : { dnsDown }) } };
  },
});

function failureOf(context: ViewContext, pod: ResourceRef, run: ContainerRun): readonly DependencyFailure[] {
  if (run.log.state !== 'present' || run.endedBy === 'memory') return [];
  // The store of a model, which KServe looks up and not the program: `storage-reach.ts`.
  if (isStorageInitializer(run.container)) return [];
  const log = run.log.value;
  const name = endOf(log, NAME);
  const hit = name ?? endOf(log, REFUSED);
  if (!hit) return [];
  const named = hit.match.groups?.['host'] === undefined ? log.before(hit.line, 60, ...CONNECTING) : undefined;
  const environment = context.use(containerEnvironment, pod);
  const variables =
    environment.state === 'present'
      ? environment.value.variables.filter((variable) => variable.container === run.container.name)
      : [];
  const host = hit.match.groups?.['host'] ?? named?.match.groups?.['host'];
  if (host === undefined) return [];
  const port = hit.match.groups?.['port'] ?? named?.match.groups?.['port'];
  const variable = variables.find(
    (candidate) =>
      candidate.value === host || new RegExp(`(?:^|[/@,])${escape(host)}(?:[:/,]|$)`).test(candidate.value),
  );
  const service = serviceTarget(context, pod.namespace ?? 'default', host);
  return [
    {
      run,
      log,
      kind: name ? 'name' : 'refused',
      host,
      ...(port === undefined ? {} : { port }),
      hit,
      ...(named === undefined ? {} : { named: named.cite }),
      ...(variable === undefined ? {} : { variable }),
      ...(service === undefined ? {} : { service }),
    },
  ];
}

/** Exporters of telemetry (azure-monitor-opentelemetry-exporter, opentelemetry-sdk) warn and try again; no program ends for them. */
const TELEMETRY = /azure\.monitor\.|opentelemetry\.|applicationinsights\.azure\./;

/** A run that ends with a traceback ends for that: what it warned of before, it survived. */
function endOf(log: RunLog, expressions: readonly RegExp[]): LogHit | undefined {
  const last = log.ending(...expressions);
  const hit = last === undefined || !TELEMETRY.test(last.text) ? last : inTraceback(log, expressions);
  return hit !== undefined && log.traceback !== undefined && hit.line < log.traceback.fromLine ? undefined : hit;
}

function inTraceback({ traceback, before }: RunLog, expressions: readonly RegExp[]): LogHit | undefined {
  return traceback && before(traceback.toLine, traceback.toLine - traceback.fromLine, ...expressions);
}

/** `name`, `name.namespace`, `name.namespace.svc[.zone]` or a Service's cluster IP. */
export function serviceTarget(context: ViewContext, podNamespace: string, host: string): ServiceTarget | undefined {
  if (host === 'localhost' || host.startsWith('127.')) return undefined;
  const services = context.list('Service', { group: '' });
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) {
    const byAddress = services.items.find(
      (service) =>
        textAt(service.body, 'spec', 'clusterIP') === host || listAt(service.body, 'spec', 'clusterIPs').includes(host),
    );
    return byAddress && targetFor(context, podNamespace, byAddress.ref);
  }
  const [name = '', namespace, third] = host.replace(/\.$/, '').split('.');
  if (third !== undefined && third !== 'svc') return undefined;
  if (third === undefined && namespace !== undefined && isOutside(context, namespace)) return undefined;
  return targetFor(context, podNamespace, {
    apiVersion: 'v1',
    kind: 'Service',
    namespace: namespace ?? podNamespace,
    name,
  });
}

/** Endings of names outside of the cluster that nobody gives to a namespace by chance (IANA root zone, and the usual private ones). */
const OUTSIDE =
  /^(?:com|org|net|io|ai|co|dev|app|cloud|info|eu|de|fr|uk|nl|ch|at|it|es|pl|us|ca|br|in|jp|cn|au|local|localdomain|internal|intranet|lan|corp|home|arpa)$/i;

/** `example.com` is no Service `example` in a namespace `com`, unless there is such a namespace. */
function isOutside(context: ViewContext, namespace: string): boolean {
  return (
    OUTSIDE.test(namespace) &&
    context.object({ apiVersion: 'v1', kind: 'Namespace', name: namespace }).state !== 'present'
  );
}

function targetFor(context: ViewContext, podNamespace: string, ref: ResourceRef): ServiceTarget {
  const object = context.object(ref);
  const endpoints = object.state === 'present' ? context.use(serviceEndpoints, ref) : undefined;
  const known = context
    .list('Service', { group: '' })
    .items.map((service) => `${service.ref.name}.${service.ref.namespace ?? ''}`);
  const wanted = `${ref.name}.${ref.namespace ?? ''}`;
  return {
    ref,
    object,
    ...(ref.namespace === podNamespace
      ? {}
      : { namespace: context.object({ apiVersion: 'v1', kind: 'Namespace', name: ref.namespace ?? '' }) }),
    ...(endpoints?.state === 'present' ? { endpoints: endpoints.value } : {}),
    nearest: object.state === 'absent' ? nearestOf(ref.name, wanted, known) : [],
  };
}

/** The same name in another namespace is nearer than any likeness. */
function nearestOf(name: string, wanted: string, known: readonly string[]): readonly string[] {
  const sameName = known.filter((candidate) => candidate.startsWith(`${name}.`));
  return sameName.length > 0 ? sameName.slice(0, 3) : nearestNames(wanted, known);
}

/** CoreDNS and kube-dns carry the label `k8s-app: kube-dns` (kubernetes cluster/addons/dns). */
/** Where the cluster's DNS has pods and none of them is Ready. The caller declares the need `Pod` and uses `podState`. */
export function dnsDownOf(context: ViewContext): Citation | undefined {
  const pods = context.list('Pod', { namespace: 'kube-system' });
  if (pods.complete.state !== 'present') return undefined;
  const dns = pods.items.filter((pod) => matchesLabels({ 'k8s-app': 'kube-dns' }, labelsOf(pod)));
  const [first] = dns;
  const anyReady = dns.some((pod) => {
    const state = context.use(podState, pod.ref);
    return state.state !== 'present' || state.value.ready;
  });
  return first === undefined || anyReady ? undefined : first.cite('a DNS pod that is not Ready', '/status');
}

function labelsOf(pod: KubeObject): Readonly<Record<string, string>> {
  const label = textAt(pod.body, 'metadata', 'labels', 'k8s-app');
  return label === undefined ? {} : { 'k8s-app': label };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
