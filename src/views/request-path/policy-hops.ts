/**
 * What policies say of a request at the hop where they act: AuthorizationPolicies at the gateway, and at the pod those of its sidecar, its mutual TLS and
 * the NetworkPolicies that select it. Evaluated in Istio's order: CUSTOM, DENY, ALLOW. What depends on who calls stays open.
 */
import type { EvidenceGap } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { nameWithKind } from '../../model/kinds.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { calledPod, type CalledPod, type Caller as Calling } from '../gateway-callers.ts';
import { modeAt, policiesFor, type IstioPolicies, type PolicyPlace } from '../istio-policies.ts';
import {
  issuersOf,
  policyFits,
  type PolicyFit,
  type PolicyRequest,
  type PolicySource,
} from '../parse/authorization-policy.ts';
import { byName } from '../parse/by-name.ts';
import { admits, governsIngress } from '../parse/network-policy.ts';
import { useComponent } from '../platform-component.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import type { Gateway } from './gateway.ts';
import { failing, passing, unknownHop, type Caller, type Hop, type HopAnswer } from './path-types.ts';

const ROOT = 'istio-system';
const PARTS = { id: 'policy', title: 'policy' } as const;
const FORBIDDEN: HopAnswer = { status: 403, flag: '-', words: 'RBAC: access denied' };

/** At the pods of a gateway that is Istio's. */
export function gatewayPolicyHops(
  context: ViewContext,
  gateway: Gateway,
  request: PolicyRequest,
  caller: Caller,
): readonly Hop[] {
  const place = placeOf(context, gateway);
  if (place === undefined) return [];
  const gap = unreadIn(context, ['AuthorizationPolicy'], place.namespace);
  // Nobody outside the mesh has an identity in it.
  const source: PolicySource = { kind: caller === 'external' ? 'plain' : 'unknown' };
  const judged = authorized(policiesFor(context, place), request, source);
  if (judged === undefined && gap !== undefined)
    return [unknownHop({ ...PARTS, says: 'AuthorizationPolicies at the gateway were not read', gaps: [gap] })];
  return judged === undefined ? [] : [judged];
}

/** Where the gateway's pods are, for policies of the mesh; undefined for gateways that are none of its proxies. */
function placeOf(context: ViewContext, gateway: Gateway): PolicyPlace | undefined {
  if (gateway.kind !== 'istio') return undefined;
  const component = gateway.component === undefined ? undefined : useComponent(context, gateway.component);
  const { service } = gateway;
  const found =
    service === undefined
      ? undefined
      : context.use(serviceEndpoints, { apiVersion: 'v1', kind: 'Service', ...service });
  const pod = found?.state === 'present' ? found.value.selected[0]?.pod : undefined;
  const body = pod?.body ?? (component?.state === 'present' ? component.value.workload.body : undefined);
  const labels =
    pod === undefined
      ? textMapAt(body, 'spec', 'template', 'metadata', 'labels')
      : textMapAt(body, 'metadata', 'labels');
  const namespace =
    pod?.ref.namespace ??
    (component?.state === 'present' ? component.value.workload.ref.namespace : undefined) ??
    service?.namespace ??
    ROOT;
  return { namespace, labels: { istio: 'ingressgateway', ...labels } };
}

export interface AtPod {
  readonly pod: KubeObject;
  readonly request: PolicyRequest;
  /** Who calls the pod; undefined where anybody in the cluster may. */
  readonly caller?: Calling;
  /** What a connection that is cut gives. */
  readonly cut: HopAnswer;
}

/** At the pod: nothing where no policy concerns it. */
export function podPolicyHops(context: ViewContext, { pod, request, caller, cut }: AtPod): readonly Hop[] {
  const called = calledPod(pod);
  const network = networkHop(context, called, caller);
  const mesh = called.sidecar ? meshHops(context, called, request, caller, cut) : [];
  return [...(network === undefined ? [] : [network]), ...mesh];
}

function meshHops(
  context: ViewContext,
  called: CalledPod,
  request: PolicyRequest,
  caller: Calling | undefined,
  cut: HopAnswer,
): readonly Hop[] {
  const place = { namespace: called.namespace, labels: called.labels };
  const policies = policiesFor(context, place);
  const source = sourceOf(caller);
  const tls = mutualTlsHop(policies, called, caller, source, cut);
  const judged = authorized(policies, { ...request, port: called.port }, source);
  const gap = unreadIn(context, ['AuthorizationPolicy', 'PeerAuthentication'], called.namespace);
  const told = [tls, judged].flatMap((hop) => hop ?? []);
  if (gap === undefined || told.some((hop) => hop.state === 'fails')) return told;
  return [...told, unknownHop({ ...PARTS, says: 'Policies of the mesh for the pod were not read', gaps: [gap] })];
}

/** Istio's own gateways are proxies of the mesh; Kourier and the activator only with a sidecar. */
function sourceOf(caller: Calling | undefined): PolicySource {
  if (caller === undefined) return { kind: 'unknown' };
  if (!caller.inMesh && !caller.workload.ref.name.includes('ingressgateway')) return { kind: 'plain' };
  const account = textAt(caller.workload.body, 'spec', 'template', 'spec', 'serviceAccountName');
  return {
    kind: 'mesh',
    namespace: caller.namespace,
    ...(account === undefined ? {} : { serviceAccount: account }),
  };
}

