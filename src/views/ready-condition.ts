/**
 * The condition Ready of an object, as Knative, KServe and most controllers write it. Says whether it has settled; it looks for no cause.
 */
import { isAzureml, standsOnByName } from '../model/azureml-names.ts';
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { amlarcStatus } from './azureml/amlarc-status.ts';
import { madeNothing } from './made-nothing.ts';
import { ownerTree } from './owner-tree.ts';
import { conditionsOf } from './parse/conditions.ts';
import { secondsBetween } from './parse/time.ts';
import { workloadHealth } from './workload-health.ts';

export interface ReadyCondition {
  /** `True`, `False`, `Unknown`; undefined where the controller wrote none. */
  readonly status?: string;
  readonly reason: string;
  readonly message: string;
  readonly since?: Timestamp;
  /**
   * False for other reasons than that its pods start, Unknown for longer than a start takes, or not said at all by a controller that had time to;
   * of the newest generation.
   */
  readonly settled: boolean;
  /** Somebody stopped it on purpose (KServe condition Stopped). */
  readonly stopped: boolean;
  readonly cite: Citation;
}

/** Knative's default progress deadline (knative.dev/serving pkg/deployment/config.go): until then Unknown means "on its way". */
const PROGRESS_SECONDS = 600;

/** A controller that takes an object in hand writes a first Ready within seconds. */
const SILENT_SECONDS = 60;

/** Routes, Gateways and pools follow each other within seconds; each controller says False until the one before it is done. */
const MOMENT_SECONDS = 30;

/**
 * A rollout in steps lasts as long as its annotation says (knative serving pkg/apis/serving RolloutDurationKey); requests are answered all the
 * while.
 */
const STEPWISE = 'RolloutInProgress';

export const readyCondition = defineView<Lookup<ReadyCondition>>({
  id: 'ready-condition',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Deployment' },
  ],
  uses: [ownerTree, workloadHealth, madeNothing],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    if (isAzureml(subject)) return { state: 'present', cite: found.cite, value: ofAzureml(context, object) };
    const conditions = listAt(object.body, 'status', 'conditions');
    const index = conditions.findIndex((condition) => textAt(condition, 'type') === 'Ready');
    const condition = conditions[index];
    const status = textAt(condition, 'status');
    const since = textAt(condition, 'lastTransitionTime');
    const observed = numberAt(object.body, 'status', 'observedGeneration');
    const generation = numberAt(object.body, 'metadata', 'generation');
    const current = observed === undefined || generation === undefined || observed >= generation;
    const span = secondsBetween(since ?? textAt(object.body, 'metadata', 'creationTimestamp'), context.now);
    const waited = span ?? 0;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        ...(status === undefined ? {} : { status }),
        reason: textAt(condition, 'reason') ?? '',
        message: textAt(condition, 'message') ?? '',
        ...(since === undefined ? {} : { since }),
        stopped: conditionsOf(object.body).some(
          ({ type, status: stopped }) => type === 'Stopped' && stopped === 'True',
        ),
        settled:
          current &&
          ((status === 'False' && !isPassing(context, object, span)) ||
            (status === 'Unknown' &&
              ((waited > PROGRESS_SECONDS && textAt(condition, 'reason') !== STEPWISE) || isGivenUp(object))) ||
            // Unknown without a word, and nothing made of it: that is silence too.
            ((status === undefined || (status === 'Unknown' && isBarren(context, object, condition))) &&
              waited > SILENT_SECONDS) ||
            (status === 'Unknown' && isLeftAlone(object, context.now))),
        cite:
          condition === undefined
            ? object.cite('no condition Ready')
            : object.cite('condition Ready', `/status/conditions/${index}`),
      },
    };
  },
});

