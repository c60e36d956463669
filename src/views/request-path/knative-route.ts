/**
 * What Knative's own Ingress makes the gateways do with a host: the rule, its visibility, and the revisions that it splits requests over. All
 * networking layers (Kourier, Istio, Contour, Gateway API) are made from this object.
 */
import type { Citation } from '../../model/evidence.ts';
import { at, listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { conditionsOf } from '../parse/conditions.ts';
import { secondsBetween } from '../parse/time.ts';
import { LONG_SECONDS } from '../serving-attention.ts';
import { hostMatches } from './match.ts';
import { fact, type Caller } from './path-types.ts';
import type { Matched, RouteBackend, RouteMatch } from './route-match.ts';

export const KINGRESS_GROUP = 'networking.internal.knative.dev';

interface Rule {
  readonly ingress: KubeObject;
  readonly pointer: string;
  readonly local: boolean;
  readonly hosts: readonly string[];
  readonly body: unknown;
}

export function knativeRules(context: ViewContext, namespace?: string): readonly Rule[] {
  const scope = namespace === undefined ? {} : { namespace };
  return context.list('Ingress', { group: KINGRESS_GROUP, ...scope }).items.flatMap((ingress) =>
    listAt(ingress.body, 'spec', 'rules').map((body, index) => ({
      ingress,
      pointer: `/spec/rules/${index}`,
      local: textAt(body, 'visibility') === 'ClusterLocal',
      hosts: listAt(body, 'hosts').flatMap((host) => (typeof host === 'string' ? [host] : [])),
      body,
    })),
  );
}

/** The gateway for the inside also knows the hosts of the outside; the reverse is what visibility prevents. */
export function matchKnative(
  context: ViewContext,
  host: string,
  path: string,
  caller: Caller,
  namespace: string,
): Matched {
  const rules = knativeRules(context);
  const ofHost = rules.filter((rule) => rule.hosts.some((pattern) => hostMatches(pattern, host)));
  const open = ofHost.filter((rule) => caller === 'cluster-local' || !rule.local);
  for (const rule of open) {
    const found = listAt(rule.body, 'http', 'paths').findIndex((entry) =>
      path.startsWith(textAt(entry, 'path') ?? '/'),
    );
    if (found >= 0) return { state: 'match', match: matchOf(context, rule, found) };
  }
  const own = rules.filter((rule) => rule.ingress.ref.namespace === namespace);
  const { complete } = context.list('Ingress', { group: KINGRESS_GROUP, namespace });
  if (complete.state === 'unknown') return { state: 'unknown', gap: complete.gap };
  const known = own.filter((rule) => caller === 'cluster-local' || !rule.local).flatMap((rule) => rule.hosts);
  const onlyLocal = own.filter((rule) => rule.local);
  const citations: Citation[] =
    known.length > 0 || onlyLocal.length === 0
      ? own.map((rule) =>
          rule.ingress.cite(`hosts of Knative Ingress ${rule.ingress.ref.name}`, `${rule.pointer}/hosts`),
        )
      : onlyLocal.map((rule) => rule.ingress.cite('visibility ClusterLocal', `${rule.pointer}/visibility`));
  if (complete.state === 'present' && citations.length === 0) citations.push(complete.cite);
  const hidden = caller === 'external' && (ofHost.length > 0 || (known.length === 0 && onlyLocal.length > 0));
  return {
    state: 'none',
    known: known.slice(0, 6),
    ...(hidden
      ? {
          says: 'Its rules are for callers inside the cluster only (visibility ClusterLocal); the gateway for the outside does not know the host',
          todo: 'Remove the label networking.knative.dev/visibility=cluster-local to publish it, or call it from inside the cluster',
        }
      : {}),
    citations: citations.slice(0, 4),
  };
}

function matchOf(context: ViewContext, rule: Rule, index: number): RouteMatch {
  const entry = listAt(rule.body, 'http', 'paths')[index];
  const { ingress } = rule;
  const pointer = `${rule.pointer}/http/paths/${index}`;
  const backends = listAt(entry, 'splits').map((split): RouteBackend => {
    const revision = textMapAt(split, 'appendHeaders')['Knative-Serving-Revision'];
    return {
      service: {
        apiVersion: 'v1',
        kind: 'Service',
        namespace: textAt(split, 'serviceNamespace') ?? ingress.ref.namespace ?? 'default',
        name: textAt(split, 'serviceName') ?? '',
      },
      port: numberAt(split, 'servicePort') ?? textAt(split, 'servicePort') ?? 80,
      percent: numberAt(split, 'percent') ?? 100,
      ...(revision === undefined ? {} : { revision }),
    };
  });
  const redirected = textAt(ingress.body, 'spec', 'httpOption') === 'Redirected' && !rule.local;
  const rewriteHost = textAt(entry, 'rewriteHost');
  const doubt = doubtOf(context, ingress);
  return {
    by: ingress,
    says: `Knative Ingress ${ingress.ref.name} has a rule for the host${rule.local ? ' (inside the cluster)' : ''}`,
    facts: [
      ...fact('class', textMapAt(ingress.body, 'metadata', 'annotations')['networking.knative.dev/ingress.class']),
      ...fact(
        'splits',
        backends.length > 1 ? backends.map((to) => `${to.percent} % ${to.service.name}`).join(', ') : undefined,
      ),
      ...fact('host becomes', rewriteHost),
    ],
    citations: [ingress.cite('the rule for the host', rule.pointer)],
    backends,
    ...(rewriteHost === undefined ? {} : { rewriteHost }),
    ...(redirected && objectAt(ingress.body, 'spec') !== undefined
      ? { answer: { status: 301, flag: '-', words: `redirect to https (httpOption Redirected, ${pointer})` } }
      : {}),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/**
 * A rule of an Ingress that is not Ready may not have reached the gateway: no status at all says that no controller took it, LoadBalancerReady
 * other than True that the gateway's answers to probes were not those expected (knative networking pkg/status).
 */
function doubtOf(context: ViewContext, ingress: KubeObject): RouteMatch['doubt'] {
  const conditions = conditionsOf(ingress.body);
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const stale =
    numberAt(ingress.body, 'status', 'observedGeneration') !== numberAt(ingress.body, 'metadata', 'generation');
  if (ready?.status === 'True' && !(stale && at(ingress.body, 'metadata', 'generation') !== undefined))
    return undefined;
  const unhappy = conditions.find((condition) => condition.type !== 'Ready' && condition.status !== 'True') ?? ready;
  return {
    certain: conditions.length === 0,
    says:
      ready === undefined
        ? `Knative Ingress ${ingress.ref.name} has no status${young(context, ingress)}: no networking controller has taken it, so the gateway does not know the host`
        : ready.status === 'True'
          ? `Knative Ingress ${ingress.ref.name} was changed after the gateway was last set up`
          : `Knative Ingress ${ingress.ref.name} is not Ready: ${unhappy?.type ?? 'Ready'} is ${unhappy?.status ?? 'Unknown'}${unhappy?.reason ? `, ${unhappy.reason}` : ''}`,
    gaps: [],
    citations: [ingress.cite('its conditions', unhappy === undefined ? '/status' : unhappy.pointer)],
  };
}

/** A controller that runs writes a status within seconds. */
function young(context: ViewContext, ingress: KubeObject): string {
  const seconds = secondsBetween(textAt(ingress.body, 'metadata', 'creationTimestamp'), context.now);
  return seconds === undefined || seconds >= LONG_SECONDS ? '' : ` yet, ${Math.round(seconds)} s after it was made`;
}