function mutualTlsHop(
  { mutualTls }: IstioPolicies,
  called: CalledPod,
  caller: Calling | undefined,
  source: PolicySource,
  cut: HopAnswer,
): Hop | undefined {
  if (mutualTls === undefined || modeAt(mutualTls, called.port) !== 'STRICT' || source.kind === 'mesh')
    return undefined;
  const { by, pointer } = mutualTls;
  const parts = { ...PARTS, object: by.ref, citations: [by.cite('mode STRICT', pointer)] };
  const says = `PeerAuthentication ${by.ref.name} makes the pod take mutual TLS only`;
  if (source.kind === 'unknown' || caller === undefined)
    return unknownHop({ ...parts, says: `${says}: a caller without a sidecar is cut off` });
  return failing({ ...parts, says: `${says}, and ${caller.title} has no sidecar`, answer: cut });
}

/** Undefined where no policy says anything. */
function authorized(
  { authorization, authentication }: IstioPolicies,
  request: PolicyRequest,
  source: PolicySource,
): Hop | undefined {
  const judged = authorization.map(({ policy, action }) => ({
    policy,
    action,
    fit: policyFits(policy.body, request, source),
  }));
  const of = (action: string): typeof judged => judged.filter((one) => one.action === action);
  const told = (
    policy: KubeObject,
  ): Pick<Hop, 'id' | 'title' | 'citations'> & { readonly object: KubeObject['ref'] } => ({
    ...PARTS,
    object: policy.ref,
    citations: [policy.cite(`rules of ${nameWithKind(policy.ref)}`, '/spec')],
  });
  const asking = of('CUSTOM').find(({ fit }) => fit !== 'no');
  if (asking !== undefined)
    return unknownHop({
      ...told(asking.policy),
      says: `AuthorizationPolicy ${asking.policy.ref.name} asks an external authorizer: without a session or token the answer is 302, 401 or 403 (UAEX)`,
    });
  const denying = of('DENY').find(({ fit }) => fit === 'yes');
  if (denying !== undefined)
    return failing({
      ...told(denying.policy),
      says: `AuthorizationPolicy ${denying.policy.ref.name} denies the request`,
      answer: FORBIDDEN,
    });
  const allows = of('ALLOW');
  const open = allows.find(({ fit }) => fit === 'yes');
  const doubtful =
    of('DENY').find(({ fit }) => fit !== 'no') ?? (open ? undefined : allows.find(({ fit }) => fit !== 'no'));
  if (doubtful !== undefined) {
    const verb = doubtful.action === 'DENY' ? 'denies' : 'allows';
    return unknownHop({
      ...told(doubtful.policy),
      says: `Whether AuthorizationPolicy ${doubtful.policy.ref.name} ${verb} it depends on ${reasonOf(doubtful.fit, authentication)}`,
    });
  }
  if (open !== undefined)
    return passing({ ...told(open.policy), says: `AuthorizationPolicy ${open.policy.ref.name} allows it` });
  const [first] = allows;
  if (first === undefined) return undefined;
  return failing({
    ...told(first.policy),
    says: `${allows.length === 1 ? '' : `None of ${allows.length} policies allows it: `}AuthorizationPolicy ${first.policy.ref.name} allows only other requests`,
    answer: FORBIDDEN,
  });
}

function reasonOf(fit: PolicyFit, authentication: readonly KubeObject[]): string {
  if (fit === 'token') {
    const [issuer] = authentication.flatMap((one) => issuersOf(one.body));
    return `a token${issuer === undefined ? '' : ` of ${issuer.slice(0, 120)}`}, which the request does not carry`;
  }
  return fit === 'caller' ? 'who calls' : 'headers or other conditions of the request';
}

/** Whether the network enforces policies nobody knows: what they forbid stays open. */
function networkHop(context: ViewContext, called: CalledPod, caller: Calling | undefined): Hop | undefined {
  const policies = byName(context.list('NetworkPolicy', { namespace: called.namespace }).items).filter((policy) =>
    governsIngress(policy.body, called),
  );
  const [first] = policies;
  if (first === undefined) return undefined;
  const shut =
    caller === undefined
      ? policies.every((policy) => listAt(policy.body, 'spec', 'ingress').length === 0)
      : policies.every((policy) => admits(policy.body, called, caller, called.port) === 'no');
  if (!shut) return undefined;
  const who = caller === undefined ? 'nobody' : `nobody from namespace ${caller.namespace} (${caller.title})`;
  return unknownHop({
    ...PARTS,
    object: first.ref,
    says: `NetworkPolicy ${first.ref.name} lets ${who} in on port ${called.port}: a network that enforces it cuts the request off`,
    citations: [first.cite('its rules', '/spec')],
  });
}

/** What would tell of NetworkPolicies where they were not read: worth a look, and no reason to doubt the path. */
export function networkGaps(context: ViewContext, namespace: string | undefined): readonly EvidenceGap[] {
  const { complete } = context.list('NetworkPolicy', namespace === undefined ? {} : { namespace });
  return complete.state === 'unknown' ? [complete.gap] : [];
}

/** Policies of a namespace and of the mesh's own that were not read. */
function unreadIn(
  context: ViewContext,
  kinds: readonly string[],
  namespace: string | undefined,
): EvidenceGap | undefined {
  for (const kind of kinds)
    for (const place of new Set([namespace ?? ROOT, ROOT])) {
      const { complete } = context.list(kind, { group: 'security.istio.io', namespace: place });
      if (complete.state === 'unknown') return complete.gap;
    }
  return undefined;
}
