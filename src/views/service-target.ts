/**
 * Where the ports of a Service lead on the pods that it selects: to a port that a container declares, probes or names in its log, or to none
 * of those. Knows what was said and what was not; whether requests fail is for the rules.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { listening, type Socket } from './listening.ts';
import { containerPorts, probeSpecs, type ContainerPort } from './probe-specs.ts';
import { podState } from './pod-state.ts';
import { serviceEndpoints, type SelectedPod, type ServiceEndpoints, type ServicePort } from './service-endpoints.ts';

export interface PodPort extends ContainerPort {
  readonly container: string;
  readonly cite: Citation;
}

export interface ProbedPort {
  readonly container: string;
  readonly port: number;
  readonly cite: Citation;
}

/** Everything that is known of the ports of one selected pod. */
export interface PodPorts {
  readonly pod: KubeObject;
  readonly ready: boolean;
  readonly declared: readonly PodPort[];
  /** Ports of readiness probes of Ready containers: the kubelet connects to them with success. */
  readonly answering: readonly ProbedPort[];
  readonly sockets: readonly (Socket & { readonly container: string })[];
  /** Containers besides sidecars that forward (queue-proxy, meshes). */
  readonly servers: readonly string[];
  /** Logs that were not collected. */
  readonly gaps: readonly EvidenceGap[];
}

export interface PortTarget {
  readonly port: ServicePort;
  /** For a named targetPort: pods whose containers declare the name with that protocol. */
  readonly named: readonly { readonly pod: KubeObject; readonly port: PodPort }[];
}

export interface ServiceTarget {
  readonly endpoints: ServiceEndpoints;
  readonly ports: readonly PortTarget[];
  readonly pods: readonly PodPorts[];
}

const FORWARDERS = new Set(['queue-proxy', 'istio-proxy', 'linkerd-proxy']);
/** Pods of one Service are alike; reading the logs of all would cost much and tell nothing new. */
const MOST_PODS = 5;

export const serviceTarget = defineView<Lookup<ServiceTarget>>({
  id: 'service-target',
  needs: [],
  uses: [serviceEndpoints, podState, listening],
  derive(context, subject) {
    const found = context.use(serviceEndpoints, subject);
    if (found.state !== 'present') return found;
    const endpoints = found.value;
    const selected = [...endpoints.selected]
      .sort((one, other) => Number(other.ready) - Number(one.ready))
      .slice(0, MOST_PODS);
    const pods = selected.flatMap((pod) => portsOf(context, pod));
    const ports = endpoints.ports.map((port) => ({ port, named: namedIn(port, pods) }));
    return { state: 'present', cite: found.cite, value: { endpoints, ports, pods } };
  },
});

function portsOf(context: ViewContext, selected: SelectedPod): readonly PodPorts[] {
  const state = context.use(podState, selected.pod.ref);
  if (state.state !== 'present') return [];
  const { pod } = state.value;
  // Named ports of init containers count for sidecars only (endpointslice/util FindPort).
  const containers = state.value.containers.filter((container) => container.role !== 'init');
  const heard = context.use(listening, pod.ref);
  const servers = containers.filter((container) => !FORWARDERS.has(container.name)).map((container) => container.name);
  return [
    {
      pod,
      ready: selected.ready,
      declared: containers.flatMap((container) =>
        containerPorts(container).map((port) => ({
          ...port,
          container: container.name,
          cite: pod.cite(`container ${container.name} declares port ${port.port}`, port.pointer),
        })),
      ),
      answering: containers.flatMap((container) =>
        probeSpecs(container).flatMap((spec) =>
          spec.kind === 'readiness' && container.ready && spec.port !== undefined
            ? [
                {
                  container: container.name,
                  port: spec.port,
                  cite: pod.cite(`the readiness probe asks port ${spec.port} with success`, spec.pointer),
                },
              ]
            : [],
        ),
      ),
      sockets: heard.flatMap((own) => own.sockets.map((socket) => ({ ...socket, container: own.container }))),
      servers,
      gaps: heard.flatMap((own) =>
        own.log.state === 'unknown' && servers.includes(own.container) ? [own.log.gap] : [],
      ),
    },
  ];
}

function namedIn(port: ServicePort, pods: readonly PodPorts[]): PortTarget['named'] {
  if (typeof port.targetPort === 'number') return [];
  return pods.flatMap((pod) => {
    const found = pod.declared.find(
      (declared) => declared.name === port.targetPort && declared.protocol === port.protocol,
    );
    return found === undefined ? [] : [{ pod: pod.pod, port: found }];
  });
}
