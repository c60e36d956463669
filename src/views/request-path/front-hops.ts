/**
 * From the caller to the route: the gateway's address and pods, policies in front, and the rules that the host and the path meet, one gateway after the
 * other until a backend is named.
 */
import { listAt, numberAt, textAt, textMapAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import type { Entry } from './entry.ts';
import { entryPoint } from './entry-point.ts';
import { noRoute } from './gateway-answers.ts';
import { matchHttpRoute } from './gateway-api-route.ts';
import { gatewayHops, serviceAddressOf, type Told } from './gateway-hops.ts';
import {
  contourGateway,
  gatewayOfIngress,
  gatewayOfRoute,
  gatewayOfVirtualService,
  istioGatewaysOf,
  knativeGateway,
  UNKNOWN_INGRESS,
  type Gateway,
} from './gateway.ts';
import { matchHttpProxy } from './http-proxy-route.ts';
import { matchIngress } from './ingress-route.ts';
import { missingIstioGateway } from './gateway-object-hops.ts';
import { matchVirtualService } from './istio-route.ts';
import { matchKnative, knativeRules } from './knative-route.ts';
import { bareHost, hostMatches, isClusterLocal, serviceOfHost } from './match.ts';
import { nameHop, unresolved } from './name-hop.ts';
import { failing, passing, unknownHop, type Caller, type EntryPoint, type Hop } from './path-types.ts';
import { gatewayPolicyHops } from './policy-hops.ts';
import { askWhy } from './published.ts';
import type { Matched, RouteBackend, RouteMatch } from './route-match.ts';

export interface Front {
  readonly hops: readonly Hop[];
  /** Empty where the request ends before. */
  readonly backends: readonly RouteBackend[];
  readonly gateway?: Gateway;
  readonly entry?: EntryPoint;
  /** Where a rule rewrites them. */
  readonly path?: string;
  readonly host?: string;
  readonly timeoutSeconds?: number;
  /** What is not on the way, and why. */
  readonly note?: string;
}

/** What gateways route by: the path without its query. */
interface Asked {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Of the host, where one is written: 0 for none. */
  readonly port: number;
}

interface Start {
  readonly gateway: Gateway;
  readonly entry?: EntryPoint;
}

export function frontHops(context: ViewContext, entry: Entry, asked: Asked, caller: Caller): Front {
  if (entry.mode === 'service')
    return caller === 'external' ? publishedService(context, entry, asked) : direct(context, entry, asked);
  return knativeFront(context, entry, asked, caller);
}

function knativeFront(context: ViewContext, entry: Entry, asked: Asked, caller: Caller): Front {
  const own = knativeRules(context, entry.namespace).find((rule) => rule.ingress.ref.name === entry.name)?.ingress;
  const matched = matchKnative(context, asked.host, asked.path, caller, entry.namespace);
  const ingress = matched.state === 'match' ? matched.match.by : own;
  const gateway = knativeGateway(context, ingress, caller);
  const { hops: first, entry: point } = gatewayHops(context, gateway, caller, toldBy(matched));
  const start: Start = { gateway, ...(point === undefined ? {} : { entry: point }) };
  const policies = gatewayPolicyHops(context, gateway, asked, caller);
  const before = [...(caller === 'cluster-local' ? [nameHop(context, entry, asked.host)] : []), ...first, ...policies];
  if (matched.state === 'match') return followed(context, entry, asked, start, before, matched.match);
  // KServe's own VirtualService for the host of the InferenceService leads on to the gateway for the inside, under the host of the component.
  const above =
    gateway.kind === 'istio' || gateway.kind === 'other'
      ? matchVirtualService(context, asked, entry.namespace)
      : undefined;
  if (above?.state === 'match') {
    const parts = { id: 'gateway' as const, title: 'Istio Gateway' };
    const missing = missingIstioGateway(parts, istioGatewaysOf(context, above.match.by));
    const rewriteHost = above.match.rewriteHost ?? entry.localHost;
    const hops = missing === undefined ? before : [...before, missing];
    return followed(context, entry, asked, start, hops, { ...above.match, rewriteHost });
  }
  const missing: Matched = above?.state === 'unknown' && matched.state === 'none' ? above : matched;
  return { ...start, hops: [...before, missingHop(missing, gateway, asked, entry)], backends: [] };
}

/** What the rule says of the gateway itself. */
function toldBy(matched: Matched): Told {
  if (matched.state !== 'match') return 'open';
  const { doubt } = matched.match;
  if (doubt === undefined) return 'answered';
  return doubt.certain ? 'moot' : 'open';
}

/** A rule that changes the host sends the request through the gateway for the inside again: KServe's VirtualService, Knative's DomainMapping. */
function followed(
  context: ViewContext,
  entry: Entry,
  asked: Asked,
  start: Start,
  before: readonly Hop[],
  match: RouteMatch,
): Front {
  const host = match.rewriteHost;
  if (host === undefined || match.answer !== undefined || match.backends.some((to) => to.revision !== undefined)) {
    return { ...routed(entry, before, match, start), ...waiting(context, entry) };
  }
  const first = routeHop(match, start.gateway, entry);
  const path = match.rewritePath ?? asked.path;
  const next = matchKnative(context, host, path, 'cluster-local', entry.namespace);
  const hops = [...before, first];
  if (next.state !== 'match')
    return { ...start, hops: [...hops, missingHop(next, start.gateway, { ...asked, host }, entry)], backends: [] };
  const on = routed(entry, hops, next.match, start);
  return {
    ...on,
    ...waiting(context, entry),
    host,
    path: on.path ?? path,
    ...(match.timeoutSeconds === undefined ? {} : { timeoutSeconds: match.timeoutSeconds }),
  };
}

/** A newest revision that is not Ready takes no requests, whatever the traffic says. */
function waiting(context: ViewContext, entry: Entry): Pick<Front, 'note'> {
  const found = context.object({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Configuration',
    namespace: entry.namespace,
    name: entry.name,
  });
  if (found.state !== 'present') return {};
  const created = textAt(found.value.body, 'status', 'latestCreatedRevisionName');
  const ready = textAt(found.value.body, 'status', 'latestReadyRevisionName');
  return created === undefined || created === ready
    ? {}
    : { note: `Revision ${created} takes no requests: it is not Ready` };
}

function routeHop(match: RouteMatch, gateway: Gateway, entry: Entry): Hop {
  const knative = match.by.ref.apiVersion.startsWith('networking.internal');
  const parts = {
    id: 'route' as const,
    title: match.by.ref.kind === 'Ingress' && knative ? 'Knative Ingress' : match.by.ref.kind,
    object: match.by.ref,
    facts: match.facts,
    citations: match.citations,
  };
  if (match.answer !== undefined)
    return failing({ ...parts, says: `The rule itself answers: ${match.answer.words}`, answer: match.answer });
  const { doubt } = match;
  if (doubt === undefined) return passing({ ...parts, says: match.says });
  const told = {
    ...parts,
    says: doubt.says,
    citations: [...match.citations, ...doubt.citations],
    gaps: doubt.gaps,
    ...askWhy(entry.object.ref),
  };
  return doubt.certain ? failing({ ...told, answer: doubt.answer ?? noRoute(gateway) }) : unknownHop(told);
}

function routed(entry: Entry, before: readonly Hop[], match: RouteMatch, start: Start): Front {
  return {
    ...start,
    hops: [...before, routeHop(match, start.gateway, entry)],
    backends: match.answer === undefined ? match.backends : [],
    ...(match.rewritePath === undefined ? {} : { path: match.rewritePath }),
    ...(match.rewriteHost === undefined ? {} : { host: match.rewriteHost }),
    ...(match.timeoutSeconds === undefined ? {} : { timeoutSeconds: match.timeoutSeconds }),
  };
}

function missingHop(missing: Matched, gateway: Gateway, asked: Asked, entry: Entry): Hop {
  const parts = { id: 'route' as const, title: 'route', object: entry.object.ref };
  if (missing.state === 'unknown')
    return unknownHop({
      ...parts,
      says: 'Whether the gateway has a route for the host was not read',
      gaps: [missing.gap],
    });
  if (missing.state === 'match') return passing({ ...parts, says: missing.match.says });
  const host = bareHost(asked.host);
  const known = missing.known.slice(0, 3).join(', ');
  const near = missing.known.find((one) => !isClusterLocal(one) && one.includes('.') && one !== host);
  // The object's own host has no route: another host is no answer to that.
  const own = host === entry.externalHost || host === entry.localHost;
  const todo = missing.todo ?? (near === undefined || own ? undefined : `Call it with the host ${near}`);
  const instead = known === '' ? 'Nothing publishes a host for it' : `Hosts with a route: ${known}`;
  return failing({
    ...parts,
    says: `The gateway has no route for ${host}. ${missing.says ?? instead}`,
    citations: missing.citations,
    answer: noRoute(gateway),
    ...(todo === undefined ? askWhy(entry.object.ref) : { todo }),
  });
}

/** From outside to a Service: the HTTPRoute, Ingress, VirtualService or HTTPProxy that has a rule for the host. */
function publishedService(context: ViewContext, entry: Entry, asked: Asked): Front {
  const { exposed } = entry;
  if (exposed !== undefined) {
    const addresses = entryPoint(context, exposed).addresses.map(({ host }) => host);
    if (asked.host === 'ADDRESS' || addresses.includes(bareHost(asked.host))) return exposedService(context, exposed);
  }
  const tried = [
    matchHttpRoute(context, asked.host, asked.path, asked.method, entry.namespace),
    matchIngress(context, asked.host, asked.path, entry.namespace),
    matchVirtualService(context, asked, entry.namespace),
    matchHttpProxy(context, asked.host, asked.path, entry.namespace),
  ];
  const matched = tried.find((one) => one.state === 'match');
  if (matched?.state === 'match') {
    const { match } = matched;
    const gateway = gatewayFor(context, match.by);
    const told: Told = match.doubt?.certain === true ? 'moot' : 'open';
    const { hops, entry: point } = gatewayHops(context, gateway, 'external', told);
    const policies = gatewayPolicyHops(context, gateway, asked, 'external');
    const deaf = unheard(gateway, match.by, asked.host);
    return routed(entry, [...hops, ...(deaf === undefined ? [] : [deaf]), ...policies], match, {
      gateway,
      ...(point === undefined ? {} : { entry: point }),
    });
  }
  const missing =
    tried.find((one) => one.state === 'unknown') ??
    tried.find((one) => one.state === 'none' && one.says !== undefined) ??
    tried.find((one) => one.state === 'none' && one.known.length > 0) ??
    tried[1];
  return {
    hops: missing === undefined ? [] : [missingHop(missing, UNKNOWN_INGRESS, asked, entry)],
    backends: [],
    gateway: UNKNOWN_INGRESS,
  };
}

function gatewayFor(context: ViewContext, by: KubeObject): Gateway {
  switch (by.ref.kind) {
    case 'HTTPRoute':
      return gatewayOfRoute(context, by);
    case 'VirtualService':
      return gatewayOfVirtualService(context, by);
    case 'HTTPProxy':
      return contourGateway(by);
    default:
      return gatewayOfIngress(context, by);
  }
}

/** A route without hostnames takes those of the listeners, and a Gateway whose listeners all name other hosts answers 404. */
function unheard(gateway: Gateway, route: KubeObject, host: string): Hop | undefined {
  if (gateway.state?.state !== 'present' || listAt(route.body, 'spec', 'hostnames').length > 0) return undefined;
  const { listeners, gateway: object } = gateway.state.value;
  if (listeners.length === 0 || listeners.some((one) => hostMatches(one.hostname ?? '', host))) return undefined;
  const names = listeners.flatMap((one) => one.hostname ?? []).slice(0, 3);
  return failing({
    id: 'route',
    title: 'listener',
    object: object.ref,
    says: `No listener of the Gateway takes the host ${bareHost(host)}; they take ${names.join(', ')}`,
    citations: [object.cite('its listeners', '/spec/listeners')],
    answer: noRoute(gateway),
  });
}

/** From outside straight to a Service that has an address there. */
function exposedService(context: ViewContext, service: KubeObject): Front {
  const entry = entryPoint(context, service);
  return {
    hops: [passing({ id: 'address', title: 'address', ...serviceAddressOf(service, entry) })],
    backends: [{ service: service.ref, port: entry.service.port, percent: 100 }],
    entry,
  };
}

/** From inside straight to the Service, by its name. */
function direct(context: ViewContext, entry: Entry, asked: Asked): Front {
  const named = serviceOfHost(asked.host, entry.namespace) ?? { name: entry.name, namespace: entry.namespace };
  const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', ...named };
  const found = context.object(service);
  const parts = { id: 'address' as const, title: 'DNS', object: service };
  if (found.state === 'absent') return { hops: [unresolved(context, entry, parts, found.cite, named)], backends: [] };
  const body = found.state === 'present' ? found.value.body : undefined;
  const headless = textAt(body, 'spec', 'clusterIP') === 'None';
  const port = calledPort(body, asked.port, headless);
  const revision = publicOf(body);
  return {
    hops: [
      passing({
        ...parts,
        says: headless
          ? `The name stands for the pods of headless Service ${named.name} themselves: call port ${targetOf(body) ?? port}`
          : `The name is that of Service ${named.name}`,
        citations: found.state === 'present' ? [found.cite] : [],
      }),
    ],
    backends: [
      {
        service,
        port,
        percent: 100,
        ...(headless ? { headless: true } : {}),
        ...(revision === undefined ? {} : { revision }),
      },
    ],
    ...(found.state === 'present' ? { entry: entryPoint(context, found.value) } : {}),
  };
}

/** The revision whose public Service it is: who stands behind that its ServerlessService says. */
function publicOf(body: unknown): string | undefined {
  const labels = textMapAt(body, 'metadata', 'labels');
  return labels['networking.internal.knative.dev/serviceType'] === 'Public'
    ? labels['serving.knative.dev/revision']
    : undefined;
}

/** The port that is written; else 80 where the Service has it, else its first. */
function calledPort(body: unknown, written: number, headless: boolean): number {
  if (written > 0) return written;
  const ports = listAt(body, 'spec', 'ports').flatMap((entry) => numberAt(entry, 'port') ?? []);
  if (headless) return targetOf(body) ?? ports[0] ?? 0;
  return ports.includes(80) ? 80 : (ports[0] ?? 0);
}

function targetOf(body: unknown): number | undefined {
  const [first] = listAt(body, 'spec', 'ports');
  return numberAt(first, 'targetPort') ?? numberAt(first, 'port');
}
