/**
 * The way of a request from a caller to the model, hop by hop, from configuration and logs alone: one path for each caller (outside, inside the cluster)
 * and for each target that the traffic is split over. It sends nothing, and reads no request that was really sent.
 */
import { listAt, numberAt, textAt } from '../model/json.ts';
import { titleOf } from '../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { PATH_NEEDS } from './request-path/needs.ts';
import { entryOf, type Entry } from './request-path/entry.ts';
import { bareHost, barePath, isClusterLocal, portOfHost } from './request-path/match.ts';
import {
  concluded,
  fact,
  failing,
  passing,
  unknownHop,
  type Caller,
  type Hop,
  type HopAnswer,
  type PathRequest,
  type RequestPath,
} from './request-path/path-types.ts';
import { publishedHost } from './request-path/published-host.ts';
import { askWhy, whyNotPublished } from './request-path/published.ts';
import { frontHops } from './request-path/front-hops.ts';
import { stepHops } from './request-path/steps.ts';
import { targetHops } from './request-path/target-hops.ts';
import type { Way } from './request-path/way.ts';
import { conditionWords } from './condition-words.ts';
import { gatewayApiGateway } from './gateway-api.ts';
import { gatewayCallers } from './gateway-callers.ts';
import { gatewayTargets } from './gateway-targets.ts';
import { istioGateways } from './istio-gateways.ts';
import { istioPoliciesOn } from './istio-policies.ts';
import { ALL_COMPONENTS } from './platform-component.ts';
import { listening } from './listening.ts';
import { podState } from './pod-state.ts';
import { serviceEndpoints } from './service-endpoints.ts';

/** The paths of the request that the object is there for: a prediction, or what its readiness probe asks. */
export const requestPaths = defineView<readonly RequestPath[]>({
  id: 'request-path',
  needs: PATH_NEEDS,
  uses: [
    ...ALL_COMPONENTS,
    podState,
    listening,
    serviceEndpoints,
    conditionWords,
    gatewayApiGateway,
    gatewayCallers,
    gatewayTargets,
    istioGateways,
    istioPoliciesOn,
  ],
  derive: (context, subject) => requestPath(context, subject, {}),
});

const MOST_TARGETS = 8;
const OK: HopAnswer = { status: 200, flag: '-', words: 'OK' };
const NOTHING_THERE: HopAnswer = { words: 'there is nothing to call' };

/** The paths of one request to an object; never empty. A host decides which caller is meant. */
export function requestPath(context: ViewContext, subject: ResourceRef, asked: PathRequest): readonly RequestPath[] {
  const host = asked.host === undefined ? undefined : bareHost(asked.host);
  const port = asked.host === undefined ? 0 : portOfHost(asked.host);
  const found = entryOf(context, subject, host, asked.path);
  if (found.state !== 'found') {
    const request = { host: host ?? '', path: asked.path ?? '/', method: asked.method ?? 'GET' };
    const { gaps, citations = [], object, todo } = found;
    const parts = {
      id: 'route' as const,
      title: titleOf(subject),
      object: object?.ref ?? subject,
      says: found.says,
      gaps,
      citations: [...citations, ...(object === undefined ? [] : [object.cite(titleOf(subject))])],
      ...todo,
    };
    const hop = found.state === 'unknown' ? unknownHop(parts) : failing({ ...parts, answer: NOTHING_THERE });
    return [{ caller: 'cluster-local', target: '', percent: 100, ...request, ...concluded([hop], OK), notes: [] }];
  }
  const { entry } = found;
  if (host !== undefined) {
    const inside = isClusterLocal(host) || isShort(host, entry);
    return ofHost(context, entry, host, inside ? 'cluster-local' : 'external', { ...asked, port });
  }
  return ofRevision(context, entry, asked, allPaths(context, entry, asked)).slice(0, MOST_TARGETS * 2);
}

function allPaths(context: ViewContext, entry: Entry, asked: PathRequest): readonly RequestPath[] {
  const outside = fromOutside(context, entry, asked);
  const inside = ofHost(context, entry, entry.localHost, 'cluster-local', asked);
  return [
    ...outside,
    ...(outside.length > 0 ? inside : inside.map((path) => ({ ...path, notes: [...path.notes, unpublished(entry)] }))),
    ...tagged(context, entry, asked),
  ];
}

