/**
 * Why a Pod has no node: the scheduler's own words taken apart, the numbers behind them recomputed from nodes and pods, and the one reason
 * that decides. The words say which reasons there are; the recomputation gives amounts, labels and taints, and never adds a reason.
 */
import type { Citation, Citations, Lookup } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import { textAt } from '../model/json.ts';
import { CLUSTER, defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { decisiveReason, type Decisive } from './decisive-reason.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { nodeCapacity, type NodeCapacity, type NodeState } from './node-capacity.ts';
import { misfitsOf, type Misfit } from './node-fit.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import {
  parseSchedulingMessage,
  type SchedulingMessage,
  type SchedulingReasonKind,
} from './parse/scheduling-message.ts';
import { podRequests, type PodRequests } from './pod-requests.ts';
import { podState } from './pod-state.ts';
import { templateOwnerOf, workloadOf } from './workload-of.ts';

export interface NodeFit {
  readonly state: NodeState;
  /** Empty where nothing that can be recomputed speaks against the node. */
  readonly misfits: readonly Misfit[];
}

export interface Scheduling {
  readonly pod: KubeObject;
  readonly workload: ResourceRef;
  /** The object whose pod template a person wrote; undefined for bare pods and where it was not seen. */
  readonly template?: KubeObject;
  readonly owner?: Lookup<FieldOwner>;
  readonly schedulerName: string;
  readonly ageSeconds: number;
  /** Undefined where no scheduler has spoken, or not in words known here. */
  readonly message?: SchedulingMessage;
  /** Reason of the condition PodScheduled: Unschedulable, SchedulerError, SchedulingGated. */
  readonly conditionReason: string;
  /** Where the scheduler says it: its event first where it is there, then the condition; the pod where neither is. */
  readonly cites: Citations;
  readonly spoken: boolean;
  /** What the scheduler said last, verbatim; empty where it said nothing. */
  readonly said: string;
  readonly since?: string;
  readonly requests: PodRequests;
  readonly capacity: NodeCapacity;
  readonly nodes: readonly NodeFit[];
  readonly decisive?: Decisive;
  /** Why there might be events that were not seen. */
  readonly eventsGap?: ReturnType<ViewContext['eventsGap']>;
  /** One step for the scheduler's answer, with all its reasons. */
  readonly trace: readonly { readonly text: string; readonly cite: readonly Citation[] }[];
}

/** Absent where the pod has its node, is on its way out, or is not there. */
export const scheduling = defineView<Lookup<Scheduling>>({
  id: 'scheduling',
  needs: [{ type: 'event' }],
  uses: [podState, nodeCapacity, ownerTree, fieldOwner, kubeObject],
  derive(context, subject) {
    const found = context.use(podState, subject);
    if (found.state !== 'present') return found;
    const { pod, node, terminating, phase } = found.value;
    if ((node !== undefined && node !== '') || terminating || phase !== 'Pending') {
      return { state: 'absent', cite: pod.cite(`node of Pod ${pod.ref.name}`, '/spec/nodeName') };
    }
    return { state: 'present', cite: found.cite, value: schedulingOf(context, pod, found.value) };
  },
});

