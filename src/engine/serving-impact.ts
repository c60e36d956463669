/**
 * What the trouble of an object of the serving chain (InferenceService, Knative Service, Route, InferenceGraph …) means for those who use the
 * model. Its Ready copies a reason from below: the chain quotes that, the header does not.
 */
import { isAzureml } from '../model/azureml-names.ts';
import { textAt } from '../model/json.ts';
import type { KubeObject, ViewContext } from '../model/reader.ts';
import type { Diagnosis } from '../model/report-schema.ts';
import type { ResourceRef } from '../model/reference.ts';
import { controllerOf, ownerTree } from '../views/owner-tree.ts';
import { conditionsOf } from '../views/parse/conditions.ts';
import { secondsBetween, spanText } from '../views/parse/time.ts';
import { podState } from '../views/pod-state.ts';
import { amlarcStatus } from '../views/azureml/amlarc-status.ts';
import { chainBelow } from '../views/serving-chain.ts';
import { workloadState } from '../views/workload-state.ts';

type Impact = Diagnosis['impact'];

export function servingImpact(context: ViewContext, object: KubeObject): Impact {
  const { ref, body } = object;
  const conditions = conditionsOf(body);
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const deleted = textAt(body, 'metadata', 'deletionTimestamp');
  if (deleted !== undefined) {
    const span = spanText(secondsBetween(deleted, context.now) ?? 0);
    return { state: 'BEING DELETED', text: `BEING DELETED for ${span}`, since: deleted };
  }
  if (conditions.some((condition) => condition.type === 'Stopped' && condition.status === 'True'))
    return { state: 'STOPPED', text: 'STOPPED by its annotation' };
  if (isAzureml(ref)) return azuremlImpact(context, object);
  if (ready === undefined) return { state: 'NOT READY', text: 'NOT READY, no controller has written its status' };
  if (ready.status === 'True') {
    return isScaledToZero(context, ref)
      ? { state: 'READY', text: 'READY, scaled to zero until a request comes' }
      : { state: 'READY', text: 'READY' };
  }
  if (rests(context, object)) return { state: 'SCALED TO ZERO', text: 'scaled to zero until a request comes' };
  const { since } = ready;
  const seconds = secondsBetween(since, context.now);
  const span = seconds === undefined || seconds < 0 ? '' : ` for ${spanText(seconds)}`;
  return {
    state: 'NOT READY',
    text: `NOT READY${span}${servesOn(context, ref)}`,
    ...(since === undefined ? {} : { since }),
  };
}

/** Its pods tell what its users get; the object's own word comes after them. */
function azuremlImpact(context: ViewContext, { ref, body }: KubeObject): Impact {
  const { state, word } = amlarcStatus(body);
  if (ref.kind === 'AmlJob')
    return state === 'failed'
      ? { state: 'FAILED', text: `FAILED, its status says ${word}` }
      : {
          state: state === 'ok' ? 'COMPLETE' : 'RUNNING',
          text: word === '' ? 'its status says nothing' : `its status says ${word}`,
        };
  const states = context.use(chainBelow, ref).flatMap((below) => {
    const found = below.kind === 'Deployment' ? context.use(workloadState, below) : undefined;
    return found?.state === 'present' ? [found.value] : [];
  });
  const desired = states.reduce((sum, one) => sum + one.desired, 0);
  const serving = states.reduce((sum, one) => sum + one.serving, 0);
  const counts = states.length === 0 ? {} : { desired, serving };
  const replicas =
    states.length === 0 ? '' : `, ${serving} of ${desired} ${desired === 1 ? 'replica serves' : 'replicas serve'}`;
  const said = state === 'failed' || state === 'progress' ? `, its status says ${word}` : '';
  if (states.length === 0 && state === 'unsaid') return { state: 'NOT SEEN', text: 'nothing that serves it was seen' };
  if (
    (states.length > 0 && serving === 0 && desired > 0) ||
    (states.length === 0 && state !== 'ok') ||
    state === 'failed'
  )
    return { state: 'NOT READY', text: `NOT READY${replicas}${said}`, ...counts };
  return serving < desired
    ? { state: 'DEGRADED', text: `DEGRADED${replicas}${said}`, ...counts }
    : { state: 'READY', text: `READY${replicas}${said}`, ...counts };
}

/** knative serving pkg/reconciler/autoscaling/kpa: Active is False, NoTraffic, while Ready stays True. */
function isScaledToZero(context: ViewContext, ref: ResourceRef): boolean {
  const { descendants, pods } = context.use(ownerTree, ref);
  const serving = pods.some((pod) => {
    const state = context.use(podState, pod.ref);
    return state.state === 'present' && !state.value.finished;
  });
  return (
    !serving &&
    descendants.some(
      (object) =>
        object.ref.kind === 'Revision' &&
        conditionsOf(object.body).some((condition) => condition.type === 'Active' && condition.reason === 'NoTraffic'),
    )
  );
}

/**
 * Below a Revision not to be Ready is how scaled to zero looks (knative serving pkg/reconciler/autoscaling/kpa computeActiveCondition; a
 * ServerlessService then has no healthy backends).
 */
function rests(context: ViewContext, object: KubeObject): boolean {
  if (object.ref.kind === 'PodAutoscaler')
    return conditionsOf(object.body).some(
      ({ type, status, reason }) => type === 'Active' && status === 'False' && reason === 'NoTraffic',
    );
  const owner = object.ref.kind === 'ServerlessService' ? controllerOf(object) : undefined;
  const above = owner?.kind === 'PodAutoscaler' ? context.object(owner) : undefined;
  return above?.state === 'present' && rests(context, above.value);
}

/** Who still answers while the newest revision does not become ready (knative serving ConfigurationStatus). */
function servesOn(context: ViewContext, ref: ResourceRef): string {
  const serving = context.use(ownerTree, ref).descendants.flatMap((object) => {
    const created = textAt(object.body, 'status', 'latestCreatedRevisionName');
    const ready = textAt(object.body, 'status', 'latestReadyRevisionName');
    return object.ref.kind === 'Configuration' && ready !== undefined && created !== ready ? [ready] : [];
  });
  return serving.length === 0 ? '' : `, Revision ${serving.join(', ')} serves on`;
}
