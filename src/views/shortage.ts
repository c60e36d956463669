/**
 * The numbers behind "Insufficient …": what a pod asks for, and the most that a node it may use has free or has at all. Where not all pods
 * were seen, what is free is an upper bound and is worded as one.
 */
import type { Citation } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { formatQuantity } from './parse/quantity.ts';
import { podRequests, requestText, type ResourceRequest } from './pod-requests.ts';
import type { Decisive } from './decisive-reason.ts';
import type { NodeState } from './node-capacity.ts';
import type { NodeFit, Scheduling } from './scheduling.ts';
import { controllerOf } from './owner-tree.ts';

export interface Shortage {
  /** never: no node has that much in all. full: the room is taken. fullAtMost: the same, and not all pods were seen. unseen: no nodes were seen. */
  readonly message: 'full' | 'fullAtMost' | 'never' | 'unseen';
  readonly args: {
    readonly workload: string;
    readonly asked: string;
    readonly free: string;
    readonly most: string;
    readonly which: string;
  };
  readonly request?: ResourceRequest;
  readonly resource: string;
  /** Base units; undefined where no node was seen. */
  readonly free?: number;
  readonly node?: NodeState;
  /** Whether a further node of the same size would take the pod, its DaemonSets and static pods counted; undefined where no node was seen. */
  readonly anotherNodeHelps?: boolean;
  readonly cite: readonly Citation[];
}

export function shortageOf(scheduling: Scheduling, decisive: Decisive): Shortage {
  const resource =
    decisive.reason.resource ?? (decisive.misfit?.kind === 'insufficient' ? decisive.misfit.resource : '');
  const request = scheduling.requests.get(resource);
  const workload = askerOf(scheduling.workload);
  const part = request?.parts.toSorted((one, other) => other.amount - one.amount)[0];
  const requestCite =
    part === undefined ? [] : [scheduling.pod.cite(`requests of container ${part.container}`, part.pointer)];
  const asked = request === undefined ? 'some' : requestText(request);
  const common = { resource, ...(request === undefined ? {} : { request }) };
  if (decisive.misfit?.kind !== 'insufficient' || decisive.node === undefined) {
    return {
      ...common,
      message: 'unseen',
      args: { workload, asked, free: 'unknown', most: 'unknown', which: '' },
      cite: requestCite,
    };
  }
  const usable = decisive.nodes.filter((fit) => fit.misfits.every((misfit) => misfit.kind === 'insufficient'));
  const among = usable.length > 0 ? usable : decisive.nodes.filter((fit) => fit.state.name === decisive.node?.name);
  const nearest = most(among, resource, 'free') ?? decisive.misfit;
  const largest = most(among, resource, 'allocatable') ?? decisive.misfit;
  const node = among.find((fit) => amountOf(fit, resource)?.free === nearest.free)?.state ?? decisive.node;
  const never = largest.how === 'never';
  const some = usable.length < decisive.reason.count || usable.length < scheduling.nodes.length;
  const exact = scheduling.capacity.complete.state === 'present';
  return {
    ...common,
    message: never ? 'never' : exact ? 'full' : 'fullAtMost',
    args: {
      workload,
      asked,
      free: formatQuantity(resource, Math.max(0, nearest.free)),
      most: formatQuantity(resource, largest.allocatable),
      which: some ? ' that it may use' : '',
    },
    free: nearest.free,
    node,
    anotherNodeHelps: among.some(
      (fit) => (fit.state.allocatable.get(resource) ?? 0) - ownLoad(fit.state, resource) >= decisiveAsked(decisive),
    ),
    cite: [...requestCite, node.node.cite(`allocatable of Node ${node.name}`, '/status/allocatable')],
  };
}

/** Every pod asks for it, not all of them together. */
function askerOf(workload: ResourceRef): string {
  return workload.kind === 'Pod' ? `Pod ${workload.name}` : `Each pod of ${nameWithKind(workload)}`;
}

function decisiveAsked(decisive: Decisive): number {
  return decisive.misfit?.kind === 'insufficient' ? decisive.misfit.asked : Number.POSITIVE_INFINITY;
}

/** What DaemonSets, static pods and the cluster's own bare pods take of a node, and would take of a new one. */
function ownLoad(node: NodeState, resource: string): number {
  return node.pods
    .filter((pod) => {
      const kind = controllerOf(pod)?.kind;
      return kind === 'DaemonSet' || kind === 'Node' || (kind === undefined && pod.ref.namespace === 'kube-system');
    })
    .reduce((sum, pod) => sum + (podRequests(pod).get(resource)?.total ?? 0), 0);
}

type Amount = { readonly free: number; readonly allocatable: number; readonly how: string };

function amountOf(fit: NodeFit, resource: string): Amount | undefined {
  for (const misfit of fit.misfits) if (misfit.kind === 'insufficient' && misfit.resource === resource) return misfit;
  return undefined;
}

function most(fits: readonly NodeFit[], resource: string, what: 'free' | 'allocatable'): Amount | undefined {
  return fits
    .map((fit) => amountOf(fit, resource))
    .filter((amount) => amount !== undefined)
    .sort((one, other) => other[what] - one[what])[0];
}