function schedulingOf(
  context: ViewContext,
  pod: KubeObject,
  state: {
    readonly unscheduled?: { reason: string; message: string; since: string; cite: Citation } | undefined;
    readonly ageSeconds: number;
  },
): Scheduling {
  const { unscheduled } = state;
  // Karpenter and the autoscaler answer with the same reason in words of their own.
  const events = context
    .events(pod.ref)
    .filter((event) => event.reason === 'FailedScheduling' && !/karpenter|autoscaler/.test(event.source));
  const newest = events.at(-1);
  const text = unscheduled?.message !== undefined && unscheduled.message !== '' ? unscheduled.message : newest?.message;
  const message = text === undefined ? undefined : parseSchedulingMessage(text);
  // An event that says something else is of an earlier attempt.
  const event = events.findLast((candidate) => sameStart(candidate.message, text ?? ''));
  const capacity = context.use(nodeCapacity, CLUSTER);
  const requests = podRequests(pod);
  const nodes = capacity.nodes.map((node) => ({ state: node, misfits: misfitsOf(pod, requests, node) }));
  const template = templateOwnerOf(context, pod.ref);
  const decisive =
    message === undefined ? undefined : decisiveReason(message, nodes, capacity.nodesComplete.state === 'present');
  const cites = firstOf([event?.cite(), unscheduled?.cite], pod.cite(`status of Pod ${pod.ref.name}`, '/status'));
  const eventsGap = context.eventsGap(pod.ref.namespace);
  return {
    pod,
    workload: workloadOf(context, pod.ref),
    ...(template === undefined ? {} : { template, owner: context.use(fieldOwner, template.ref) }),
    schedulerName: textAt(pod.body, 'spec', 'schedulerName') ?? 'default-scheduler',
    ageSeconds: state.ageSeconds,
    ...(message === undefined ? {} : { message }),
    conditionReason: unscheduled?.reason ?? '',
    cites,
    spoken: unscheduled !== undefined || newest !== undefined,
    said: text ?? '',
    ...(unscheduled === undefined || unscheduled.since === '' ? {} : { since: unscheduled.since }),
    requests,
    capacity,
    nodes,
    ...(decisive === undefined ? {} : { decisive }),
    ...(eventsGap === undefined ? {} : { eventsGap }),
    trace:
      message === undefined
        ? []
        : [{ text: `the scheduler finds no node: ${reasonsText(message)}`, cite: cites.slice(0, 1) }],
  };
}

/** Events are cut to 1024 bytes; the preemption part at the end changes from attempt to attempt. */
function sameStart(one: string, other: string): boolean {
  const head = (text: string): string => /^[^.]*\./.exec(text)?.[0].slice(0, 200) ?? text.slice(0, 200);
  return head(one) === head(other);
}

function firstOf(given: readonly (Citation | undefined)[], fallback: Citation): Citations {
  const [first, ...more] = given.filter((citation) => citation !== undefined);
  return first === undefined ? [fallback] : [first, ...more];
}

/** `2 Insufficient cpu, 1 node(s) had untolerated taint(s)`. */
function reasonsText(message: SchedulingMessage): string {
  return message.reasons
    .slice(0, 6)
    .map((reason) => (reason.count > 0 ? `${reason.count} × ${reason.text}` : reason.text))
    .join(', ')
    .slice(0, 400);
}

interface Answers {
  notApplicable(because: string): Verdict;
  ruledOut(because: string, ...cite: [Citation, ...Citation[]]): Verdict;
  unknown(...gaps: [Extract<Lookup<never>, { state: 'unknown' }>['gap']]): Verdict;
}

export type Opened =
  | { readonly verdict: Verdict }
  | { readonly verdict?: undefined; readonly scheduling: Scheduling; readonly decisive: Decisive };

/**
 * The common opening of the rules of this stage: the pod waits for a node, and the reason that decides is one of `kinds` (and `is` holds).
 * Where the scheduler does not name such a reason at all, that rules it out; where it names it beside a lighter one, that is another's finding.
 */
export function whereDecisive(
  found: Lookup<Scheduling>,
  kinds: readonly SchedulingReasonKind[],
  context: Answers,
  is: (decisive: Decisive) => boolean = () => true,
): Opened {
  if (found.state === 'unknown') return { verdict: context.unknown(found.gap) };
  if (found.state === 'absent') return { verdict: context.notApplicable('the pod does not wait for a node') };
  const { message, decisive, cites } = found.value;
  if (message === undefined || decisive === undefined)
    return { verdict: context.notApplicable('the scheduler has given no reason that is known here') };
  if (!message.reasons.some((reason) => kinds.includes(reason.kind))) {
    return { verdict: context.ruledOut('the scheduler names another reason', cites[0]) };
  }
  if (!kinds.includes(decisive.kind)) return { verdict: context.notApplicable('another of the reasons named decides') };
  if (!is(decisive)) return { verdict: context.notApplicable('the reason is of another kind') };
  return { scheduling: found.value, decisive };
}

/** What every finding of this stage shares: the workload at fault, the scheduler's answer as a step, and since when. */
export function commonOf(scheduling: Scheduling): {
  readonly subject: ResourceRef;
  readonly trace: Scheduling['trace'];
  readonly since?: string;
} {
  const { workload, trace, since } = scheduling;
  return { subject: workload, trace, ...(since === undefined ? {} : { since }) };
}
