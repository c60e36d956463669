/**
 * What Contour's HTTPProxies make it do with a host and a path (projectcontour.io/v1): the route with the longest prefix, weights, rewrites, timeouts.
 * Those that net-contour makes are left out: the Knative Ingress that they are made from says the same.
 */
import { listAt, numberAt, objectAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { controllerOf } from '../owner-tree.ts';
import { secondsOf } from './gateway-api-route.ts';
import { bareHost, prefixMatches, withPrefix } from './match.ts';
import { fact } from './path-types.ts';
import type { Matched, RouteBackend, RouteMatch } from './route-match.ts';

const GROUP = 'projectcontour.io';

export function matchHttpProxy(context: ViewContext, host: string, path: string, namespace: string): Matched {
  const own = context
    .list('HTTPProxy', { group: GROUP })
    .items.filter((proxy) => controllerOf(proxy)?.kind !== 'Ingress');
  const ofHost = own.filter((proxy) => hostOf(proxy) === bareHost(host));
  for (const proxy of ofHost) {
    const [best] = listAt(proxy.body, 'spec', 'routes')
      .flatMap((route, index) => {
        const prefix = prefixOf(route, path);
        return prefix === undefined ? [] : [{ route, index, prefix }];
      })
      .toSorted((a, b) => b.prefix.length - a.prefix.length);
    if (best !== undefined) return { state: 'match', match: matchOf(proxy, best, path) };
    if (listAt(proxy.body, 'spec', 'includes').length > 0)
      return {
        state: 'unknown',
        gap: context.notRequested(
          `the HTTPProxies that HTTPProxy ${proxy.ref.name} includes`,
          'routes of included HTTPProxies are not followed',
        ),
      };
  }
  const { complete } = context.list('HTTPProxy', { group: GROUP, namespace });
  if (complete.state === 'unknown') return { state: 'unknown', gap: complete.gap };
  const here = own.filter((proxy) => proxy.ref.namespace === namespace);
  const [onPath] = ofHost;
  return {
    state: 'none',
    known: here.flatMap((proxy) => hostOf(proxy) ?? []).slice(0, 6),
    ...(onPath === undefined ? {} : { says: `HTTPProxy ${onPath.ref.name} has the host, and no route for ${path}` }),
    citations: here.slice(0, 3).map((proxy) => proxy.cite(`routes of HTTPProxy ${proxy.ref.name}`, '/spec')),
  };
}

function hostOf(proxy: KubeObject): string | undefined {
  const host = textAt(proxy.body, 'spec', 'virtualhost', 'fqdn');
  return host === undefined ? undefined : bareHost(host);
}

/** All conditions of a route hold; those on headers and queries fit only requests that carry them. */
function prefixOf(route: unknown, path: string): string | undefined {
  const conditions = listAt(route, 'conditions');
  let longest = '/';
  for (const condition of conditions) {
    const prefix = textAt(condition, 'prefix');
    const exact = textAt(condition, 'exact');
    if (exact !== undefined && exact !== path) return undefined;
    if (prefix === undefined && exact === undefined) return undefined;
    if (prefix !== undefined && !prefixMatches(prefix, path)) return undefined;
    const value = exact ?? prefix ?? '';
    if (value.length > longest.length) longest = value;
  }
  return longest;
}

interface Best {
  readonly route: unknown;
  readonly index: number;
  readonly prefix: string;
}

function matchOf(proxy: KubeObject, { route, index, prefix }: Best, path: string): RouteMatch {
  const services = listAt(route, 'services').filter((service) => objectAt(service) !== undefined);
  const weights = services.map((service) => numberAt(service, 'weight') ?? 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const backends = services.flatMap((service, at): readonly RouteBackend[] => {
    // Without any weight the requests are shared evenly.
    const percent = Math.round(sum === 0 ? 100 / services.length : (100 * (weights[at] ?? 0)) / sum);
    if (percent === 0) return [];
    const name = textAt(service, 'name') ?? '';
    return [
      {
        service: { apiVersion: 'v1', kind: 'Service', namespace: proxy.ref.namespace ?? 'default', name },
        port: numberAt(service, 'port') ?? 80,
        percent,
      },
    ];
  });
  const [replace] = listAt(route, 'pathRewritePolicy', 'replacePrefix').filter(
    (one) => (textAt(one, 'prefix') ?? prefix) === prefix,
  );
  const replacement = textAt(replace, 'replacement');
  const rewritePath = replacement === undefined ? undefined : withPrefix(path, prefix, replacement);
  const timeout = textAt(route, 'timeoutPolicy', 'response');
  const seconds = timeout === undefined ? undefined : secondsOf(timeout);
  const redirect = objectAt(route, 'requestRedirectPolicy');
  const status = textAt(proxy.body, 'status', 'currentStatus');
  return {
    by: proxy,
    says: `HTTPProxy ${proxy.ref.name} has a route for the host and the path`,
    facts: [
      ...fact('timeout', timeout),
      ...fact(
        'weights',
        backends.length > 1 ? backends.map((to) => `${to.percent} % ${to.service.name}`).join(', ') : undefined,
      ),
      ...fact('path becomes', rewritePath),
    ],
    citations: [proxy.cite('the route for the host and the path', `/spec/routes/${index}`)],
    backends,
    ...(rewritePath === undefined ? {} : { rewritePath }),
    ...(seconds === undefined || seconds === 0 ? {} : { timeoutSeconds: seconds }),
    ...(redirect === undefined
      ? {}
      : { answer: { status: numberAt(redirect, 'statusCode') ?? 302, flag: '-', words: 'redirect' } }),
    ...(status === 'valid' ? {} : { doubt: doubtOf(proxy, status) }),
  };
}

function doubtOf(proxy: KubeObject, status: string | undefined): RouteMatch['doubt'] & {} {
  const description = textAt(proxy.body, 'status', 'description') ?? '';
  return {
    certain: status === 'invalid' || status === 'orphaned',
    says:
      status === undefined || status === ''
        ? `Contour says nothing of HTTPProxy ${proxy.ref.name}: whether it took it is not known`
        : `HTTPProxy ${proxy.ref.name} is ${status}${description === '' ? '' : `: ${description.slice(0, 160)}`}`,
    gaps: [],
    citations: [proxy.cite('what Contour says', '/status')],
  };
}