/** Where one revision is asked about: the paths that lead to it, or, where none does, the way to it by its own name. */
function ofRevision(
  context: ViewContext,
  entry: Entry,
  asked: PathRequest,
  paths: readonly RequestPath[],
): readonly RequestPath[] {
  const { revision, namespace } = entry;
  if (revision === undefined || paths.every((path) => path.target === '')) return paths;
  const own = paths.filter((path) => path.target === `Revision ${revision}`);
  if (own.length > 0) return own;
  const alone: Entry = { ...entry, mode: 'service', name: revision };
  const note = `No request to ${entry.name} goes to Revision ${revision}: it is called by its own name here`;
  return ofHost(context, alone, `${revision}.${namespace}.svc.cluster.local`, 'cluster-local', asked).map((path) => ({
    ...path,
    notes: [note],
  }));
}

function fromOutside(context: ViewContext, entry: Entry, asked: PathRequest): readonly RequestPath[] {
  const host = entry.externalHost ?? publishedHost(context, entry);
  if (host !== undefined) return ofHost(context, entry, host, 'external', asked);
  if (entry.exposed !== undefined)
    return ofHost(context, entry, ownAddress(entry.exposed) ?? 'ADDRESS', 'external', asked);
  // In Standard mode nothing tells whether anybody is to call it from outside.
  const meant = entry.mode === 'knative' || entry.object.ref.kind === 'LLMInferenceService';
  return entry.published && meant ? [withoutHost(context, entry, asked)] : [];
}

/** The address that a load balancer gave a Service. */
function ownAddress({ body }: KubeObject): string | undefined {
  const [first] = listAt(body, 'status', 'loadBalancer', 'ingress');
  return textAt(first, 'ip') ?? textAt(first, 'hostname');
}

function unpublished(entry: Entry): string {
  return entry.hiddenBy === undefined
    ? `From outside: no Ingress, HTTPRoute, VirtualService or HTTPProxy that was read leads to Service ${entry.name}`
    : `From outside it is not published (${entry.hiddenBy}): the gateway answers 404`;
}

/** `name.namespace`: short for a name inside the cluster. */
function isShort(host: string, entry: Entry): boolean {
  return host === `${entry.name}.${entry.namespace}` || host === entry.name;
}

/** Predictions of the protocols, and every method of gRPC. */
const PREDICTION = /:predict$|:explain$|\/infer$|completions$|^\/\w{1,100}(?:\.\w{1,100}){1,6}\/[A-Z]\w{0,100}$/;

interface Asked extends PathRequest {
  /** That a person wrote; 0 for none. */
  readonly port?: number;
}

