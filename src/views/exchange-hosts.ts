/**
 * The hosts under which an object can be asked: what its status publishes, what its routes and ingresses claim, the names of its Services. Reads
 * what is there; whether a gateway really routes a host is not its part.
 */
import type { Citation } from '../model/evidence.ts';
import { listAt, objectAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { groupOf, refKey, type ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';
import { urlParts } from './parse/inference-request.ts';

export interface PublishedHost {
  /** In lower case, without port; `*.` at its beginning stands for any name, `.*` at its end for any cluster domain. */
  readonly host: string;
  /** Requests to other paths of the host go elsewhere. */
  readonly path?: string;
  /** Reached from inside the cluster only: the name of a Service, or a host that Knative keeps cluster-local. */
  readonly internal: boolean;
  readonly by: ResourceRef;
  readonly cite: Citation;
}

export interface PublishedHosts {
  readonly hosts: readonly PublishedHost[];
  /** Host and path that belong to other Services of the namespace: several may share a host. */
  readonly others: readonly PublishedHost[];
}

const MOST_HOSTS = 500;

const INGRESS = 'networking.k8s.io';
const KNATIVE_INGRESS = 'networking.internal.knative.dev';

export const publishedHosts = defineView<PublishedHosts>({
  id: 'published-hosts',
  needs: [
    { type: 'object', kind: '*' },
    // Requests that were sent are in captures; for their sake nothing more is listed in a cluster.
    { type: 'object', kind: '**' },
  ],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    const below = context.use(ownerTree, subject).descendants;
    const objects = found.state === 'present' ? [found.value, ...below] : below;
    const services = new Set(objects.filter(isCoreService).map((object) => object.ref.name));
    const names = new Set(objects.filter(isKnativeService).map((object) => object.ref.name));
    const owned = new Set(objects.map((object) => refKey(object.ref)));
    const hosts = objects.flatMap(hostsOf);
    const others: PublishedHost[] = [];
    const scope = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    const around = [
      ...context.list('Ingress', { group: INGRESS, ...scope }).items,
      ...context.list('HTTPRoute', scope).items,
      ...context.list('VirtualService', scope).items,
    ];
    for (const object of around) {
      if (owned.has(refKey(object.ref))) continue;
      for (const { backends, host } of routedHosts(object))
        (backends.some((name) => services.has(name)) ? hosts : others).push(host);
    }
    for (const mapping of context.list('DomainMapping', scope).items) {
      const target = objectAt(mapping.body, 'spec', 'ref');
      if (textAt(target, 'kind') === 'Service' && names.has(textAt(target, 'name') ?? ''))
        hosts.push(published(mapping, mapping.ref.name, '/metadata/name', false));
    }
    return { hosts: hosts.slice(0, MOST_HOSTS), others: others.slice(0, MOST_HOSTS) };
  },
});

function isCoreService(object: KubeObject): boolean {
  return object.ref.kind === 'Service' && object.ref.apiVersion === 'v1';
}

function isKnativeService(object: KubeObject): boolean {
  return object.ref.kind === 'Service' && groupOf(object.ref.apiVersion) === 'serving.knative.dev';
}

function hostsOf(object: KubeObject): readonly PublishedHost[] {
  if (isCoreService(object)) return serviceHosts(object);
  if (object.ref.kind === 'Ingress' && groupOf(object.ref.apiVersion) === KNATIVE_INGRESS) return knativeHosts(object);
  return [...statusHosts(object), ...routedHosts(object).map(({ host }) => host)];
}

/** A Service is asked by its name in the cluster, by its addresses, and by those of its load balancer. */
function serviceHosts(service: KubeObject): readonly PublishedHost[] {
  const { name, namespace = 'default' } = service.ref;
  const named = ['', '.svc', '.svc.*'].map((end) =>
    published(service, `${name}.${namespace}${end}`, '/metadata/name', true),
  );
  const addresses = [
    ...listAt(service.body, 'spec', 'clusterIPs'),
    ...listAt(service.body, 'spec', 'externalIPs'),
    ...listAt(service.body, 'status', 'loadBalancer', 'ingress').flatMap((entry) => [
      textAt(entry, 'ip'),
      textAt(entry, 'hostname'),
    ]),
  ];
  return [
    ...named,
    ...addresses.flatMap((address) =>
      typeof address === 'string' && address !== 'None' ? [published(service, address, undefined, false)] : [],
    ),
  ];
}

/** URLs in a status: `url`, `address.url` and its newer list, components of an InferenceService, tagged traffic of a Route. */
function statusHosts(object: KubeObject): readonly PublishedHost[] {
  const found: PublishedHost[] = [];
  const add = (value: unknown, pointer: string): void => {
    const parts = typeof value === 'string' ? urlParts(value) : undefined;
    if (parts !== undefined) found.push(published(object, parts.host, pointer, isClusterLocal(parts.host)));
  };
  const status = objectAt(object.body, 'status');
  add(textAt(status, 'url'), '/status/url');
  add(textAt(status, 'address', 'url'), '/status/address/url');
  for (const [index, address] of listAt(status, 'addresses').entries())
    add(textAt(address, 'url'), `/status/addresses/${index}/url`);
  for (const [index, traffic] of listAt(status, 'traffic').entries())
    add(textAt(traffic, 'url'), `/status/traffic/${index}/url`);
  for (const [component, entry] of Object.entries(objectAt(status, 'components') ?? {})) {
    const place = `/status/components/${component}`;
    for (const field of ['url', 'restUrl', 'grpcUrl'] as const) add(textAt(entry, field), `${place}/${field}`);
    add(textAt(entry, 'address', 'url'), `${place}/address/url`);
    for (const [index, traffic] of listAt(entry, 'traffic').entries())
      add(textAt(traffic, 'url'), `${place}/traffic/${index}/url`);
  }
  return found;
}

/** knative networking pkg/apis/networking/v1alpha1 IngressSpec. */
function knativeHosts(ingress: KubeObject): readonly PublishedHost[] {
  return listAt(ingress.body, 'spec', 'rules').flatMap((rule, index) =>
    listAt(rule, 'hosts').flatMap((host, place) =>
      typeof host === 'string'
        ? [
            published(
              ingress,
              host,
              `/spec/rules/${index}/hosts/${place}`,
              textAt(rule, 'visibility') === 'ClusterLocal',
            ),
          ]
        : [],
    ),
  );
}

interface RoutedHost {
  readonly host: PublishedHost;
  /** Names of the Services behind it. */
  readonly backends: readonly string[];
}

function routedHosts(object: KubeObject): readonly RoutedHost[] {
  switch (object.ref.kind) {
    case 'Ingress':
      return groupOf(object.ref.apiVersion) === INGRESS ? ingressHosts(object) : [];
    case 'HTTPRoute':
      return httpRouteHosts(object);
    case 'VirtualService':
      return virtualServiceHosts(object);
    default:
      return [];
  }
}

function ingressHosts(ingress: KubeObject): readonly RoutedHost[] {
  return listAt(ingress.body, 'spec', 'rules').flatMap((rule, index) => {
    const host = textAt(rule, 'host');
    if (host === undefined) return [];
    return listAt(rule, 'http', 'paths').map((entry) => ({
      host: {
        ...published(ingress, host, `/spec/rules/${index}/host`, isClusterLocal(host)),
        ...literalPath(textAt(entry, 'path')),
      },
      backends: [textAt(entry, 'backend', 'service', 'name') ?? ''],
    }));
  });
}

function httpRouteHosts(route: KubeObject): readonly RoutedHost[] {
  return listAt(route.body, 'spec', 'hostnames').flatMap((host, index) => {
    if (typeof host !== 'string') return [];
    return listAt(route.body, 'spec', 'rules').flatMap((rule) => {
      const backends = listAt(rule, 'backendRefs').map((backend) => textAt(backend, 'name') ?? '');
      const matches = listAt(rule, 'matches');
      return (matches.length === 0 ? [undefined] : matches).map((match) => ({
        host: {
          ...published(route, host, `/spec/hostnames/${index}`, isClusterLocal(host)),
          ...literalPath(textAt(match, 'path', 'value')),
        },
        backends,
      }));
    });
  });
}

function virtualServiceHosts(service: KubeObject): readonly RoutedHost[] {
  const routes = listAt(service.body, 'spec', 'http');
  return listAt(service.body, 'spec', 'hosts').flatMap((host, index) => {
    if (typeof host !== 'string') return [];
    return routes.flatMap((route) => {
      const backends = listAt(route, 'route').map((entry) => textAt(entry, 'destination', 'host')?.split('.')[0] ?? '');
      const matches = listAt(route, 'match');
      return (matches.length === 0 ? [undefined] : matches).map((match) => ({
        host: {
          ...published(service, host, `/spec/hosts/${index}`, isClusterLocal(host)),
          ...literalPath(
            textAt(match, 'uri', 'prefix') ?? textAt(match, 'uri', 'exact') ?? textAt(match, 'uri', 'regex'),
          ),
        },
        backends,
      }));
    });
  });
}

/** What a path begins with before it becomes an expression; nothing where that is every path. */
function literalPath(path: string | undefined): { readonly path?: string } {
  const whole = (path ?? '').slice(0, 500).replace(/^\^/, '');
  const special = whole.search(/[$*+?()[\]{}|\\]/);
  const rest = special < 0 ? '' : whole.slice(special);
  // In an expression the last word may go on, unless a slash or the end must follow: `/rank(/|$)(.*)`, as ingress-nginx writes it.
  const ended = rest === '' || rest.startsWith('$') || /^\((?:\?:)?\//.test(rest);
  const literal = special < 0 ? whole : whole.slice(0, special);
  const prefix = (ended ? literal : literal.replace(/\/[^/]*$/, '')).replace(/\/$/, '');
  return prefix === '' ? {} : { path: prefix };
}

function isClusterLocal(host: string): boolean {
  return /\.svc(?:\.|$)/.test(host);
}

function published(object: KubeObject, host: string, pointer: string | undefined, internal: boolean): PublishedHost {
  return {
    host: host.toLowerCase(),
    internal,
    by: object.ref,
    cite: object.cite(`host ${host}`, pointer),
  };
}

/** Whether a host that was asked for is this one. */
export function isHost(asked: string, { host }: Pick<PublishedHost, 'host'>): boolean {
  if (host.endsWith('.*')) return asked.startsWith(host.slice(0, -1));
  if (host.startsWith('*.')) return asked.endsWith(host.slice(1)) && asked.length > host.length - 1;
  return asked === host;
}

/** The hosts of one object that a person can be told, the public ones first, without wildcards of the cluster domain. */
export function tellable(hosts: readonly PublishedHost[]): readonly PublishedHost[] {
  const known = new Set<string>();
  const told = hosts.filter(({ host }) => {
    if (host.endsWith('.*') || !/[a-z]/.test(host) || known.has(host)) return false;
    known.add(host);
    return true;
  });
  return [...told.filter(({ internal }) => !internal), ...told.filter(({ internal }) => internal)];
}
