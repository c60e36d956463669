/**
 * Why one node cannot take one pod, recomputed from both objects as the scheduler's filters do it (kubernetes `pkg/scheduler/framework/plugins`).
 * Pure arithmetic and matching: filters that need the rest of the cluster (affinity to pods, spread, volumes) are not among them.
 */
import { booleanAt, listAt, numberAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import type { KubeObject } from '../model/reader.ts';
import { freeOf, type NodeState, type NodeTaint } from './node-capacity.ts';
import { matchesNodeSelectorTerm, toleratesTaint } from './parse/selector.ts';
import type { PodRequests } from './pod-requests.ts';

export type Misfit =
  | { readonly kind: 'unschedulable' }
  | { readonly kind: 'taint'; readonly taint: NodeTaint; readonly role: TaintRole }
  | { readonly kind: 'node-selector'; readonly unmet: readonly string[] }
  | { readonly kind: 'host-port'; readonly port: string; readonly holder: KubeObject }
  | { readonly kind: 'too-many-pods'; readonly allocatable: number }
  | {
      readonly kind: 'insufficient';
      readonly resource: string;
      readonly asked: number;
      readonly allocatable: number;
      readonly free: number;
      /** never: more than the node has at all. none: the node does not offer it. withheld: the hardware is there, nothing is offered. full: taken. */
      readonly how: 'never' | 'none' | 'withheld' | 'full';
    };

/** not-ready and pressure taints are the node controller's words for a node's own trouble; control-plane and leaving ones are meant to stay. */
export type TaintRole = 'not-ready' | 'pressure' | 'control-plane' | 'leaving' | 'reserved';

// kubernetes staging/src/k8s.io/api/core/v1/well_known_taints.go, cloud-provider/api/well_known_taints.go
const NOT_READY_TAINTS =
  /^node\.kubernetes\.io\/(?:not-ready|unreachable|out-of-service)$|^node\.cloudprovider\.kubernetes\.io\/(?:uninitialized|shutdown)$/;
const PRESSURE_TAINTS = /^node\.kubernetes\.io\/(?:memory-pressure|disk-pressure|pid-pressure|network-unavailable)$/;
const LEAVING_TAINTS =
  /^(?:ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler|karpenter\.sh\/(?:disrupted|disruption|unregistered))$/;

export function taintRole(key: string): TaintRole {
  if (NOT_READY_TAINTS.test(key)) return 'not-ready';
  if (PRESSURE_TAINTS.test(key)) return 'pressure';
  if (/^node-role\.kubernetes\.io\/(?:control-plane|master|etcd)$/.test(key)) return 'control-plane';
  return LEAVING_TAINTS.test(key) ? 'leaving' : 'reserved';
}

export function taintText(taint: Pick<NodeTaint, 'key' | 'value' | 'effect'>): string {
  return `${taint.key}${taint.value === '' ? '' : `=${taint.value}`}${taint.effect === '' ? '' : `:${taint.effect}`}`;
}

export function misfitsOf(pod: KubeObject, requests: PodRequests, node: NodeState): readonly Misfit[] {
  const tolerations = listAt(pod.body, 'spec', 'tolerations');
  const misfits: Misfit[] = [];
  const cordonTolerated = toleratesTaint(tolerations, {
    key: 'node.kubernetes.io/unschedulable',
    effect: 'NoSchedule',
  });
  if (node.cordoned && !cordonTolerated) misfits.push({ kind: 'unschedulable' });
  for (const taint of node.taints) {
    // The cordon's own taint is what `unschedulable` says already.
    if (taint.key === 'node.kubernetes.io/unschedulable' && node.cordoned) continue;
    if (!toleratesTaint(tolerations, taint)) misfits.push({ kind: 'taint', taint, role: taintRole(taint.key) });
  }
  const unmet = unmetNodeRequirements(pod, node);
  if (unmet.length > 0) misfits.push({ kind: 'node-selector', unmet });
  const port = takenPort(pod, node);
  if (port !== undefined) misfits.push(port);
  const mostPods = node.allocatable.get('pods');
  if (mostPods !== undefined && node.pods.length + 1 > mostPods)
    misfits.push({ kind: 'too-many-pods', allocatable: mostPods });
  for (const request of requests.values()) {
    if (request.total <= 0) continue;
    const free = freeOf(node, request.resource);
    if (request.total <= free) continue;
    const allocatable = node.allocatable.get(request.resource) ?? 0;
    misfits.push({
      kind: 'insufficient',
      resource: request.resource,
      asked: request.total,
      allocatable,
      free,
      how: howShort(node, request.resource, request.total, allocatable),
    });
  }
  return misfits;
}

function howShort(
  node: NodeState,
  resource: string,
  asked: number,
  allocatable: number,
): 'never' | 'none' | 'withheld' | 'full' {
  if (isExtended(resource) && allocatable === 0) return hasHardwareFor(node, resource) ? 'withheld' : 'none';
  return asked > allocatable ? 'never' : 'full';
}

/** Everything that device plugins (or administrators) add; `hugepages-` and the built-in ones are the kubelet's own. */
export function isExtended(resource: string): boolean {
  return resource.includes('/') && !resource.startsWith('kubernetes.io/');
}

/**
 * Signs that a node has the device although it offers none: the resource is still listed (a plugin registered it once), or labels of the
 * node's pool, of NFD or of GPU feature discovery say so.
 */
export function hasHardwareFor(node: NodeState, resource: string): boolean {
  if ((node.capacity.get(resource) ?? 0) > 0 || node.allocatable.has(resource) || node.capacity.has(resource))
    return true;
  const { labels } = node;
  if (resource.startsWith('nvidia.com/')) {
    return (
      labels['nvidia.com/gpu.present'] === 'true' ||
      labels['feature.node.kubernetes.io/pci-10de.present'] === 'true' ||
      labels['kubernetes.azure.com/accelerator'] === 'nvidia' ||
      labels['cloud.google.com/gke-accelerator'] !== undefined ||
      labels['k8s.amazonaws.com/accelerator'] !== undefined ||
      labels['karpenter.k8s.aws/instance-gpu-manufacturer'] === 'nvidia' ||
      labels['accelerator'] === 'nvidia'
    );
  }
  if (resource.startsWith('amd.com/gpu')) return labels['feature.node.kubernetes.io/pci-1002.present'] === 'true';
  return false;
}

/** Requirements of nodeSelector and of required node affinity that a node does not meet, as `key=value` or `key in (a, b)`. */
function unmetNodeRequirements(pod: KubeObject, node: NodeState): readonly string[] {
  const unmet = Object.entries(textMapAt(pod.body, 'spec', 'nodeSelector'))
    .filter(([key, value]) => node.labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
  const terms = requiredTerms(pod);
  if (terms === undefined) return unmet;
  const fields = { 'metadata.name': node.name };
  if (terms.some((term) => matchesNodeSelectorTerm(term, node.labels, fields))) return unmet;
  const first = terms.flatMap((term) => [
    ...listAt(term, 'matchExpressions').filter(
      (entry) => !matchesNodeSelectorTerm({ matchExpressions: [entry] }, node.labels, fields),
    ),
    ...listAt(term, 'matchFields').filter(
      (entry) => !matchesNodeSelectorTerm({ matchFields: [entry] }, node.labels, fields),
    ),
  ]);
  return [...unmet, ...(first.length === 0 ? ['a node affinity without any requirement'] : first.map(requirementText))];
}

export function requiredTerms(pod: KubeObject): readonly unknown[] | undefined {
  const required = objectAt(
    pod.body,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
  );
  return required === undefined ? undefined : listAt(required, 'nodeSelectorTerms');
}

function requirementText(entry: unknown): string {
  const key = textAt(entry, 'key') ?? '';
  const values = listAt(entry, 'values').filter((value) => typeof value === 'string');
  switch (textAt(entry, 'operator')) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.slice(0, 6).join(', ')})`;
    case 'NotIn':
      return `${key} not in (${values.slice(0, 6).join(', ')})`;
    case 'DoesNotExist':
      return `no label ${key}`;
    case 'Gt':
      return `${key} > ${values[0] ?? ''}`;
    case 'Lt':
      return `${key} < ${values[0] ?? ''}`;
    default:
      return `a label ${key}`;
  }
}

function takenPort(pod: KubeObject, node: NodeState): Misfit | undefined {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  for (const other of node.pods) {
    const port = hostPortsOf(other).find((candidate) => wanted.some((entry) => clash(entry, candidate)));
    if (port !== undefined) return { kind: 'host-port', port: `${port.port}/${port.protocol}`, holder: other };
  }
  return undefined;
}

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly address: string;
}

function hostPortsOf(pod: KubeObject): readonly HostPort[] {
  const onHost = booleanAt(pod.body, 'spec', 'hostNetwork') === true;
  return [
    ...listAt(pod.body, 'spec', 'containers'),
    ...listAt(pod.body, 'spec', 'initContainers').filter((entry) => textAt(entry, 'restartPolicy') === 'Always'),
  ].flatMap((container) =>
    listAt(container, 'ports').flatMap((entry) => {
      const port = numberAt(entry, 'hostPort') ?? (onHost ? numberAt(entry, 'containerPort') : undefined);
      return port === undefined || port === 0
        ? []
        : [{ port, protocol: textAt(entry, 'protocol') ?? 'TCP', address: textAt(entry, 'hostIP') ?? '' }];
    }),
  );
}

/** Two ports clash on the same address, or where one of them takes all addresses (scheduler `framework/types.go` HostPortInfo). */
function clash(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  const everywhere = (address: string): boolean => address === '' || address === '0.0.0.0';
  return everywhere(one.address) || everywhere(other.address) || one.address === other.address;
}
