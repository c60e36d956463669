/**
 * The error that a controller met while it worked on a custom resource, as the resource shows it: a condition, or an event that is newer than all
 * else it says. Finds the words that still hold; what they mean is for `parse/admission-message.ts` and the rules to say.
 */
import type { Citation, EvidenceGap, Timestamp } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import { defineView, type EventRecord, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { isCurrent } from './condition-words.ts';
import { kubeObject } from './kube-object.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';
import { secondsBetween } from './parse/time.ts';

/** The kinds on which controllers show such errors. */
const RECONCILED: readonly string[] = [
  'InferenceService',
  'InferenceGraph',
  'LLMInferenceService',
  'Service.serving.knative.dev',
  'Configuration',
  'Revision',
  'Route',
];

export interface ReconcileError {
  readonly state: 'met';
  /** The whole text, newest. */
  readonly text: string;
  readonly from: 'condition' | 'event';
  /** What it wants to make and cannot: `the predictor of InferenceService x`. */
  readonly what: string;
  readonly at: Timestamp;
  readonly cite: Citation;
}

export type ReconcileState =
  | ReconcileError
  | { readonly state: 'none' }
  /** It is not Ready, gives no reason, and its events could not be read. */
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };

/**
 * Controllers try again after at most 1000 s (client-go workqueue default_rate_limiters.go): an event that is older, and was not counted up since,
 * is of the past.
 */
const LONGEST_BACKOFF_SECONDS = 1000;
/** Conditions carry whole seconds, and a status is written a moment after the event. */
const SLACK_SECONDS = 3;

/** Two writers met; the controller tries again at once (apiserver registry/generic: OptimisticLockErrorMsg). */
const PASSING =
  /the object has been modified|Operation cannot be fulfilled|context canceled|leader changed|request timed out|etcdserver/;

/** `ReconcileCertsError`, `SchedulerReconcileError`, `HTTPRouteFetchError`, … */
const LLM_ERROR = /^(?:Reconcile\w{1,60}Error|\w{1,60}(?:Reconcile|Fetch)Error|ScalingCRDNotFound)$/;

