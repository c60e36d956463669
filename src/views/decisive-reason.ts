/**
 * Which of several reasons for an unscheduled pod decides: the one on the node that would take the pod with the least change. Written as an
 * order of weights, so that one pod has one cause; the other reasons stay in the trace.
 */
import type { Misfit } from './node-fit.ts';
import type { SchedulingMessage, SchedulingReason, SchedulingReasonKind } from './parse/scheduling-message.ts';
import type { NodeState } from './node-capacity.ts';
import { taintRole } from './node-fit.ts';

interface Fit {
  readonly state: NodeState;
  readonly misfits: readonly Misfit[];
}

export interface Decisive {
  readonly kind: SchedulingReasonKind;
  /** As the scheduler counts and words it. */
  readonly reason: SchedulingReason;
  /** The recomputed side of it on the node that comes nearest; undefined where it cannot be recomputed or nodes were not seen. */
  readonly misfit?: Misfit;
  /** The node that comes nearest to taking the pod. */
  readonly node?: NodeState;
  /** Nodes on which the recomputation finds the same reason. */
  readonly nodes: readonly Fit[];
  /** Whether the recomputation counts as many nodes as the scheduler. */
  readonly agrees: boolean;
}

/**
 * Least change first. A node that is broken or cordoned comes back as it is; a full one needs room; a taint keeps a node for others, so
 * tolerating it is a decision; other hardware or another pool is a purchase; control planes are meant to refuse.
 */
function weightOf(misfit: Misfit): number {
  switch (misfit.kind) {
    case 'taint':
      return { 'not-ready': 1, pressure: 1, reserved: 5, leaving: 6, 'control-plane': 9 }[misfit.role];
    case 'unschedulable':
      return 2;
    case 'insufficient':
      return { withheld: 3, full: 4, never: 6, none: 20 }[misfit.how];
    case 'too-many-pods':
    case 'host-port':
      return 4;
    case 'node-selector':
      return 12;
  }
}

/** For reasons that only the scheduler knows, and for all where the nodes were not seen. */
const WORDED_WEIGHTS: Readonly<Partial<Record<SchedulingReasonKind, number>>> = {
  unschedulable: 2,
  insufficient: 4,
  'too-many-pods': 4,
  'host-port': 4,
  'volume-limit': 4,
  'volume-in-use': 4,
  'no-persistent-volume': 4,
  'storage-capacity': 4,
  'dynamic-resource': 4,
  'pod-affinity': 5,
  'pod-anti-affinity': 5,
  'topology-spread': 5,
  taint: 5,
  'volume-node-affinity': 9,
  'volume-zone': 9,
  'node-name': 9,
  'node-selector': 12,
};

const RECOMPUTED: ReadonlySet<SchedulingReasonKind> = new Set([
  'insufficient',
  'too-many-pods',
  'host-port',
  'unschedulable',
  'taint',
  'node-selector',
]);

export function decisiveReason(
  message: SchedulingMessage,
  nodes: readonly Fit[],
  nodesSeen: boolean,
): Decisive | undefined {
  if (message.reasons.length === 0) return undefined;
  const worded = lightestWorded(message.reasons.filter((reason) => !RECOMPUTED.has(reason.kind)));
  const candidates = nodesSeen
    ? nodes.map((fit) => candidateOf(fit, message, worded)).filter((candidate) => candidate !== undefined)
    : [];
  candidates.sort((one, other) => one.weight - other.weight || compareFit(one, other));
  const best = candidates[0];
  if (best === undefined) {
    const reason = lightestWorded(message.reasons);
    return reason === undefined ? undefined : { kind: reason.kind, reason, nodes: [], agrees: false };
  }
  const same =
    best.misfit === undefined
      ? []
      : nodes.filter((fit) => fit.misfits.some((misfit) => sameReason(misfit, best.reason)));
  return {
    kind: best.reason.kind,
    reason: best.reason,
    ...(best.misfit === undefined ? {} : { misfit: best.misfit, node: best.fit.state }),
    nodes: same,
    agrees: best.misfit !== undefined && same.length === best.reason.count,
  };
}

interface Candidate {
  readonly fit: Fit;
  readonly reason: SchedulingReason;
  readonly misfit?: Misfit;
  readonly weight: number;
}

/** A node weighs as much as all that speaks against it; its decisive reason is the heaviest of those that the scheduler names. */
function candidateOf(
  fit: Fit,
  message: SchedulingMessage,
  worded: SchedulingReason | undefined,
): Candidate | undefined {
  const weight = fit.misfits.reduce((sum, misfit) => sum + weightOf(misfit), 0);
  const named = fit.misfits
    .flatMap((misfit) => {
      const reason = message.reasons.find((candidate) => sameReason(misfit, candidate));
      return reason === undefined ? [] : [{ misfit, reason, weight: weightOf(misfit) }];
    })
    .sort((one, other) => other.weight - one.weight)[0];
  if (named !== undefined) return { fit, reason: named.reason, misfit: named.misfit, weight };
  if (fit.misfits.length > 0 || worded === undefined) return undefined;
  return { fit, reason: worded, weight: WORDED_WEIGHTS[worded.kind] ?? 7 };
}

/** Among equals the node with the most room, so that "the largest free node" is the one spoken of; then by name, to be stable. */
function compareFit(one: Candidate, other: Candidate): number {
  const free = (candidate: Candidate): number =>
    candidate.misfit?.kind === 'insufficient' ? candidate.misfit.free / candidate.misfit.asked : 0;
  return free(other) - free(one) || (one.fit.state.name < other.fit.state.name ? -1 : 1);
}

function sameReason(misfit: Misfit, reason: SchedulingReason): boolean {
  if (misfit.kind !== reason.kind) return false;
  return misfit.kind !== 'insufficient' || reason.resource === undefined || misfit.resource === reason.resource;
}

function lightestWorded(reasons: readonly SchedulingReason[]): SchedulingReason | undefined {
  const weight = (reason: SchedulingReason): number => {
    if (
      reason.kind === 'taint' &&
      reason.taint !== undefined &&
      taintRole(reason.taint.split('=')[0] ?? '') === 'control-plane'
    )
      return 9;
    return WORDED_WEIGHTS[reason.kind] ?? 7;
  };
  return [...reasons].sort((one, other) => weight(one) - weight(other))[0];
}
