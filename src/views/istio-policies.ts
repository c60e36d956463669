/**
 * What Istio's security policies say for a pod: which AuthorizationPolicies apply to it, and whether it takes plain connections. Follows Istio's
 * order: the mesh's root namespace, the pod's namespace, the pod's labels. `istioPoliciesOn` is for any view that has a pod, `policiesFor` for one
 * that knows only the labels of the pods of a workload.
 */
import { listAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { Lookup } from '../model/evidence.ts';
import { byName } from './parse/by-name.ts';
import { matchesLabels } from './parse/selector.ts';

/** `rootNamespace` of the mesh; the installations that change it are few. */
const ROOT_NAMESPACE = 'istio-system';

export interface AppliedPolicy {
  readonly policy: KubeObject;
  /** `ALLOW` where nothing is said. */
  readonly action: string;
  /** Without rules it matches no request: an ALLOW like that denies everything. */
  readonly rules: number;
}

export interface MutualTls {
  readonly mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE';
  readonly by: KubeObject;
  readonly pointer: string;
  /** What `portLevelMtls` says of ports, by their number. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface IstioPolicies {
  readonly authorization: readonly AppliedPolicy[];
  /** RequestAuthentications: they refuse tokens that are not valid, and let requests without one pass. */
  readonly authentication: readonly KubeObject[];
  /** Undefined where no PeerAuthentication that was read applies: then the mesh's default holds, which is PERMISSIVE. */
  readonly mutualTls?: MutualTls;
}

export const istioPoliciesOn = defineView<Lookup<IstioPolicies>>({
  id: 'istio-policies',
  needs: [
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'AuthorizationPolicy' },
    { type: 'object', kind: 'PeerAuthentication' },
    { type: 'object', kind: 'RequestAuthentication' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const pod = { namespace: found.value.ref.namespace, labels: textMapAt(found.value.body, 'metadata', 'labels') };
    return { state: 'present', cite: found.cite, value: policiesFor(context, pod) };
  },
});

/** Where pods are and what they carry. */
export interface PolicyPlace {
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** The caller declares the needs of `istioPoliciesOn`. */
export function policiesFor(context: ViewContext, place: PolicyPlace): IstioPolicies {
  const mutualTls = mutualTlsOf(context, place);
  return {
    authorization: byName(context.list('AuthorizationPolicy').items)
      .filter((policy) => appliesTo(policy, place))
      .map((policy) => ({
        policy,
        action: textAt(policy.body, 'spec', 'action') ?? 'ALLOW',
        rules: listAt(policy.body, 'spec', 'rules').length,
      })),
    authentication: byName(context.list('RequestAuthentication').items).filter((policy) => appliesTo(policy, place)),
    ...(mutualTls === undefined ? {} : { mutualTls }),
  };
}

/** What holds for one port: a policy may except ports. */
export function modeAt({ mode, ports }: MutualTls, port: number): string {
  return ports[String(port)] ?? mode;
}

function appliesTo(policy: KubeObject, place: PolicyPlace): boolean {
  if (policy.ref.namespace !== place.namespace && policy.ref.namespace !== ROOT_NAMESPACE) return false;
  // Policies with targetRefs are for waypoints and gateways of the Gateway API.
  if (listAt(policy.body, 'spec', 'targetRefs').length > 0 || objectAt(policy.body, 'spec', 'targetRef') !== undefined)
    return false;
  return matchesLabels(textMapAt(policy.body, 'spec', 'selector', 'matchLabels'), place.labels);
}

/** The most specific policy that says something: labels, then namespace, then mesh (istio security/v1 PeerAuthentication). */
function mutualTlsOf(context: ViewContext, place: PolicyPlace): MutualTls | undefined {
  const applied = byName(context.list('PeerAuthentication').items)
    .filter((policy) => appliesTo(policy, place))
    .toSorted((a, b) => weight(b, place) - weight(a, place));
  const ports = portsOf(applied[0]);
  for (const by of applied) {
    const mode = textAt(by.body, 'spec', 'mtls', 'mode');
    if (mode === 'STRICT' || mode === 'PERMISSIVE' || mode === 'DISABLE')
      return { mode, by, pointer: '/spec/mtls/mode', ports };
  }
  const [first] = applied;
  return first === undefined || Object.keys(ports).length === 0
    ? undefined
    : { mode: 'PERMISSIVE', by: first, pointer: '/spec/portLevelMtls', ports };
}

/** Exceptions for ports count in policies with a selector only. */
function portsOf(policy: KubeObject | undefined): Readonly<Record<string, string>> {
  const ports: Record<string, string> = Object.create(null);
  if (policy === undefined || !selects(policy)) return ports;
  for (const [port, entry] of Object.entries(objectAt(policy.body, 'spec', 'portLevelMtls') ?? {})) {
    const mode = textAt(entry, 'mode');
    if (mode !== undefined && mode !== 'UNSET') ports[port] = mode;
  }
  return ports;
}

function selects(policy: KubeObject): boolean {
  return Object.keys(textMapAt(policy.body, 'spec', 'selector', 'matchLabels')).length > 0;
}

function weight(policy: KubeObject, place: PolicyPlace): number {
  return (policy.ref.namespace === place.namespace ? 1 : 0) + (selects(policy) ? 2 : 0);
}