export const reconcileError = defineView<ReconcileState>({
  id: 'reconcile-error',
  needs: [{ type: 'object', kind: '*' }, { type: 'event' }, { type: 'object', kind: 'Deployment' }],
  uses: [kubeObject],
  derive(context, subject) {
    if (!isReconciled(subject)) return { state: 'none' };
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return { state: 'none' };
    const object = found.value;
    const conditions = conditionsOf(object.body);
    if (conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True' && isCurrent(object)))
      return { state: 'none' };
    return (
      ofConditions(context, object, conditions) ??
      ofEvents(context, object, conditions) ??
      ofNothing(context, object, conditions)
    );
  },
});

function isReconciled(ref: ResourceRef): boolean {
  return RECONCILED.some((kind) => kind === ref.kind || kind === `${ref.kind}.${groupOf(ref.apiVersion)}`)
    ? !(ref.kind === 'Service' && groupOf(ref.apiVersion) === '')
    : false;
}

function ofConditions(
  context: ViewContext,
  object: KubeObject,
  conditions: readonly Condition[],
): ReconcileError | undefined {
  if (!isCurrent(object)) return undefined;
  for (const condition of conditions) {
    const text = errorIn(context, object, condition);
    if (text === undefined || PASSING.test(text)) continue;
    return {
      state: 'met',
      text,
      from: 'condition',
      what: whatOf(object.ref, text, condition.type),
      at: condition.since ?? context.now,
      cite: object.cite(`condition ${condition.type}`, condition.pointer),
    };
  }
  return undefined;
}

function errorIn(context: ViewContext, object: KubeObject, condition: Condition): string | undefined {
  const { type, status, reason, message } = condition;
  if (status !== 'False' || type === 'Ready' || message === '') {
    // A Configuration has no other condition than Ready.
    if (object.ref.kind !== 'Configuration' || status !== 'False') return undefined;
  }
  switch (object.ref.kind) {
    // kserve components/predictor.go: the error as it is. Conditions that are copied from below have other reasons.
    case 'InferenceService':
    case 'InferenceGraph':
      return reason === 'ReconcileFailed' ? message : undefined;
    // kserve llmisvc/{workload,scaling,scheduler,router}.go: each step has a reason of its own; the sums above them repeat it.
    case 'LLMInferenceService':
      return LLM_ERROR.test(reason) && type !== 'WorkloadsReady' && type !== 'RouterReady' ? message : undefined;
    // knative serving configuration_lifecycle.go MarkRevisionCreationFailed.
    case 'Configuration':
      return /^Revision creation failed with message: ([^]{1,8000}?)\.?$/.exec(message)?.[1];
    // The ReplicaSet's refusal, which the ReplicaSet itself tells better for as long as it is there.
    case 'Revision':
      return reason === 'FailedCreate' && !context.ownedBy(object.ref).some(({ ref }) => ref.kind === 'Deployment')
        ? message
        : undefined;
    default:
      return undefined;
  }
}

/** kserve controller.go and knative.dev/pkg write InternalError for any error, knative serving's reconcilers CreationFailed for their children. */
const REASONS = new Set([
  'InternalError',
  'CreationFailed',
  'UpdateFailed',
  'ServerlessModeRejected',
  'ScalingCRDNotFound',
]);
/** Said beside other things, and the reason only where nothing else is. */
const BESIDE = new Set(['VirtualServiceCRDNotFound']);

function ofEvents(
  context: ViewContext,
  object: KubeObject,
  conditions: readonly Condition[],
): ReconcileError | undefined {
  const events = context.events(object.ref);
  const newest = (reasons: ReadonlySet<string>): EventRecord | undefined =>
    events.findLast(({ reason, type, message }) => reasons.has(reason) && type !== 'Normal' && !PASSING.test(message));
  const event = newest(REASONS) ?? newest(BESIDE);
  if (event === undefined || isPast(context, object, event, events, conditions)) return undefined;
  return {
    state: 'met',
    text: event.message,
    from: 'event',
    what: whatOf(object.ref, event.message, ''),
    at: event.last,
    cite: event.cite(`event ${event.reason}`),
  };
}

function isPast(
  context: ViewContext,
  object: KubeObject,
  event: EventRecord,
  events: readonly EventRecord[],
  conditions: readonly Condition[],
): boolean {
  if ((secondsBetween(event.last, context.now) ?? 0) > LONGEST_BACKOFF_SECONDS) return true;
  // What the controller wrote or made since, it could not have after an error.
  const later = [
    ...conditions.map((condition) => condition.since),
    ...events.filter((other) => other.type === 'Normal').map((other) => other.last),
    ...context.ownedBy(object.ref).map((child) => textAt(child.body, 'metadata', 'creationTimestamp')),
  ];
  return later.some((time) => (secondsBetween(event.last, time) ?? 0) > SLACK_SECONDS);
}

function ofNothing(context: ViewContext, object: KubeObject, conditions: readonly Condition[]): ReconcileState {
  const gap = context.eventsGap(object.ref.namespace);
  const silent = conditions.every((condition) => condition.status !== 'False' && condition.reason === '');
  const served = textAt(object.body, 'status', 'modelStatus', 'lastFailureInfo', 'reason') !== undefined;
  const above = object.ref.kind === 'InferenceService' || object.ref.kind === 'InferenceGraph';
  return gap !== undefined && above && silent && !served && context.ownedBy(object.ref).length === 0
    ? { state: 'unknown', gap }
    : { state: 'none' };
}

const CHILDREN: Readonly<Record<string, string>> = {
  InferenceGraph: 'router',
  Configuration: 'next Revision',
  Revision: 'Deployment',
  Route: 'Knative Ingress',
};

/** `the predictor of InferenceService x`. */
function whatOf(ref: ResourceRef, text: string, condition: string): string {
  const name = nameWithKind(ref);
  const component =
    /^fails to (?:reconcile|create|update) (predictor|transformer|explainer)\b/.exec(text)?.[1] ??
    /^(Predictor|Transformer|Explainer)Ready$/.exec(condition)?.[1]?.toLowerCase();
  const created = /^(?:F|f)ailed to create (Configuration|Route|Revision|placeholder service|Ingress)\b/.exec(
    text,
  )?.[1];
  const child = component ?? created ?? CHILDREN[ref.kind];
  return child === undefined ? `the objects of ${name}` : `the ${child} of ${name}`;
}