function requestOf(
  entry: Entry,
  host: string,
  asked: Asked,
  caller: Caller,
): Pick<RequestPath, 'host' | 'path' | 'method' | 'contentType'> {
  const contentType =
    asked.contentType ?? (asked.method === undefined && asked.path === undefined ? entry.contentType : undefined);
  // A prediction is a POST whatever its path; everything else that a person names is looked at with a GET.
  const method =
    asked.method ?? (asked.path === undefined || PREDICTION.test(barePath(asked.path)) ? entry.method : 'GET');
  const prefix = caller === 'external' ? (entry.pathPrefix ?? '') : '';
  return {
    host,
    path: asked.path ?? `${prefix}${entry.path}`,
    method: method.toUpperCase(),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

function clientHop(request: ReturnType<typeof requestOf>, caller: Caller): Hop {
  return passing({
    id: 'client',
    title: caller === 'external' ? 'client' : 'client in cluster',
    says: `Sends ${request.method} ${request.path} to ${request.host}`,
    facts: fact('Content-Type', request.contentType),
  });
}

/** Nothing names a host for callers outside although nothing says that there should be none: nothing was published yet. */
function withoutHost(context: ViewContext, entry: Entry, asked: PathRequest): RequestPath {
  const request = requestOf(entry, '', asked, 'external');
  const why = whyNotPublished(context, entry);
  const parts = { id: 'route' as const, title: 'route', object: entry.object.ref };
  const says = `${nameWithKind(entry.object.ref)} has no URL: there is no host to call from outside`;
  const citations = [entry.object.cite('its status', '/status'), ...(why?.citations ?? [])];
  const hop =
    why === undefined
      ? unknownHop({ ...parts, says, citations })
      : failing({
          ...parts,
          says: `${says}. ${why.says}`,
          citations,
          answer: { status: 404, flag: 'NR', words: 'no route, whatever the host' },
          ...askWhy(entry.object.ref),
        });
  return { caller: 'external', target: '', percent: 100, ...request, ...concluded([hop], OK), notes: [] };
}

function ofHost(
  context: ViewContext,
  entry: Entry,
  host: string,
  caller: Caller,
  asked: Asked,
  tag?: string,
): readonly RequestPath[] {
  const request = requestOf(entry, host, asked, caller);
  const routed = { host, path: barePath(request.path), method: request.method, port: asked.port ?? 0 };
  const front = frontHops(context, entry, routed, caller);
  const before = [clientHop(request, caller), ...front.hops];
  const common = {
    caller,
    ...request,
    ...(tag === undefined ? {} : { tag }),
    ...(front.entry === undefined ? {} : { entry: front.entry }),
    notes: front.note === undefined ? [] : [front.note],
  };
  if (front.backends.length === 0) return [{ ...common, target: '', percent: 100, ...concluded(before, OK) }];
  return front.backends.slice(0, MOST_TARGETS).map((to): RequestPath => {
    const way: Way = {
      ...(front.gateway === undefined ? {} : { gateway: front.gateway }),
      request: { ...request, path: front.path ?? request.path },
      host: front.host ?? host,
      asked: entry.object.ref,
      ...(front.timeoutSeconds === undefined ? {} : { timeoutSeconds: front.timeoutSeconds }),
    };
    const hops = [...before, ...targetHops(context, to, way)];
    const port = front.gateway === undefined && typeof to.port === 'number' && to.port > 0 ? to.port : 80;
    return {
      ...common,
      ...(port === 80 ? {} : { port }),
      target: to.revision === undefined ? nameWithKind(to.service) : `Revision ${to.revision}`,
      percent: to.percent,
      ...concluded([...hops, ...stepHops(context, entry, way.request)], OK),
    };
  });
}

/** The tags of a Route have hosts of their own (knative serving Route status.traffic). */
function tagged(context: ViewContext, entry: Entry, asked: PathRequest): readonly RequestPath[] {
  if (entry.mode !== 'knative') return [];
  const route = context.object({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Route',
    namespace: entry.namespace,
    name: entry.name,
  });
  if (route.state !== 'present') return [];
  return listAt(route.value.body, 'status', 'traffic')
    .flatMap((target) => {
      const tag = textAt(target, 'tag');
      const host = /^https?:\/\/([^/]{1,253})/.exec(textAt(target, 'url') ?? '')?.[1];
      return tag === undefined || host === undefined ? [] : [{ tag, host, percent: numberAt(target, 'percent') ?? 0 }];
    })
    .slice(0, 4)
    .flatMap(({ tag, host }) =>
      ofHost(context, entry, bareHost(host), isClusterLocal(host) ? 'cluster-local' : 'external', asked, tag),
    );
}

export type Prediction =
  | {
      readonly state: 'answers';
      readonly status?: number;
      readonly flag?: string;
      readonly words: string;
      readonly by: Hop;
    }
  | { readonly state: 'unknown'; readonly by: Hop };

/**
 * What one request will be answered. Of several targets the one that most requests take; where the answers differ, the least sure one makes the result
 * unknown.
 */
export function predictAnswer(context: ViewContext, subject: ResourceRef, request: PathRequest): Prediction {
  const paths = requestPath(context, subject, request).toSorted((a, b) => b.percent - a.percent);
  const [first] = paths.filter((path) => path.percent > 0);
  const path = first ?? paths[0];
  const last = path?.hops.at(-1);
  if (path === undefined || last === undefined) throw new Error('a request has no path');
  const { outcome } = path;
  const by = outcome.state === 'passes' ? last : (path.hops[outcome.hop] ?? last);
  if (outcome.state === 'unknown') return { state: 'unknown', by };
  const { status, flag, words } = outcome.answer;
  return {
    state: 'answers',
    ...(status === undefined ? {} : { status }),
    ...(flag === undefined ? {} : { flag }),
    words,
    by,
  };
}
