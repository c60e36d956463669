/**
 * What state a Pod and each of its containers is in now, and what ended the run before. Decides "failing now" from the current status only:
 * old events and old restarts of a container that is Ready say nothing. It looks for no cause.
 */
import { listAt, numberAt, textAt, textMapAt, type JsonObject } from '../model/json.ts';
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { STARTING_SECONDS, containersOf, mayEndAgain, type ContainerState } from './container-state.ts';
import { looksWell } from './looks-well.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { controllerOf } from './owner-tree.ts';
import { secondsBetween } from './parse/time.ts';
import { podStatusWord } from './pod-status-word.ts';
import { supersededRevision } from './superseded-revision.ts';
import { workloadState } from './workload-state.ts';

export type { ContainerExit, ContainerState, ContainerTrouble } from './container-state.ts';

export interface PodState {
  readonly pod: KubeObject;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly node?: string;
  readonly terminating: boolean;
  readonly ready: boolean;
  /** PodScheduled=False. */
  readonly unscheduled?: {
    readonly reason: string;
    readonly message: string;
    readonly since: Timestamp;
    readonly cite: Citation;
  };
  readonly containers: readonly ContainerState[];
  /** Containers in trouble; while an init container is in trouble the later ones only wait for it. */
  readonly troubled: readonly ContainerState[];
  /** Pending without a node and without a word of any scheduler, longer than a scheduler takes to answer. */
  readonly unseenByScheduler: boolean;
  /** Scheduled, and waiting longer than a start takes without any container in a trouble of its own. */
  readonly stuckCreating: boolean;
  /** Done as intended: Succeeded. */
  readonly finished: boolean;
  /**
   * Failed, and its controller has long had what it wants without it (an evicted pod that was replaced, an early try of a Job that completed), or of a
   * revision that its Deployment, or the Configuration of Knative, no longer wants.
   */
  readonly superseded: boolean;
  readonly ageSeconds: number;
  /** The word that `kubectl get pods` shows in its STATUS column. */
  readonly status: string;
  readonly healthy: boolean;
}

/** Longer than pulling a usual image and mounting take together. */
const CREATING_SECONDS = 300;

export const podState = defineView<Lookup<PodState>>({
  id: 'pod-state',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'ReplicaSet' },
    { type: 'event' },
  ],
  uses: [workloadState, supersededRevision],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', value: stateOf(context, found.value), cite: found.cite };
  },
});

function stateOf(context: ViewContext, pod: KubeObject): PodState {
  const { body } = pod;
  const phase = textAt(body, 'status', 'phase') ?? 'Unknown';
  const conditions = listAt(body, 'status', 'conditions');
  const ready = conditions.some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
  if (ready && phase === 'Running' && !mayEndAgain(body, context.now)) return readyState(context, pod);
  const finished = phase === 'Succeeded';
  const nodeName = textAt(body, 'spec', 'nodeName') ?? '';
  const reason = textAt(body, 'status', 'reason');
  const message = textAt(body, 'status', 'message');
  const unscheduled = nodeName === '' ? unscheduledOf(pod, conditions) : undefined;
  const events = context.events(pod.ref);
  const times = timesOf(body, conditions, context.now);
  const containers = containersOf(pod, events, { phase, ageSeconds: times.age, now: context.now });
  const initTrouble = containers.find((container) => container.role === 'init' && container.trouble !== undefined);
  const troubled = initTrouble ? [initTrouble] : containers.filter((container) => container.trouble !== undefined);
  const spoken =
    conditions.some((condition) => textAt(condition, 'type') === 'PodScheduled') ||
    events.some((event) => event.reason === 'FailedScheduling');
  const unseenByScheduler = phase === 'Pending' && nodeName === '' && !spoken && times.age > STARTING_SECONDS;
  const initRuns = containers.some((container) => container.role === 'init' && container.running);
  const stuckCreating =
    phase === 'Pending' &&
    nodeName !== '' &&
    troubled.length === 0 &&
    !initRuns &&
    // No status at all: the kubelet of the node has not looked at the pod.
    (containers.some((container) => container.waiting) || listAt(body, 'status', 'containerStatuses').length === 0) &&
    (times.scheduled > CREATING_SECONDS ||
      events.some((event) => event.type === 'Warning' && isCreationEvent(event.reason)));
  const terminating = textAt(body, 'metadata', 'deletionTimestamp') !== undefined;
  const failed = phase === 'Failed';
  const superseded =
    (failed && isReplaced(context, pod)) || isOfOldRevision(context, pod) || context.use(supersededRevision, pod.ref);
  const runs = phase === 'Running' && containers.every((container) => container.running || isDone(container));
  const notReady = !ready && runs && (times.running > STARTING_SECONDS || isTakenAway(body, containers));
  const unhealthy =
    unscheduled !== undefined || unseenByScheduler || troubled.length > 0 || stuckCreating || failed || notReady;
  return {
    pod,
    phase,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(nodeName === '' ? {} : { node: nodeName }),
    terminating,
    ready,
    ...(unscheduled === undefined ? {} : { unscheduled }),
    unseenByScheduler,
    containers,
    troubled,
    stuckCreating,
    finished,
    superseded,
    ageSeconds: times.age,
    status: podStatusWord(body),
    // A terminating pod is on its way out: its containers' ends are wanted. So are those of sidecars when a Job's pod is done.
    healthy: terminating || finished || superseded || !unhealthy,
  };
}

/**
 * A pod that is Ready now: nothing else about its state decides anything. Most pods of a cluster are that, so what is rarely asked is worked out
 * only when it is.
 */
