/**
 * What Istio's VirtualServices make its gateways do with a host and a path: the first rule that fits (istio networking/v1 VirtualService). Those that
 * net-istio makes are left out: the Knative Ingress that they are made from says the same. What is left is KServe's own, and what people write.
 */
import { listAt, numberAt, objectAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { controllerOf } from '../owner-tree.ts';
import { hostMatches, serviceOfHost, stringMatch } from './match.ts';
import { fact } from './path-types.ts';
import type { Matched, RouteBackend, RouteMatch } from './route-match.ts';
import { secondsOf } from './gateway-api-route.ts';

const GROUP = 'networking.istio.io';

interface Asked {
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

export function matchVirtualService(context: ViewContext, asked: Asked, namespace: string): Matched {
  const all = context
    .list('VirtualService', { group: GROUP })
    .items.filter((service) => controllerOf(service)?.kind !== 'Ingress' && gatewaysOf(service).length > 0);
  const ofHost = all.filter((service) => hostsOf(service).some((pattern) => hostMatches(pattern, asked.host)));
  for (const service of ofHost) {
    for (const [index, rule] of listAt(service.body, 'spec', 'http').entries()) {
      const fitting = matching(rule, asked);
      if (fitting !== undefined) return { state: 'match', match: matchOf(service, rule, index, fitting, asked.path) };
    }
  }
  const { complete } = context.list('VirtualService', { group: GROUP, namespace });
  if (complete.state === 'unknown') return { state: 'unknown', gap: complete.gap };
  const own = all.filter((service) => service.ref.namespace === namespace);
  const [onPath] = ofHost;
  return {
    state: 'none',
    known: own.flatMap(hostsOf).slice(0, 6),
    ...(onPath === undefined
      ? {}
      : { says: `VirtualService ${onPath.ref.name} has the host, and no rule for ${asked.method} ${asked.path}` }),
    citations: own
      .slice(0, 3)
      .map((service) => service.cite(`hosts of VirtualService ${service.ref.name}`, '/spec/hosts')),
  };
}

/** Gateways besides `mesh`, which stands for the sidecars. */
function gatewaysOf(service: KubeObject): readonly string[] {
  return listAt(service.body, 'spec', 'gateways').flatMap((name) =>
    typeof name === 'string' && name !== 'mesh' ? [name] : [],
  );
}

function hostsOf(service: KubeObject): readonly string[] {
  return listAt(service.body, 'spec', 'hosts').flatMap((host) => (typeof host === 'string' ? [host] : []));
}

/** Any of its matches; within one, everything that it asks for. What cannot be compared (headers, an odd expression) does not fit. */
function matching(rule: unknown, asked: Asked): unknown {
  const matches = listAt(rule, 'match');
  if (matches.length === 0) return {};
  return matches.find(
    (match) =>
      fits(objectAt(match, 'uri'), asked.path) &&
      fits(objectAt(match, 'authority'), asked.host) &&
      fits(objectAt(match, 'method'), asked.method) &&
      Object.keys(objectAt(match, 'headers') ?? {}).length === 0,
  );
}

/** A prefix that was matched is replaced, anything else is replaced whole (istio networking/v1 HTTPRewrite). */
function rewritten(rule: unknown, match: unknown, path: string): string | undefined {
  const uri = textAt(rule, 'rewrite', 'uri');
  if (uri === undefined) return undefined;
  const prefix = textAt(match, 'uri', 'prefix');
  return prefix === undefined ? uri : `${uri}${path.slice(prefix.length)}`.replace(/^\/{2,}/, '/');
}

function fits(wanted: unknown, text: string): boolean {
  if (wanted === undefined) return true;
  const [exact, prefix, regex] = [textAt(wanted, 'exact'), textAt(wanted, 'prefix'), textAt(wanted, 'regex')];
  return stringMatch({ exact, prefix, regex }, text) === true;
}

function matchOf(service: KubeObject, rule: unknown, index: number, fitting: unknown, path: string): RouteMatch {
  const pointer = `/spec/http/${index}`;
  const routes = listAt(rule, 'route');
  const backends = routes.flatMap((route): readonly RouteBackend[] => {
    const named = serviceOfHost(textAt(route, 'destination', 'host') ?? '', service.ref.namespace);
    if (named === undefined) return [];
    return [
      {
        service: { apiVersion: 'v1', kind: 'Service', ...named },
        port: numberAt(route, 'destination', 'port', 'number') ?? 80,
        percent: numberAt(route, 'weight') ?? Math.round(100 / routes.length),
      },
    ];
  });
  const rewriteHost =
    textAt(rule, 'rewrite', 'authority') ??
    textAt(rule, 'headers', 'request', 'set', 'Host') ??
    textAt(rule, 'headers', 'request', 'set', 'host') ??
    textAt(routes[0], 'headers', 'request', 'set', 'Host');
  const rewritePath = rewritten(rule, fitting, path);
  const timeout = textAt(rule, 'timeout');
  const seconds = timeout === undefined ? undefined : secondsOf(timeout);
  const redirect = objectAt(rule, 'redirect');
  const direct = objectAt(rule, 'directResponse');
  const abort = numberAt(rule, 'fault', 'abort', 'httpStatus');
  return {
    by: service,
    says: `VirtualService ${service.ref.name} has a rule for the host and the path`,
    facts: [
      ...fact('gateways', gatewaysOf(service).join(', ')),
      ...fact('host becomes', rewriteHost),
      ...fact('path becomes', rewritePath),
      ...fact('timeout', timeout),
      ...fact('retries', numberAt(rule, 'retries', 'attempts')),
    ],
    citations: [service.cite('the rule for the host and the path', pointer)],
    backends,
    ...(rewriteHost === undefined ? {} : { rewriteHost }),
    ...(rewritePath === undefined ? {} : { rewritePath }),
    ...(seconds === undefined || seconds === 0 ? {} : { timeoutSeconds: seconds }),
    ...(redirect !== undefined
      ? { answer: { status: numberAt(redirect, 'redirectCode') ?? 301, flag: '-', words: 'redirect' } }
      : direct !== undefined
        ? { answer: { status: numberAt(direct, 'status') ?? 500, flag: '-', words: 'a fixed answer of the route' } }
        : abort !== undefined && (numberAt(rule, 'fault', 'abort', 'percentage', 'value') ?? 100) === 100
          ? { answer: { status: abort, flag: 'FI', words: 'fault filter abort' } }
          : {}),
  };
}
