/**
 * The way from a pod of a model to the identity proxy of Azure ML, where the log of the pod says that it is not passable: the Service, the pods
 * behind it, the NetworkPolicies on both ends and the DNS. It names what stands in the way only where objects show it.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { identityProxyFailure, type IdentityProxyFailure } from './identity-proxy-failure.ts';
import { containerRuns } from '../container-runs.ts';
import { dnsDownOf } from '../dependencies.ts';
import { ALL_COMPONENTS, useComponent, type PlatformComponent } from '../platform-component.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { admits, governsIngress, type PolicyPod } from '../parse/network-policy.ts';
import { matchesLabels, matchesSelector } from '../parse/selector.ts';
import { podState } from '../pod-state.ts';
import { serviceEndpoints, type ServiceEndpoints } from '../service-endpoints.ts';

export interface IdentityProxyPath {
  readonly failure: IdentityProxyFailure;
  readonly service: ResourceRef;
  readonly endpoints: Lookup<ServiceEndpoints>;
  readonly component: Lookup<PlatformComponent>;
  /** A policy that keeps the pod out of the proxy, or the pod in: none of those that select it admits the other. */
  readonly blockedBy?: {
    readonly policy: KubeObject;
    readonly direction: 'ingress' | 'egress';
    readonly cite: Citation;
  };
  readonly policiesUnread?: Lookup<true>;
  readonly dnsDown?: Citation;
}

/** What the proxy listens on (azure-ai-docs reference-kubernetes: model pods call it on 9999); its Service may lead there from another port. */
const PORT = 9999;

export const identityProxyPath = defineView<IdentityProxyPath | undefined>({
  id: 'identity-proxy-path',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'NetworkPolicy' },
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [containerRuns, serviceEndpoints, podState, ...ALL_COMPONENTS],
  derive(context, subject) {
    const failure = identityProxyFailure(context.use(containerRuns, subject));
    if (failure === undefined) return undefined;
    const [name = '', namespace = EXTENSION_NAMESPACE] = failure.host.split('.');
    const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace, name };
    const endpoints = context.use(serviceEndpoints, service);
    const component = useComponent(context, 'azureml-identity-proxy');
    const dns = failure.how === 'name' ? dnsDownOf(context) : undefined;
    const cut = failure.how === 'timeout' || failure.how === 'refused';
    const self = context.object(subject);
    const caller = self.state === 'present' && cut ? self.value : undefined;
    const kept = caller === undefined ? {} : keptIn(context, caller, component);
    const blocked =
      caller === undefined || kept.blockedBy !== undefined || component.state !== 'present'
        ? kept
        : { ...kept, ...keptOut(context, caller, component.value, endpoints) };
    return {
      failure,
      service,
      endpoints,
      component,
      ...blocked,
      ...(dns === undefined ? {} : { dnsDown: dns }),
    };
  },
});

type Blocked = Pick<IdentityProxyPath, 'blockedBy' | 'policiesUnread'>;

/** By the policies of the pod's own namespace, which govern what leaves it. */
function keptIn(context: ViewContext, caller: KubeObject, component: Lookup<PlatformComponent>): Blocked {
  const labels = textMapAt(caller.body, 'metadata', 'labels');
  const { items, complete } = context.list('NetworkPolicy', { namespace: caller.ref.namespace ?? 'default' });
  const leaving = items.filter(
    ({ body }) =>
      listAt(body, 'spec', 'policyTypes').includes('Egress') &&
      matchesSelector(objectAt(body, 'spec', 'podSelector') ?? {}, labels),
  );
  const [first] = leaving;
  const proxy = component.state === 'present' ? labelsOfTemplate(component.value) : undefined;
  if (first !== undefined && leaving.every(({ body }) => !letsOut(body, proxy)))
    return {
      blockedBy: {
        policy: first,
        direction: 'egress',
        cite: first.cite(`NetworkPolicy ${first.ref.name}`, '/spec/egress'),
      },
    };
  return complete.state === 'unknown' ? { policiesUnread: complete } : {};
}

/** By the policies of the proxy's namespace, which govern what comes to it. */
function keptOut(
  context: ViewContext,
  caller: KubeObject,
  component: PlatformComponent,
  endpoints: Lookup<ServiceEndpoints>,
): Blocked {
  const proxy: PolicyPod = {
    namespace: component.workload.ref.namespace ?? EXTENSION_NAMESPACE,
    labels: labelsOfTemplate(component),
    ports: {},
  };
  const { namespace = 'default' } = caller.ref;
  const own = context.object({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  const from = {
    namespace,
    labels: textMapAt(caller.body, 'metadata', 'labels'),
    ...(own.state === 'present' ? { namespaceLabels: textMapAt(own.value.body, 'metadata', 'labels') } : {}),
  };
  const target = endpoints.state === 'present' ? endpoints.value.ports[0]?.targetPort : undefined;
  const port = typeof target === 'number' ? target : PORT;
  const { items, complete } = context.list('NetworkPolicy', { namespace: proxy.namespace });
  const governing = items.filter((policy) => governsIngress(policy.body, proxy));
  const [policy] = governing;
  if (policy !== undefined && governing.every((one) => admits(one.body, proxy, from, port) === 'no'))
    return {
      blockedBy: { policy, direction: 'ingress', cite: policy.cite(`NetworkPolicy ${policy.ref.name}`, '/spec') },
    };
  return complete.state === 'unknown' ? { policiesUnread: complete } : {};
}

function labelsOfTemplate({ workload }: PlatformComponent): Readonly<Record<string, string>> {
  return textMapAt(workload.body, 'spec', 'template', 'metadata', 'labels');
}

/** Whether some rule may let a call to the proxy out: address ranges may, and pods whose labels were not read. */
function letsOut(policy: unknown, proxy: Readonly<Record<string, string>> | undefined): boolean {
  return listAt(policy, 'spec', 'egress').some((rule) => {
    const ports = listAt(rule, 'ports');
    const to = listAt(rule, 'to');
    const hasPort =
      ports.length === 0 ||
      ports.some((entry) => {
        const port = numberAt(entry, 'port');
        return port === undefined || (PORT >= port && PORT <= (numberAt(entry, 'endPort') ?? port));
      });
    return hasPort && (to.length === 0 || to.some((peer) => mayBeProxy(peer, policy, proxy)));
  });
}

function mayBeProxy(peer: unknown, policy: unknown, proxy: Readonly<Record<string, string>> | undefined): boolean {
  if (objectAt(peer, 'ipBlock') !== undefined) return true;
  const namespaces = objectAt(peer, 'namespaceSelector');
  if (namespaces === undefined) return textAt(policy, 'metadata', 'namespace') === EXTENSION_NAMESPACE;
  const wanted = textMapAt(namespaces, 'matchLabels');
  const name = { 'kubernetes.io/metadata.name': EXTENSION_NAMESPACE };
  // What other labels the namespace has was not asked.
  const byName =
    Object.keys(wanted).length > 0 &&
    Object.keys(wanted).every((key) => key in name) &&
    listAt(namespaces, 'matchExpressions').length === 0;
  if (byName && !matchesLabels(wanted, name)) return false;
  const pods = objectAt(peer, 'podSelector');
  return pods === undefined || proxy === undefined || matchesSelector(pods, proxy);
}
