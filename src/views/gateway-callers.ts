/**
 * Who sends requests to the pods of a model: the gateway and, in Knative mode, the activator; and the pods themselves with the port that is asked.
 * For rules on policies between the two, which matter only where requests were seen to fail.
 */
import type { Lookup } from '../model/evidence.ts';
import { listAt, numberAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { byName } from './parse/by-name.ts';
import { controllerOf, ownerTree } from './owner-tree.ts';
import type { PolicyCaller, PolicyPod } from './parse/network-policy.ts';
import { ALL_COMPONENTS, useComponent } from './platform-component.ts';
import { podState } from './pod-state.ts';
import type { ComponentId } from './parse/platform-components.ts';

export interface Caller extends PolicyCaller {
  /** `the Knative activator`. */
  readonly title: string;
  readonly workload: KubeObject;
  /** Has a sidecar of the mesh, or is a proxy of it: speaks mutual TLS. */
  readonly inMesh: boolean;
  readonly activator: boolean;
}

export interface CalledPod extends PolicyPod {
  readonly pod: KubeObject;
  /** Where callers go: queue-proxy in Knative mode, else the first port of the first container. */
  readonly port: number;
  readonly sidecar: boolean;
}

export interface GatewayCallers {
  readonly pods: readonly CalledPod[];
  readonly callers: readonly Caller[];
}

const GATEWAYS: readonly ComponentId[] = ['kourier-gateway', 'istio-ingressgateway', 'istio-cluster-local-gateway'];
/** Knative serving pkg/networking/constants.go: http1, http2, https. */
const QUEUE_PROXY_PORT = 8012;

export const gatewayCallers = defineView<Lookup<GatewayCallers>>({
  id: 'gateway-callers',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [ownerTree, podState, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const pods = byName(context.use(ownerTree, subject).pods)
      .filter((pod) => {
        const state = context.use(podState, pod.ref);
        return state.state === 'present' && state.value.ready;
      })
      .map((pod) => calledPod(pod));
    const knative = pods.some((pod) => pod.port === QUEUE_PROXY_PORT);
    const ids: readonly ComponentId[] = knative ? ['knative-activator', ...GATEWAYS] : GATEWAYS;
    const callers = ids.flatMap((id) => callerOf(context, id) ?? []);
    return { state: 'present', cite: found.cite, value: { pods, callers } };
  },
});

/** The caller declares no more than the pod itself. */
export function calledPod(pod: KubeObject): CalledPod {
  const containers = listAt(pod.body, 'spec', 'containers');
  const ports: Record<string, number> = Object.create(null);
  for (const port of containers.flatMap((container) => listAt(container, 'ports'))) {
    const name = textAt(port, 'name');
    const number = numberAt(port, 'containerPort');
    if (name !== undefined && number !== undefined) ports[name] = number;
  }
  const queueProxy = containers.some((container) => textAt(container, 'name') === 'queue-proxy');
  const first = numberAt(containers[0], 'ports', 0, 'containerPort') ?? 8080;
  return {
    pod,
    namespace: pod.ref.namespace ?? 'default',
    labels: textMapAt(pod.body, 'metadata', 'labels'),
    ports,
    port: queueProxy ? QUEUE_PROXY_PORT : first,
    sidecar: hasSidecar(pod.body),
  };
}

/** A container, or since Istio 1.27 by default an init container that goes on running. */
function hasSidecar(body: unknown, ...path: readonly string[]): boolean {
  return [...listAt(body, ...path, 'spec', 'containers'), ...listAt(body, ...path, 'spec', 'initContainers')].some(
    (container) => textAt(container, 'name') === 'istio-proxy',
  );
}

/** One component as a caller; undefined where it was not seen. The caller declares the needs of `gatewayCallers`. */
export function callerOf(context: ViewContext, id: ComponentId): Caller | undefined {
  const component = useComponent(context, id);
  if (component.state !== 'present') return undefined;
  const { workload, info } = component.value;
  const namespace = workload.ref.namespace ?? 'default';
  const found = context.object({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  // Injection happens to pods, not to templates: any pod of it tells.
  const injected = context
    .list('Pod', { namespace })
    .items.some((pod) => hasSidecar(pod.body) && controllerOf(pod)?.name.startsWith(`${workload.ref.name}-`) === true);
  return {
    title: info.title,
    workload,
    namespace,
    labels: textMapAt(workload.body, 'spec', 'template', 'metadata', 'labels'),
    ...(found.state === 'present' ? { namespaceLabels: textMapAt(found.value.body, 'metadata', 'labels') } : {}),
    inMesh: injected || hasSidecar(workload.body, 'spec', 'template'),
    activator: id === 'knative-activator',
  };
}
