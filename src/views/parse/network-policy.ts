/**
 * Whether NetworkPolicies let a caller reach a port of a pod, as the API defines it: a pod that no policy selects takes everything; one that is selected
 * takes what some rule of some of them admits (k8s.io/api/networking/v1 types.go). Pure. Whether the network enforces policies is not its part.
 */
import { isObject, listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { matchesSelector } from './selector.ts';

type Labels = Readonly<Record<string, string>>;

export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Labels;
  /** By name, for policies that name ports. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface PolicyCaller {
  readonly namespace: string;
  readonly labels: Labels;
  /** Undefined where the Namespace was not read: then only its own name is known. */
  readonly namespaceLabels?: Labels;
}

/** Whether a policy governs what comes to the pod. */
export function governsIngress(policy: unknown, pod: PolicyPod): boolean {
  if (textAt(policy, 'metadata', 'namespace') !== pod.namespace) return false;
  const types = listAt(policy, 'spec', 'policyTypes');
  if (types.length > 0 && !types.includes('Ingress')) return false;
  return matchesSelector(objectAt(policy, 'spec', 'podSelector') ?? {}, pod.labels);
}

/** `unknown` where an address range or an unread label of a namespace decides. */
export function admits(policy: unknown, pod: PolicyPod, caller: PolicyCaller, port: number): 'yes' | 'no' | 'unknown' {
  let best: 'yes' | 'no' | 'unknown' = 'no';
  for (const rule of listAt(policy, 'spec', 'ingress')) {
    if (!hasPort(rule, pod, port)) continue;
    const from = listAt(rule, 'from');
    if (from.length === 0) return 'yes';
    for (const peer of from) {
      const answer = isPeer(peer, pod, caller);
      if (answer === 'yes') return 'yes';
      if (answer === 'unknown') best = 'unknown';
    }
  }
  return best;
}

function hasPort(rule: unknown, pod: PolicyPod, port: number): boolean {
  const ports = listAt(rule, 'ports');
  if (ports.length === 0) return true;
  return ports.some((entry) => {
    if ((textAt(entry, 'protocol') ?? 'TCP') !== 'TCP') return false;
    const named = textAt(entry, 'port');
    const first = named === undefined ? numberAt(entry, 'port') : pod.ports[named];
    if (first === undefined) return named === undefined;
    return port >= first && port <= (numberAt(entry, 'endPort') ?? first);
  });
}

function isPeer(peer: unknown, pod: PolicyPod, caller: PolicyCaller): 'yes' | 'no' | 'unknown' {
  if (!isObject(peer)) return 'no';
  if (objectAt(peer, 'ipBlock') !== undefined) return 'unknown';
  const pods = objectAt(peer, 'podSelector');
  const namespaces = objectAt(peer, 'namespaceSelector');
  if (pods !== undefined && !matchesSelector(pods, caller.labels)) return 'no';
  if (namespaces === undefined) return pods !== undefined && caller.namespace === pod.namespace ? 'yes' : 'no';
  // The API server gives every namespace a label with its name.
  const labels = caller.namespaceLabels ?? { 'kubernetes.io/metadata.name': caller.namespace };
  if (matchesSelector(namespaces, labels)) return 'yes';
  return caller.namespaceLabels === undefined && asksForOther(namespaces) ? 'unknown' : 'no';
}

function asksForOther(selector: unknown): boolean {
  const keys = [
    ...Object.keys(textMapAt(selector, 'matchLabels')),
    ...listAt(selector, 'matchExpressions').map((entry) => textAt(entry, 'key') ?? ''),
  ];
  return keys.some((key) => key !== 'kubernetes.io/metadata.name');
}
