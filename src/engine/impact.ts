/**
 * What the trouble means for those who use the model: the header of a report, in the users' terms and not in the condition's.
 */
import { isAzureml } from '../model/azureml-names.ts';
import type { Diagnosis } from '../model/report-schema.ts';
import { listAt, textAt } from '../model/json.ts';
import type { ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { isServing } from '../model/serving-relations.ts';
import { nameWithKind } from '../model/kinds.ts';
import { secondsBetween, spanText } from '../views/parse/time.ts';
import { ownerTree } from '../views/owner-tree.ts';
import { podState } from '../views/pod-state.ts';
import { servingImpact } from './serving-impact.ts';
import { serviceEndpoints } from '../views/service-endpoints.ts';
import { workloadState } from '../views/workload-state.ts';

type Impact = Diagnosis['impact'];

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController']);

export function impactOf(context: ViewContext, ref: ResourceRef): Impact {
  if (WORKLOADS.has(ref.kind)) return workloadImpact(context, ref);
  if (ref.kind === 'Job') return jobImpact(context, ref);
  if (ref.kind === 'Pod') return podImpact(context, ref);
  if (ref.kind === 'Service' && ref.apiVersion === 'v1') return serviceImpact(context, ref);
  return conditionImpact(context, ref);
}

function since(context: ViewContext, at: string | undefined): Pick<Impact, 'since'> & { span: string } {
  const seconds = secondsBetween(at, context.now);
  return at === undefined || seconds === undefined || seconds < 0
    ? { span: '' }
    : { since: at, span: ` for ${spanText(seconds)}` };
}

function notPresent(state: 'absent' | 'unknown', ref: ResourceRef): Impact {
  return state === 'absent'
    ? { state: 'NOT FOUND', text: `${nameWithKind(ref)} does not exist` }
    : { state: 'NOT SEEN', text: `${nameWithKind(ref)} was not seen` };
}

function workloadImpact(context: ViewContext, ref: ResourceRef): Impact {
  const found = context.use(workloadState, ref);
  if (found.state !== 'present') return unseenImpact(context, ref) ?? notPresent(found.state, ref);
  const { desired, serving, conditions, deadlinePassed } = found.value;
  const unavailable = conditions.find((condition) => condition.type === 'Available' && condition.status === 'False');
  const { span, ...time } = since(context, unavailable?.since);
  const replicas = `${serving} of ${desired} ${desired === 1 ? 'replica serves' : 'replicas serve'}`;
  const counts = { desired, serving };
  if (desired === 0) return { state: 'SCALED TO ZERO', text: 'no replica is wanted', ...counts };
  if (serving === 0) return { state: 'NOT READY', text: `NOT READY${span}, ${replicas}`, ...counts, ...time };
  if (serving < desired) return { state: 'DEGRADED', text: `DEGRADED${span}, ${replicas}`, ...counts, ...time };
  if (deadlinePassed)
    return {
      state: 'ROLLOUT FAILED',
      text: `ROLLOUT FAILED, ${replicas} with the old revision`,
      ...counts,
      since: deadlinePassed.since,
    };
  return { state: 'READY', text: `READY, ${replicas}`, ...counts };
}

/** A workload that was not given itself is known by the pods that name it as their owner. */
function unseenImpact(context: ViewContext, ref: ResourceRef): Impact | undefined {
  const states = context.use(ownerTree, ref).pods.flatMap((pod) => {
    const state = context.use(podState, pod.ref);
    return state.state === 'present' ? [state.value] : [];
  });
  if (states.length === 0) return undefined;
  const serving = states.filter((state) => state.ready).length;
  const pods = `${serving} of ${states.length} pods that were seen ${serving === 1 ? 'is' : 'are'} Ready`;
  const word = serving === 0 ? 'NOT READY' : serving < states.length ? 'DEGRADED' : 'READY';
  return { state: word, text: `${word}, ${pods}` };
}

function jobImpact(context: ViewContext, ref: ResourceRef): Impact {
  const found = context.use(workloadState, ref);
  if (found.state !== 'present') return unseenImpact(context, ref) ?? notPresent(found.state, ref);
  const { jobFailed, serving, desired, suspended } = found.value;
  const counts = { desired, serving };
  const { span, ...time } = since(context, jobFailed?.since);
  if (jobFailed)
    return {
      state: 'FAILED',
      text: `FAILED${span === '' ? '' : span.replace(' for ', ', ')}${span === '' ? '' : ' ago'}, ${serving} of ${desired} completions`,
      ...counts,
      ...time,
    };
  if (serving >= desired)
    return { state: 'COMPLETE', text: `COMPLETE, ${serving} of ${desired} completions`, ...counts };
  if (suspended) return { state: 'SUSPENDED', text: `SUSPENDED, ${serving} of ${desired} completions`, ...counts };
  return { state: 'RUNNING', text: `RUNNING, ${serving} of ${desired} completions`, ...counts };
}

function podImpact(context: ViewContext, ref: ResourceRef): Impact {
  const found = context.use(podState, ref);
  if (found.state !== 'present') return notPresent(found.state, ref);
  const { ready, finished, status } = found.value;
  if (finished) return { state: 'COMPLETE', text: 'COMPLETE' };
  return ready ? { state: 'READY', text: 'READY' } : { state: 'NOT READY', text: `NOT READY: ${status}` };
}

function serviceImpact(context: ViewContext, ref: ResourceRef): Impact {
  const found = context.use(serviceEndpoints, ref);
  if (found.state !== 'present') return notPresent(found.state, ref);
  const { selected, readyPods, selector, podsSeen } = found.value;
  if (Object.keys(selector).length === 0)
    return { state: 'READY', text: 'has no selector: its endpoints are written by somebody else' };
  if (readyPods === 0 && podsSeen.state === 'unknown') {
    return {
      state: 'NOT SEEN',
      text:
        selected.length === 0
          ? 'the pods behind it were not seen'
          : `none of the ${selected.length} pods seen behind it is Ready`,
    };
  }
  const counts = { desired: selected.length, serving: readyPods };
  if (selected.length === 0)
    return { state: 'NO ENDPOINTS', text: 'NO ENDPOINTS, no pod matches its selector', ...counts };
  const pods = `${readyPods} of ${selected.length} ${selected.length === 1 ? 'pod is' : 'pods are'} Ready`;
  return readyPods === 0
    ? { state: 'NO ENDPOINTS', text: `NO ENDPOINTS, ${pods}`, ...counts }
    : { state: 'READY', text: `${pods}`, ...counts };
}

/** Anything else: its Ready (or Scaling…) condition, or its phase. */
function conditionImpact(context: ViewContext, ref: ResourceRef): Impact {
  const found = context.object(ref);
  if (found.state !== 'present') return notPresent(found.state, ref);
  if (isServing(ref) || isAzureml(ref)) return servingImpact(context, found.value);
  const conditions = listAt(found.value.body, 'status', 'conditions');
  const condition = ['Ready', 'ScalingActive', 'Available'].flatMap((type) =>
    conditions.filter((candidate) => textAt(candidate, 'type') === type),
  )[0];
  if (condition !== undefined) {
    const ready = textAt(condition, 'status') === 'True';
    const reason = textAt(condition, 'reason');
    const { span, ...time } = since(context, textAt(condition, 'lastTransitionTime'));
    const word =
      textAt(condition, 'type') === 'ScalingActive'
        ? ready
          ? 'SCALING'
          : 'NOT SCALING'
        : ready
          ? 'READY'
          : 'NOT READY';
    return {
      state: word,
      text: `${word}${ready ? '' : span}${ready || reason === undefined ? '' : `: ${reason}`}`,
      ...(ready ? {} : time),
    };
  }
  const phase = textAt(found.value.body, 'status', 'phase');
  return phase === undefined ? { state: 'SEEN', text: 'exists' } : { state: phase.toUpperCase(), text: phase };
}