/** The extension's objects: one word of state, or conditions; their silence counts only where nothing was made of them either. */
function ofAzureml(context: ViewContext, object: KubeObject): ReadyCondition {
  const { state, word, reason, message, since, pointer } = amlarcStatus(object.body);
  const observed = numberAt(object.body, 'status', 'observedGeneration');
  const generation = numberAt(object.body, 'metadata', 'generation') ?? 1;
  const waited = secondsBetween(textAt(object.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
  const status = { ok: 'True', failed: 'False', progress: 'Unknown', unsaid: undefined }[state];
  const barren = object.ref.kind === 'OnlineDeployment' && hasNoWorkload(context, object);
  return {
    ...(status === undefined ? {} : { status }),
    reason: reason === '' ? word : reason,
    message,
    ...(since === undefined ? {} : { since }),
    stopped: false,
    settled:
      textAt(object.body, 'metadata', 'deletionTimestamp') === undefined &&
      ((state === 'failed' && (observed ?? generation) >= generation) ||
        // How long a change of an older object is on its way nothing tells.
        (state === 'progress' && generation === 1 && waited > PROGRESS_SECONDS) ||
        ((state === 'unsaid' || state === 'progress') && waited > SILENT_SECONDS && barren)),
    cite: object.cite(word === '' ? 'no state in its status' : `its state: ${word}`, pointer),
  };
}

/** Only where all Deployments of the namespace were read. */
function hasNoWorkload(context: ViewContext, object: KubeObject): boolean {
  const { namespace } = object.ref;
  const listing = context.list('Deployment', namespace === undefined ? {} : { namespace });
  return (
    listing.complete.state === 'present' &&
    context.ownedBy(object.ref).length === 0 &&
    !listing.items.some((deployment) => standsOnByName(object, deployment))
  );
}

/** KServe says that it will not go on although Ready stays Unknown (kserve inference_service_status.go TransitionStatus). */
function isGivenUp(object: KubeObject): boolean {
  const transition = textAt(object.body, 'status', 'modelStatus', 'transitionStatus');
  return transition === 'InvalidSpec' || transition === 'BlockedByFailedLoad';
}

/**
 * Reasons that KServe copies from a Deployment whose pods are not Ready yet, and what then waits for it (kserve
 * inference_service_status.go PropagateRawStatus, ingress reconcilers `Predictor ingress not created`, llmisvc/workload.go).
 */
const WAITS_FOR_PODS =
  /^(?:MinimumReplicasUnavailable|Progressing|ReplicaSetUpdated|NewReplicaSetCreated|(?:Predictor|Transformer|Explainer) ingress not created)$/;

/** kserve ingress/httproute_reconciler.go, llmisvc/router.go: no reason yet, or that another controller has said nothing yet. */
const WAITS_FOR_OTHERS = /^$|^WaitingFor|Not(?:Ready|Available)$/;

/** False that a start brings with it. */
function isPassing(context: ViewContext, object: KubeObject, seconds: number | undefined): boolean {
  if (seconds === undefined || seconds > PROGRESS_SECONDS) return false;
  const reasons = conditionsOf(object.body)
    .filter(({ status, severity }) => status === 'False' && severity === '')
    .map(({ reason }) => reason);
  if (!reasons.every((reason) => WAITS_FOR_PODS.test(reason) || WAITS_FOR_OTHERS.test(reason))) return false;
  if (seconds <= MOMENT_SECONDS) return true;
  return reasons.every((reason) => WAITS_FOR_PODS.test(reason)) && isStarting(context, object);
}

/** Without Knative there is no Unknown: Ready is False from the first second on. Nothing below fails, and something is on its way. */
function isStarting(context: ViewContext, object: KubeObject): boolean {
  const workloads = context
    .use(ownerTree, object.ref)
    .descendants.filter(({ ref }) => ref.kind === 'Deployment' || ref.kind === 'StatefulSet')
    .flatMap(({ ref }) => {
      const health = context.use(workloadHealth, ref);
      return health.state === 'present' ? [health.value] : [];
    });
  return workloads.some(({ state }) => state.short) && !workloads.some(({ unhealthy }) => unhealthy);
}

/**
 * A Route that has a revision to send requests to and an Ingress that no networking controller has touched: they take seconds. Without a ready
 * revision a Route says IngressNotConfigured too, and then it only waits (knative serving route_lifecycle.go).
 */
function isLeftAlone(object: KubeObject, now: Timestamp): boolean {
  if (object.ref.kind !== 'Route') return false;
  const conditions = conditionsOf(object.body);
  const assigned = conditions.find(({ type }) => type === 'AllTrafficAssigned');
  const ingress = conditions.find(({ type }) => type === 'IngressReady');
  return (
    assigned?.status === 'True' &&
    ingress?.status === 'Unknown' &&
    ingress.reason === 'IngressNotConfigured' &&
    (secondsBetween(assigned.since, now) ?? 0) > SILENT_SECONDS
  );
}

function isBarren(context: ViewContext, object: KubeObject, condition: unknown): boolean {
  const said = textAt(condition, 'reason') ?? textAt(condition, 'message') ?? '';
  if (said !== '' || !MAKERS.has(object.ref.kind)) return false;
  const nothing = context.use(madeNothing, object.ref);
  return nothing.state === 'present' && nothing.value;
}

/** Kinds whose controllers make something of every object that they take in hand. */
const MAKERS = new Set(['InferenceService', 'InferenceGraph', 'LLMInferenceService']);
