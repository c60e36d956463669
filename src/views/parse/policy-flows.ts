/**
 * Whether the NetworkPolicies of one namespace cut a flow off from pods whose labels are not known yet: judged by the policies that select all pods.
 * What a policy for some pods, an address range or an unread label lets through counts as let through. Source: k8s.io/api/networking/v1 types.go. Pure.
 */
import { isObject, listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import type { KubeObject } from '../../model/reader.ts';
import { matchesSelector } from './selector.ts';

export interface Flow {
  readonly direction: 'Ingress' | 'Egress';
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  /** outside: of the cluster. own: pods of the same namespace. elsewhere: pods of others; of which, where `namespace` says so. */
  readonly peer: 'outside' | 'own' | 'elsewhere';
  readonly namespace?: string;
}

/** The policy that cuts the flow; undefined where it is open or cannot be judged. `policies` are all of one namespace. */
export function cutBy(policies: readonly KubeObject[], flow: Flow): KubeObject | undefined {
  const governing = policies.filter(({ body }) => governs(body, flow.direction));
  // The one that denies most is the one to name: the others let something through.
  const [isolating] = governing
    .filter(({ body }) => selectsAll(body))
    .toSorted((one, other) => rulesOf(one.body, flow).length - rulesOf(other.body, flow).length);
  if (isolating === undefined) return undefined;
  return governing.some(({ body }) => lets(body, flow)) ? undefined : isolating;
}

/** Without policyTypes a policy is about what comes in, and about what goes out where it has rules for that. */
function governs(policy: unknown, direction: Flow['direction']): boolean {
  const types = listAt(policy, 'spec', 'policyTypes');
  if (types.length > 0) return types.includes(direction);
  return direction === 'Ingress' || listAt(policy, 'spec', 'egress').length > 0;
}

function selectsAll(policy: unknown): boolean {
  const selector = objectAt(policy, 'spec', 'podSelector') ?? {};
  return (
    Object.keys(textMapAt(selector, 'matchLabels')).length === 0 && listAt(selector, 'matchExpressions').length === 0
  );
}

function rulesOf(policy: unknown, { direction }: Flow): readonly unknown[] {
  return listAt(policy, 'spec', direction === 'Ingress' ? 'ingress' : 'egress');
}

function lets(policy: unknown, flow: Flow): boolean {
  return rulesOf(policy, flow).some((rule) => {
    if (!hasPort(rule, flow)) return false;
    const peers = listAt(rule, flow.direction === 'Ingress' ? 'from' : 'to');
    return peers.length === 0 || peers.some((peer) => isPeer(peer, flow));
  });
}

function hasPort(rule: unknown, flow: Flow): boolean {
  const ports = listAt(rule, 'ports');
  return (
    ports.length === 0 ||
    ports.some((entry) => {
      if ((textAt(entry, 'protocol') ?? 'TCP') !== flow.protocol) return false;
      const first = numberAt(entry, 'port');
      // A named port, or none at all.
      if (first === undefined) return true;
      return flow.port >= first && flow.port <= (numberAt(entry, 'endPort') ?? first);
    })
  );
}

function isPeer(peer: unknown, flow: Flow): boolean {
  if (!isObject(peer)) return false;
  if (objectAt(peer, 'ipBlock') !== undefined) return true;
  const namespaces = objectAt(peer, 'namespaceSelector');
  switch (flow.peer) {
    case 'outside':
      return false;
    case 'own':
      return namespaces === undefined || isNamespace(namespaces, flow.namespace);
    case 'elsewhere':
      return namespaces !== undefined && isNamespace(namespaces, flow.namespace);
  }
}

/** The API server gives every namespace a label with its name; its other labels are not known here. */
function isNamespace(selector: unknown, name: string | undefined): boolean {
  const label = 'kubernetes.io/metadata.name';
  const keys = [
    ...Object.keys(textMapAt(selector, 'matchLabels')),
    ...listAt(selector, 'matchExpressions').map((entry) => textAt(entry, 'key') ?? ''),
  ];
  return name === undefined || keys.some((key) => key !== label) || matchesSelector(selector, { [label]: name });
}
