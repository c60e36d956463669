/**
 * What HTTPRoutes make a Gateway do with a host and a path (Gateway API v1): hostnames, the most telling rule, its filters, weights and timeouts.
 * Routes that Knative's networking layer makes are left out: the Knative Ingress that they are made from says the same.
 */
import { listAt, numberAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { apiVersionOf, kindNamed } from '../../model/kinds.ts';
import { controllerOf } from '../owner-tree.ts';
import { conditionsOf, type Condition } from '../parse/conditions.ts';
import { expressionMatches, hostMatches, prefixMatches, withPrefix } from './match.ts';
import { fact } from './path-types.ts';
import type { Matched, RouteBackend, RouteMatch } from './route-match.ts';

const GROUP = 'gateway.networking.k8s.io';

export function matchHttpRoute(
  context: ViewContext,
  host: string,
  path: string,
  method: string,
  namespace: string,
): Matched {
  const listing = context.list('HTTPRoute', { group: GROUP });
  const own = listing.items.filter(
    (route) =>
      controllerOf(route)?.kind !== 'Ingress' &&
      // A route for every host, in another namespace, is some other application's.
      (route.ref.namespace === namespace || !hostsOf(route).includes('*')),
  );
  const ofHost = own.filter((route) => hostsOf(route).some((pattern) => hostMatches(pattern, host)));
  const rules = ofHost.flatMap((route) =>
    listAt(route.body, 'spec', 'rules').flatMap((rule, index) => {
      const weight = weightOf(rule, path, method);
      return weight === undefined ? [] : [{ route, rule, index, weight }];
    }),
  );
  const [best] = rules.toSorted((a, b) => b.weight - a.weight);
  if (best !== undefined) return { state: 'match', match: matchOf(best.route, best.rule, best.index, path) };
  const { complete } = context.list('HTTPRoute', { group: GROUP, namespace });
  if (complete.state === 'unknown') return { state: 'unknown', gap: complete.gap };
  const here = own.filter((route) => route.ref.namespace === namespace);
  const [onPath] = ofHost;
  return {
    state: 'none',
    known: here.flatMap(hostsOf).slice(0, 6),
    ...(onPath === undefined
      ? {}
      : { says: `HTTPRoute ${onPath.ref.name} has the host, and no rule for ${method} ${path}` }),
    citations:
      here.length > 0
        ? here.slice(0, 3).map((route) => route.cite(`hostnames of HTTPRoute ${route.ref.name}`, '/spec/hostnames'))
        : complete.state === 'present'
          ? [complete.cite]
          : [],
  };
}

/** Without hostnames a route takes those of its Gateway's listeners: every host. */
function hostsOf(route: KubeObject): readonly string[] {
  const hosts = listAt(route.body, 'spec', 'hostnames').flatMap((entry) => (typeof entry === 'string' ? [entry] : []));
  return hosts.length === 0 ? ['*'] : hosts;
}

/** Exact before the longest prefix; undefined where no match of the rule fits (Gateway API HTTPRouteRule, order of precedence). */
function weightOf(rule: unknown, path: string, method: string): number | undefined {
  const matches = listAt(rule, 'matches');
  if (matches.length === 0) return 1;
  const weights = matches.flatMap((match) => {
    const wanted = textAt(match, 'method');
    if (wanted !== undefined && wanted !== method) return [];
    const value = textAt(match, 'path', 'value') ?? '/';
    const type = textAt(match, 'path', 'type') ?? 'PathPrefix';
    const fits =
      type === 'Exact'
        ? value === path
        : type === 'PathPrefix'
          ? prefixMatches(value, path)
          : expressionMatches(value, path) === true;
    // Rules on headers fit only requests that carry them.
    if (!fits || listAt(match, 'headers').length > 0) return [];
    return [type === 'Exact' ? 100_000 : value.length + 1];
  });
  return weights.length === 0 ? undefined : Math.max(...weights);
}

function matchOf(route: KubeObject, rule: unknown, index: number, path: string): RouteMatch {
  const pointer = `/spec/rules/${index}`;
  const refs = listAt(rule, 'backendRefs');
  const sum = refs.reduce<number>((total, ref) => total + (numberAt(ref, 'weight') ?? 1), 0);
  const backends = refs.flatMap((ref): readonly RouteBackend[] => {
    const weight = numberAt(ref, 'weight') ?? 1;
    if (weight === 0) return [];
    const kind = textAt(ref, 'kind') ?? 'Service';
    return [
      {
        service: {
          apiVersion: kind === 'Service' ? 'v1' : versionOf(kind, textAt(ref, 'group') ?? ''),
          kind,
          namespace: textAt(ref, 'namespace') ?? route.ref.namespace ?? 'default',
          name: textAt(ref, 'name') ?? '',
        },
        port: numberAt(ref, 'port') ?? 80,
        percent: Math.round((100 * weight) / Math.max(1, sum)),
      },
    ];
  });
  const filters = listAt(rule, 'filters');
  const rewrite = filters.find((filter) => textAt(filter, 'type') === 'URLRewrite');
  const redirect = filters.find((filter) => textAt(filter, 'type') === 'RequestRedirect');
  const rewriteHost = textAt(rewrite, 'urlRewrite', 'hostname');
  const rewritePath = rewritten(rule, rewrite, path);
  const timeout = textAt(rule, 'timeouts', 'request') ?? textAt(rule, 'timeouts', 'backendRequest');
  const seconds = timeout === undefined ? undefined : secondsOf(timeout);
  const doubt = doubtOf(route) ?? unresolvedOf(route, backends);
  return {
    by: route,
    says: `HTTPRoute ${route.ref.name} has a rule for the host and the path`,
    facts: [
      ...fact('timeout', timeout),
      ...fact(
        'weights',
        backends.length > 1 ? backends.map((to) => `${to.percent} % ${to.service.name}`).join(', ') : undefined,
      ),
      ...fact('host becomes', rewriteHost),
      ...fact('path becomes', rewritePath),
    ],
    citations: [route.cite('the rule for the host and the path', pointer)],
    backends,
    ...(rewriteHost === undefined ? {} : { rewriteHost }),
    ...(rewritePath === undefined ? {} : { rewritePath }),
    ...(seconds === undefined || seconds === 0 ? {} : { timeoutSeconds: seconds }),
    ...(redirect === undefined
      ? backends.length === 0
        ? { answer: { status: 500, flag: '-', words: 'a rule without backends' } }
        : {}
      : {
          answer: { status: numberAt(redirect, 'requestRedirect', 'statusCode') ?? 302, flag: '-', words: 'redirect' },
        }),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** InferencePools have lived in two groups, each with its own version. */
function versionOf(kind: string, group: string): string {
  const info = kindNamed(kind, group);
  return info === undefined ? `${group}/v1` : apiVersionOf(info);
}

/** The path that the backend sees: replaced whole, or its matched prefix (Gateway API HTTPPathModifier). */
function rewritten(rule: unknown, rewrite: unknown, path: string): string | undefined {
  const full = textAt(rewrite, 'urlRewrite', 'path', 'replaceFullPath');
  if (full !== undefined) return full;
  const replacement = textAt(rewrite, 'urlRewrite', 'path', 'replacePrefixMatch');
  if (replacement === undefined) return undefined;
  const prefixes = listAt(rule, 'matches').flatMap((match) => {
    const prefix = textAt(match, 'path', 'value') ?? '/';
    return (textAt(match, 'path', 'type') ?? 'PathPrefix') === 'PathPrefix' && prefixMatches(prefix, path)
      ? [prefix]
      : [];
  });
  const [longest] = prefixes.toSorted((a, b) => b.length - a.length);
  return longest === undefined ? undefined : withPrefix(path, longest, replacement);
}

/** Gateway API Duration: `60s`, `500ms`, `1m30s`; `0s` for none. */
export function secondsOf(duration: string): number | undefined {
  const parts = [...duration.matchAll(/(\d{1,6}(?:\.\d{1,6})?)(h|ms|m|s)/g)];
  if (parts.length === 0) return undefined;
  const unit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? ''] ?? 0), 0);
}

