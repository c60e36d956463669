/** What Ingresses of Kubernetes make an ingress controller do with a host and a path: exact before the longest prefix (networking.k8s.io/v1). */
import { listAt, numberAt, objectAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { hostMatches, prefixMatches } from './match.ts';
import { fact } from './path-types.ts';
import type { Matched, RouteMatch } from './route-match.ts';

const GROUP = 'networking.k8s.io';

interface Candidate {
  readonly ingress: KubeObject;
  readonly backend: unknown;
  readonly pointer: string;
  readonly weight: number;
}

export function matchIngress(context: ViewContext, host: string, path: string, namespace: string): Matched {
  const all = context.list('Ingress', { group: GROUP }).items;
  const [best] = all
    .flatMap((ingress) => candidates(ingress, host, path, namespace))
    .toSorted((a, b) => b.weight - a.weight);
  if (best !== undefined) return { state: 'match', match: matchOf(best) };
  const { complete } = context.list('Ingress', { group: GROUP, namespace });
  if (complete.state === 'unknown') return { state: 'unknown', gap: complete.gap };
  const own = all.filter((ingress) => ingress.ref.namespace === namespace);
  const hosts = own.flatMap((ingress) =>
    listAt(ingress.body, 'spec', 'rules').map((rule) => textAt(rule, 'host') ?? '*'),
  );
  const onPath = hosts.some((pattern) => pattern !== '*' && hostMatches(pattern, host));
  return {
    state: 'none',
    known: [...new Set(hosts)].slice(0, 6),
    ...(onPath ? { says: `An Ingress has the host, and no path of it fits ${path}` } : {}),
    citations:
      own.length > 0
        ? own.slice(0, 3).map((ingress) => ingress.cite(`rules of Ingress ${ingress.ref.name}`, '/spec/rules'))
        : complete.state === 'present'
          ? [complete.cite]
          : [],
  };
}

function candidates(ingress: KubeObject, host: string, path: string, namespace: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [index, rule] of listAt(ingress.body, 'spec', 'rules').entries()) {
    const pattern = textAt(rule, 'host') ?? '';
    // A rule for every host, in another namespace, is some other application's.
    if (!hostMatches(pattern, host) || (pattern === '' && ingress.ref.namespace !== namespace)) continue;
    for (const [at, entry] of listAt(rule, 'http', 'paths').entries()) {
      const value = textAt(entry, 'path') ?? '/';
      const exact = textAt(entry, 'pathType') === 'Exact';
      if (exact ? value !== path : !prefixMatches(value, path)) continue;
      const weight = (pattern === '' ? 0 : 1_000_000) + (exact ? 100_000 : value.length);
      found.push({
        ingress,
        backend: objectAt(entry, 'backend'),
        pointer: `/spec/rules/${index}/http/paths/${at}`,
        weight,
      });
    }
  }
  const fallback = objectAt(ingress.body, 'spec', 'defaultBackend');
  if (fallback !== undefined && listAt(ingress.body, 'spec', 'rules').length === 0)
    found.push({ ingress, backend: fallback, pointer: '/spec/defaultBackend', weight: -1 });
  return found;
}

// kubernetes/ingress-nginx docs/user-guide/nginx-configuration/annotations.md; seconds without unit.
const READ_TIMEOUT = 'nginx.ingress.kubernetes.io/proxy-read-timeout';

function matchOf({ ingress, backend, pointer }: Candidate): RouteMatch {
  const written = Number(textAt(ingress.body, 'metadata', 'annotations', READ_TIMEOUT) ?? '');
  const seconds = written > 0 ? written : undefined;
  return {
    by: ingress,
    says: `Ingress ${ingress.ref.name} has a rule for the host and the path`,
    facts: fact('timeout', seconds === undefined ? undefined : `${seconds} s`),
    citations: [ingress.cite('the rule for the host and the path', pointer)],
    backends: [
      {
        service: {
          apiVersion: 'v1',
          kind: 'Service',
          namespace: ingress.ref.namespace ?? 'default',
          name: textAt(backend, 'service', 'name') ?? '',
        },
        port: numberAt(backend, 'service', 'port', 'number') ?? textAt(backend, 'service', 'port', 'name') ?? 80,
        percent: 100,
      },
    ],
    ...(seconds === undefined ? {} : { timeoutSeconds: seconds }),
  };
}