function readyState(context: ViewContext, pod: KubeObject): PodState {
  const { body } = pod;
  const node = textAt(body, 'spec', 'nodeName');
  const times = (): ReturnType<typeof timesOf> => timesOf(body, listAt(body, 'status', 'conditions'), context.now);
  let containers: readonly ContainerState[] | undefined;
  return {
    pod,
    phase: 'Running',
    ...(node === undefined ? {} : { node }),
    terminating: textAt(body, 'metadata', 'deletionTimestamp') !== undefined,
    ready: true,
    unseenByScheduler: false,
    get containers() {
      containers ??= containersOf(pod, context.events(pod.ref), {
        phase: 'Running',
        ageSeconds: times().age,
        now: context.now,
      });
      return containers;
    },
    troubled: [],
    stuckCreating: false,
    finished: false,
    superseded: false,
    get ageSeconds() {
      return times().age;
    },
    get status() {
      return podStatusWord(body);
    },
    healthy: true,
  };
}

/** Every container is Ready and no gate is waited for: the node controller took the pod's Ready away, since its node does not report. */
function isTakenAway(body: JsonObject, containers: readonly ContainerState[]): boolean {
  return (
    listAt(body, 'spec', 'readinessGates').length === 0 &&
    containers.every((container) => container.ready || isDone(container))
  );
}

function isDone(container: ContainerState): boolean {
  return container.role === 'init' && container.exitIsCurrent && container.exit?.exitCode === 0;
}

/** Seconds since the pod was made, got its node, and since its youngest container runs; Infinity where the time is not told. */
function timesOf(
  body: JsonObject,
  conditions: readonly unknown[],
  now: Timestamp,
): { age: number; scheduled: number; running: number } {
  const age = secondsBetween(textAt(body, 'metadata', 'creationTimestamp'), now) ?? Number.POSITIVE_INFINITY;
  const condition = conditions.find(
    (candidate) => textAt(candidate, 'type') === 'PodScheduled' && textAt(candidate, 'status') === 'True',
  );
  const starts = listAt(body, 'status', 'containerStatuses').flatMap(
    (status) => secondsBetween(textAt(status, 'state', 'running', 'startedAt'), now) ?? [],
  );
  return {
    age,
    scheduled: secondsBetween(textAt(condition, 'lastTransitionTime'), now) ?? age,
    running: starts.length === 0 ? age : Math.min(...starts),
  };
}

/** Whether the controller of a failed pod has what it wants: as many serving replicas, or a later success. */
function isReplaced(context: ViewContext, pod: KubeObject): boolean {
  const owner = controllerOf(pod);
  if (owner === undefined) return false;
  if (groupOf(owner.apiVersion).includes('.')) return hasSuccessor(context, owner, pod);
  const found = context.use(workloadState, owner);
  if (found.state !== 'present') return false;
  return owner.kind === 'Job' ? found.value.jobDone || found.value.jobSuperseded : !found.value.short;
}

/** Of a custom resource nothing tells how many pods it wants: one that was made after this one failed and is well took its place. */
function hasSuccessor(context: ViewContext, owner: ResourceRef, pod: KubeObject): boolean {
  const failedAt = endOf(pod);
  return context
    .ownedBy(owner)
    .some(
      (other) =>
        other.ref.kind === 'Pod' &&
        other.ref.name !== pod.ref.name &&
        (textAt(other.body, 'metadata', 'creationTimestamp') ?? '') > failedAt &&
        (textAt(other.body, 'status', 'phase') === 'Succeeded' || looksWell(other, context.now)),
    );
}

/** When its last container ended; when it was made where none ever ran. */
function endOf({ body }: KubeObject): Timestamp {
  const ends = listAt(body, 'status', 'containerStatuses').flatMap(
    (status) => textAt(status, 'state', 'terminated', 'finishedAt') ?? [],
  );
  return ends.toSorted().at(-1) ?? textAt(body, 'metadata', 'creationTimestamp') ?? '';
}

/**
 * Whether the pod is of a revision that its Deployment no longer wants, beside a newer one that has pods of its own: what it fails of is not in the
 * template any more, and it goes when the newer ones are Ready (kubernetes pkg/controller/deployment/util, the revision annotation).
 */
function isOfOldRevision(context: ViewContext, pod: KubeObject): boolean {
  const replicaSet = controllerOf(pod);
  if (replicaSet?.kind !== 'ReplicaSet') return false;
  const own = context.object(replicaSet);
  const deployment = own.state === 'present' ? controllerOf(own.value) : undefined;
  if (own.state !== 'present' || deployment?.kind !== 'Deployment') return false;
  const revision = revisionOf(own.value);
  return context
    .ownedBy(deployment)
    .some(
      (other) =>
        other.ref.kind === 'ReplicaSet' &&
        revisionOf(other) > revision &&
        (numberAt(other.body, 'status', 'replicas') ?? 0) > 0,
    );
}

function revisionOf(replicaSet: KubeObject): number {
  const revision = Number(textMapAt(replicaSet.body, 'metadata', 'annotations')['deployment.kubernetes.io/revision']);
  return Number.isInteger(revision) ? revision : 0;
}

function isCreationEvent(reason: string): boolean {
  return /^Failed(?:Mount|AttachVolume|MapVolume|CreatePodSandBox|CreatePodContainer|PrepareDynamicResources)$|^NetworkNotReady$/.test(
    reason,
  );
}

function unscheduledOf(pod: KubeObject, conditions: readonly unknown[]): PodState['unscheduled'] {
  const index = conditions.findIndex((condition) => textAt(condition, 'type') === 'PodScheduled');
  const condition = conditions[index];
  if (textAt(condition, 'status') !== 'False') return undefined;
  return {
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    since: textAt(condition, 'lastTransitionTime') ?? '',
    cite: pod.cite('condition PodScheduled', `/status/conditions/${index}`),
  };
}