/** No Gateway has accepted the route. */
function doubtOf(route: KubeObject): RouteMatch['doubt'] {
  const parents = listAt(route.body, 'status', 'parents');
  if (parents.length === 0)
    return {
      certain: true,
      says: `No Gateway has taken HTTPRoute ${route.ref.name}: it has no status`,
      gaps: [],
      citations: [route.cite('no parents in its status', '')],
    };
  const accepted = saidOf(route, 'Accepted');
  if (accepted.length === 0 || accepted.some((condition) => condition.status === 'True')) return undefined;
  const [refused] = accepted;
  return {
    certain: true,
    says: `HTTPRoute ${route.ref.name} is not accepted: ${refused?.reason ?? ''}${refused?.message ? `, ${refused.message.slice(0, 160)}` : ''}`,
    gaps: [],
    citations: [route.cite('condition Accepted', refused?.pointer ?? '/status')],
  };
}

function saidOf(route: KubeObject, type: string): readonly Condition[] {
  return listAt(route.body, 'status', 'parents').flatMap((parent, index) =>
    conditionsOf(parent, 'conditions')
      .filter((condition) => condition.type === type)
      .map((condition) => ({ ...condition, pointer: `/status/parents/${index}${condition.pointer}` })),
  );
}

/**
 * A backend that the Gateway may not or cannot use is answered with 500 in its stead (Gateway API HTTPRouteRule.backendRefs). One that does not exist is
 * told where the Service is looked at.
 */
function unresolvedOf(route: KubeObject, backends: readonly RouteBackend[]): RouteMatch['doubt'] {
  const resolved = saidOf(route, 'ResolvedRefs');
  const condition = resolved.find(({ status }) => status === 'False');
  if (condition === undefined || resolved.some(({ status }) => status === 'True')) return undefined;
  const abroad = backends.some((to) => to.service.namespace !== route.ref.namespace);
  const foreign = backends.some((to) => to.service.kind !== 'Service');
  if (!(condition.reason === 'RefNotPermitted' && abroad) && !(condition.reason === 'InvalidKind' && foreign))
    return undefined;
  return {
    certain: true,
    says: `The Gateway does not use the backend of HTTPRoute ${route.ref.name}: ${condition.reason}, ${condition.message.slice(0, 160)}`,
    gaps: [],
    citations: [route.cite('condition ResolvedRefs', condition.pointer)],
    answer: { status: 500, flag: '-', words: 'the backend is not allowed' },
  };
}
