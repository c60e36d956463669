/**
 * The Service that pods ask for names, and whether anything answers behind it. Knows the names that distributions give it; where none of them is
 * there it is unknown. Absent where a cloud is known to answer without pods.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt, textMapAt } from '../../model/json.ts';
import { defineView, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { definitionRef } from '../installed-versions.ts';
import { podState } from '../pod-state.ts';
import { readyBackends, type BackendWorkload, type ReadyBackends } from '../ready-backends.ts';

export interface ClusterDns {
  readonly service: ResourceRef;
  readonly backends: ReadyBackends;
  readonly workload?: BackendWorkload;
  /** A pod of it whose container ends again and again. */
  readonly crashing?: { readonly pod: string; readonly container: string; readonly cite: Citation };
}

// kubernetes cluster/addons/dns; rke2-charts rke2-coredns; openshift cluster-dns-operator. A NodeLocal DNS cache asks one of these in turn.
const SERVICES: readonly (readonly [namespace: string, name: string])[] = [
  ['kube-system', 'kube-dns'],
  ['kube-system', 'coredns'],
  ['kube-system', 'rke2-coredns-rke2-coredns'],
  ['openshift-dns', 'dns-default'],
];

/** Derive it on `CLUSTER`. */
export const clusterDns = defineView<Lookup<ClusterDns>>({
  id: 'cluster-dns',
  needs: ['Node', 'CustomResourceDefinition'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [readyBackends, podState],
  derive(context) {
    let unread: Lookup<ClusterDns> | undefined;
    for (const [namespace, name] of SERVICES) {
      const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace, name };
      const found = context.use(readyBackends, service);
      if (found.state === 'present') {
        const value = dnsOf(context, service, found.value);
        const elsewhere = found.value.ready > 0 ? undefined : answeredElsewhere(context, value);
        return elsewhere === undefined ? { ...found, value } : { state: 'absent', cite: elsewhere };
      }
      if (found.state === 'unknown') unread ??= found;
    }
    const elsewhere = answeredElsewhere(context, undefined);
    if (elsewhere !== undefined) return { state: 'absent', cite: elsewhere };
    return (
      unread ?? {
        state: 'unknown',
        gap: context.notRequested('the Service of the cluster DNS', 'none has a name that is known'),
      }
    );
  },
});

function dnsOf(context: ViewContext, service: ResourceRef, backends: ReadyBackends): ClusterDns {
  const [workload] = backends.workloads;
  const crashing = backends.ready > 0 ? undefined : crashingOf(context, backends);
  return {
    service,
    backends,
    ...(workload === undefined ? {} : { workload }),
    ...(crashing === undefined ? {} : { crashing }),
  };
}

/**
 * Clouds that answer without pods: Cloud DNS of GKE, which leaves Service kube-dns where it is and its Deployment at 0 or away, and EKS Auto Mode, whose
 * nodes answer for themselves; other nodes of such a cluster need pods all the same.
 */
function answeredElsewhere(context: ViewContext, dns: ClusterDns | undefined): Citation | undefined {
  if (dns?.workload !== undefined && dns.workload.desired > 0) return undefined;
  const nodes = context.list('Node');
  const [node] = nodes.items;
  if (node === undefined) {
    // Auto Mode without a pod has no node either.
    const auto = context.object(definitionRef('nodeclasses.eks.amazonaws.com'));
    return auto.state === 'present' && nodes.complete.state === 'present' ? auto.cite : undefined;
  }
  if (dns !== undefined && textAt(node.body, 'spec', 'providerID')?.startsWith('gce://') === true)
    return node.cite(`providerID of Node ${node.ref.name}`, '/spec/providerID');
  return nodes.items.every(
    ({ body }) => textMapAt(body, 'metadata', 'labels')['eks.amazonaws.com/compute-type'] === 'auto',
  )
    ? node.cite(`labels of Node ${node.ref.name}`, '/metadata/labels')
    : undefined;
}

function crashingOf(context: ViewContext, backends: ReadyBackends): ClusterDns['crashing'] {
  for (const { pod } of backends.endpoints.selected) {
    const state = context.use(podState, pod.ref);
    const container =
      state.state === 'present' ? state.value.troubled.find(({ trouble }) => trouble === 'exits') : undefined;
    if (container !== undefined) return { pod: pod.ref.name, container: container.name, cite: container.cite };
  }
  return undefined;
}
