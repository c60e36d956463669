/**
 * What is called for objects that no serving platform stands behind: a Service, or what a Service selects.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { nameWithKind, titleOf } from '../../model/kinds.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { matchesSelector } from '../parse/selector.ts';
import type { EntryFound } from './entry.ts';
import { templateOf } from './template.ts';

/** Kinds that pods, or routes to them, stand behind. */
const TAKES_REQUESTS = new Set([
  'Pod',
  'Service',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Ingress',
  'HTTPRoute',
  'VirtualService',
  'HTTPProxy',
]);

/** Services that lead to what was named: itself, or those that select its pods. */
export function plainEntry(context: ViewContext, object: KubeObject): EntryFound {
  const namespace = object.ref.namespace ?? 'default';
  const services = servicesOf(context, object, namespace);
  if ('gap' in services)
    return { state: 'unknown', says: 'Which Services lead to it was not read', gaps: [services.gap], object };
  const [service] = services.found;
  if (service === undefined) return nobodyLeads(object, services.cite);
  const probe = probePath(object);
  const exposed = exposedService(context, namespace, service);
  return {
    state: 'found',
    entry: {
      mode: 'service',
      object,
      namespace,
      name: service,
      localHost: `${service}.${namespace}.svc.cluster.local`,
      path: probe ?? '/',
      method: 'GET',
      published: false,
      ...(exposed === undefined ? {} : { exposed }),
    },
  };
}

function servicesOf(
  context: ViewContext,
  object: KubeObject,
  namespace: string,
): { readonly found: readonly string[]; readonly cite?: Citation } | { readonly gap: EvidenceGap } {
  const { kind, name } = object.ref;
  if (kind === 'Service') return { found: [name] };
  if (kind === 'Ingress' || kind === 'HTTPRoute' || kind === 'VirtualService' || kind === 'HTTPProxy')
    return { found: backendNames(object.body) };
  const labels =
    kind === 'Pod'
      ? textMapAt(object.body, 'metadata', 'labels')
      : textMapAt(templateOf(object.body), 'metadata', 'labels');
  const listing = context.list('Service', { namespace, group: '' });
  const found = listing.items.flatMap((service) => {
    const selector = textMapAt(service.body, 'spec', 'selector');
    return Object.keys(selector).length > 0 && matchesSelector({ matchLabels: selector }, labels)
      ? [service.ref.name]
      : [];
  });
  if (found.length === 0 && listing.complete.state === 'unknown') return { gap: listing.complete.gap };
  return { found, ...(listing.complete.state === 'present' ? { cite: listing.complete.cite } : {}) };
}

/** The Service itself, where it is of a kind that has an address outside. */
function exposedService(context: ViewContext, namespace: string, name: string): KubeObject | undefined {
  const found = context.object({ apiVersion: 'v1', kind: 'Service', namespace, name });
  if (found.state !== 'present') return undefined;
  const type = textAt(found.value.body, 'spec', 'type');
  return type === 'LoadBalancer' || type === 'NodePort' ? found.value : undefined;
}

function nobodyLeads(object: KubeObject, cite: Citation | undefined): EntryFound {
  const name = nameWithKind(object.ref);
  const { kind } = object.ref;
  if (!TAKES_REQUESTS.has(kind))
    return {
      state: 'unknown',
      says: `Requests do not go to a ${titleOf(object.ref)}: name what serves, an InferenceService, a Service, a Deployment`,
      gaps: [],
      object,
    };
  const citations = cite === undefined ? [] : [cite];
  if (kind === 'Ingress' || kind === 'HTTPRoute' || kind === 'VirtualService' || kind === 'HTTPProxy')
    return { state: 'nowhere', says: `${name} names no Service`, gaps: [], citations, object };
  return {
    state: 'nowhere',
    says: `No Service selects the pods of ${name}: there is no name to call`,
    gaps: [],
    citations,
    object,
    ...(kind === 'Pod' ? {} : { todo: { todo: 'Make a Service for its pods', command: exposing(object) } }),
  };
}

function exposing(object: KubeObject): readonly string[] {
  const [port] = listAt(objectAt(templateOf(object.body), 'spec'), 'containers').map((container) =>
    numberAt(container, 'ports', 0, 'containerPort'),
  );
  const { kind, name, namespace = 'default' } = object.ref;
  return [
    'kubectl',
    'expose',
    `${kind.toLowerCase()}/${name}`,
    '-n',
    namespace,
    '--port=80',
    `--target-port=${port ?? '<PORT>'}`,
  ];
}

function backendNames(body: unknown): readonly string[] {
  const rules = listAt(body, 'spec', 'rules');
  const ingress = rules.flatMap((rule) =>
    listAt(rule, 'http', 'paths').map((entry) => textAt(entry, 'backend', 'service', 'name')),
  );
  const routes = rules.flatMap((rule) => listAt(rule, 'backendRefs').map((entry) => textAt(entry, 'name')));
  const virtual = listAt(body, 'spec', 'http').flatMap((rule) =>
    listAt(rule, 'route').map((entry) => textAt(entry, 'destination', 'host')?.split('.')[0]),
  );
  const proxied = listAt(body, 'spec', 'routes').flatMap((route) =>
    listAt(route, 'services').map((entry) => textAt(entry, 'name')),
  );
  return [...ingress, ...routes, ...virtual, ...proxied].flatMap((name) =>
    name === undefined || name === '' ? [] : [name],
  );
}

/** The path that a readiness probe asks is one that the server is known to answer. */
function probePath(object: KubeObject): string | undefined {
  const spec = object.ref.kind === 'Pod' ? objectAt(object.body, 'spec') : objectAt(templateOf(object.body), 'spec');
  return listAt(spec, 'containers')
    .map((container) =>
      numberAt(container, 'readinessProbe', 'httpGet', 'port') === undefined
        ? undefined
        : textAt(container, 'readinessProbe', 'httpGet', 'path'),
    )
    .find((path) => path !== undefined);
}
