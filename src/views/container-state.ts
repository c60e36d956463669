/**
 * What state each container of a Pod is in now, and what ended the run before. Decides from the current status; events count only since the
 * container runs. It looks for no cause, and at no other object.
 */
import type { Citation, Timestamp } from '../model/evidence.ts';
import { at, booleanAt, listAt, numberAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import type { EventRecord, KubeObject } from '../model/reader.ts';
import { secondsBetween } from './parse/time.ts';
import { onlyWaits } from './parse/wait-command.ts';

export interface ContainerExit {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly signal?: number;
  readonly startedAt?: Timestamp;
  readonly finishedAt?: Timestamp;
  readonly cite: Citation;
}

export type ContainerTrouble =
  /** Waits in ErrImagePull, ImagePullBackOff, ErrImageNeverPull, InvalidImageName, ImageInspectError, … */
  | 'image'
  /** CreateContainerConfigError, CreateContainerError, RunContainerError, …: the runtime or the kubelet could not make or start it. */
  | 'create'
  /** Its process ends (or is ended) again and again, or ended for good. */
  | 'exits'
  /** Runs, and is not Ready. */
  | 'not-ready';

export interface ContainerState {
  readonly name: string;
  /** `sidecar` is an init container with restartPolicy Always. */
  readonly role: 'init' | 'sidecar' | 'main';
  /** The container's own part of the Pod's spec. */
  readonly spec: JsonObject;
  readonly specPointer: string;
  readonly image: string;
  readonly waiting?: { readonly reason: string; readonly message: string; readonly cite: Citation };
  readonly running: boolean;
  readonly startedAt?: Timestamp;
  readonly ready: boolean;
  readonly restarts: number;
  /** How the current or the last run ended: `state.terminated`, else `lastState.terminated`. */
  readonly exit?: ContainerExit;
  /** True where `exit` is of the current state, so that the *current* log is the one of that run. */
  readonly exitIsCurrent: boolean;
  readonly trouble?: ContainerTrouble;
  readonly cite: Citation;
}

/** Waiting reasons of the image manager: kubernetes pkg/kubelet/images/types.go (CRI-O adds RegistryUnavailable, SignatureValidationFailed). */
const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
  'ImageVolumeMountFailed',
]);

/** What has been in a state for less, and shows no failure yet, is starting, not failing. */
export const STARTING_SECONDS = 60;

/**
 * The kubelet forgets the back-off of a container that ran this long (kubernetes pkg/kubelet/kubelet.go, MaxContainerBackOff doubled), and
 * progressDeadlineSeconds is as long by default.
 */
const SETTLED_SECONDS = 600;

/** The default failureThreshold: fewer failures of a probe have no effect (kubernetes pkg/apis/core/v1/defaults.go). */
const PROBE_FAILURES = 3;

export interface Moment {
  readonly phase: string;
  readonly ageSeconds: number;
  readonly now: Timestamp;
}

export function containersOf(
  pod: KubeObject,
  events: readonly EventRecord[],
  moment: Moment,
): readonly ContainerState[] {
  const result: ContainerState[] = [];
  for (const [specField, statusField] of [
    ['initContainers', 'initContainerStatuses'],
    ['containers', 'containerStatuses'],
  ] as const) {
    const statuses = listAt(pod.body, 'status', statusField);
    for (const [index, spec] of listAt(pod.body, 'spec', specField).entries()) {
      const name = textAt(spec, 'name') ?? '';
      const statusIndex = statuses.findIndex((status) => textAt(status, 'name') === name);
      const role =
        specField === 'containers' ? 'main' : textAt(spec, 'restartPolicy') === 'Always' ? 'sidecar' : 'init';
      result.push(
        containerOf(
          pod,
          {
            name,
            role,
            spec,
            specPointer: `/spec/${specField}/${index}`,
            status: statuses[statusIndex],
            statusPointer: `/status/${statusField}/${statusIndex}`,
          },
          events,
          moment,
        ),
      );
    }
  }
  return result;
}

interface ContainerParts {
  readonly name: string;
  readonly role: ContainerState['role'];
  readonly spec: unknown;
  readonly specPointer: string;
  readonly status: unknown;
  readonly statusPointer: string;
}

function containerOf(
  pod: KubeObject,
  parts: ContainerParts,
  events: readonly EventRecord[],
  moment: Moment,
): ContainerState {
  const { status, statusPointer, name } = parts;
  const known = status !== undefined;
  const waitingReason = textAt(status, 'state', 'waiting', 'reason');
  const current = exitOf(pod, name, at(status, 'state', 'terminated'), `${statusPointer}/state/terminated`);
  const last = exitOf(pod, name, at(status, 'lastState', 'terminated'), `${statusPointer}/lastState/terminated`);
  const exit = current ?? last;
  const startedAt = textAt(status, 'state', 'running', 'startedAt');
  const state: Omit<ContainerState, 'trouble'> = {
    name,
    role: parts.role,
    spec: objectAt(parts.spec) ?? {},
    specPointer: parts.specPointer,
    image: textAt(parts.spec, 'image') ?? textAt(status, 'image') ?? '',
    ...(waitingReason === undefined
      ? {}
      : {
          waiting: {
            reason: waitingReason,
            message: textAt(status, 'state', 'waiting', 'message') ?? '',
            cite: pod.cite(`container ${name} waits: ${waitingReason}`, `${statusPointer}/state/waiting`),
          },
        }),
    running: at(status, 'state', 'running') !== undefined,
    ...(startedAt === undefined ? {} : { startedAt }),
    ready: booleanAt(status, 'ready') ?? false,
    restarts: numberAt(status, 'restartCount') ?? 0,
    ...(exit === undefined ? {} : { exit }),
    exitIsCurrent: current !== undefined,
    cite: known ? pod.cite(`status of container ${name}`, statusPointer) : pod.cite(`Pod ${pod.ref.name}`),
  };
  const trouble = troubleOf(
    state,
    current !== undefined,
    events,
    textAt(pod.body, 'spec', 'restartPolicy') ?? 'Always',
    moment,
  );
  return trouble === undefined ? state : { ...state, trouble };
}

function troubleOf(
  state: Omit<ContainerState, 'trouble'>,
  terminated: boolean,
  events: readonly EventRecord[],
  restartPolicy: string,
  moment: Moment,
): ContainerTrouble | undefined {
  const reason = state.waiting?.reason;
  if (reason !== undefined && IMAGE_REASONS.has(reason)) return 'image';
  if (reason === 'CrashLoopBackOff') return startFailed(state) ? 'create' : 'exits';
  if (reason !== undefined && reason !== '' && reason !== 'ContainerCreating' && reason !== 'PodInitializing')
    return 'create';
  if (terminated)
    return endedWrongly(state, restartPolicy, moment.phase) ? (startFailed(state) ? 'create' : 'exits') : undefined;
  if (!state.running) return undefined;
  const runs = secondsBetween(state.startedAt, moment.now) ?? moment.ageSeconds;
  // Init containers are never Ready. One that downloads a model takes its time; one that only waits for another does nothing meanwhile.
  if (state.role === 'init')
    return runs > (onlyWaits(state.spec) ? STARTING_SECONDS : SETTLED_SECONDS) ? 'not-ready' : undefined;
  if (state.ready) return isBetweenEnds(state, runs, events) ? 'exits' : undefined;
  // Running again after an end, and not Ready since: the loop goes on, only caught between two ends.
  if (state.restarts > 0 && state.exit !== undefined && runs <= SETTLED_SECONDS) return 'exits';
  return runs > STARTING_SECONDS || probeFailures(state, events) >= PROBE_FAILURES ? 'not-ready' : undefined;
}

/** So many restarts are no accident. */
const LOOP_RESTARTS = 2;

/** Back-off is counted on at each look while the container waits, a kill once: so many are a loop. */
const LOOP_ENDS = 3;

/** What a start is never done before, however short the runs are. */
const BRIEF_SECONDS = 20;

/** A cheap look at the status: whether a container of a Ready pod may be one that `isBetweenEnds` speaks of. */
export function mayEndAgain(pod: JsonObject, now: Timestamp): boolean {
  for (const field of ['containerStatuses', 'initContainerStatuses']) {
    for (const status of listAt(pod, 'status', field)) {
      if ((numberAt(status, 'restartCount') ?? 0) < LOOP_RESTARTS) continue;
      const started = textAt(status, 'state', 'running', 'startedAt');
      // Twice the longest run that counts as a short one.
      if (started !== undefined && (secondsBetween(started, now) ?? 0) < 2 * SETTLED_SECONDS) return true;
    }
  }
  return false;
}

/**
 * Ready, and in a loop all the same: a container without a readiness probe is Ready as soon as it runs, and one whose liveness probe kills it is
 * Ready until then. Restarts alone prove nothing, since a program that waited for its database looks the same: there must be a sign of now, a liveness
 * probe that fails in this run, or a kubelet that killed it or backed off again and again before a run that is no longer yet than the last one was.
 */
function isBetweenEnds(state: Omit<ContainerState, 'trouble'>, runs: number, events: readonly EventRecord[]): boolean {
  if (state.restarts < LOOP_RESTARTS || state.exit === undefined) return false;
  const lasted = secondsBetween(state.exit.startedAt, state.exit.finishedAt);
  // The kubelet, too, holds no end against a container that ran that long before it.
  if (lasted === undefined || lasted > SETTLED_SECONDS) return false;
  const own = events.filter((event) => event.container === state.name);
  const beingKilled = own.some(
    (event) =>
      event.reason === 'Unhealthy' &&
      /^(?:Liveness|Startup) probe/.test(event.message) &&
      event.last >= (state.startedAt ?? ''),
  );
  const endedOften = own.some(
    (event) =>
      (event.reason === 'BackOff' || event.reason === 'Killing') &&
      event.count >= LOOP_ENDS &&
      (secondsBetween(event.last, state.startedAt) ?? Number.POSITIVE_INFINITY) < SETTLED_SECONDS,
  );
  return beingKilled || (endedOften && runs < Math.max(BRIEF_SECONDS, lasted));
}

/** Failures of probes since the container runs. */
function probeFailures(state: Omit<ContainerState, 'trouble'>, events: readonly EventRecord[]): number {
  let count = 0;
  for (const event of events) {
    if (event.reason === 'Unhealthy' && event.container === state.name && event.last >= (state.startedAt ?? ''))
      count += event.count;
  }
  return count;
}

/** `StartError`, and `ContainerCannotRun` of dockershim: the process never ran (containerd internal/cri/server/container_start.go). */
function startFailed(state: Omit<ContainerState, 'trouble'>): boolean {
  return state.exit?.reason === 'StartError' || state.exit?.reason === 'ContainerCannotRun';
}

function endedWrongly(state: Omit<ContainerState, 'trouble'>, restartPolicy: string, phase: string): boolean {
  if (state.exit === undefined) return false;
  if (state.exit.exitCode !== 0) return true;
  // Exit 0 is the wanted end of init containers, Jobs and pods that are not restarted.
  return state.role === 'main' && restartPolicy === 'Always' && phase !== 'Succeeded' && state.restarts > 0;
}

function exitOf(pod: KubeObject, container: string, terminated: unknown, pointer: string): ContainerExit | undefined {
  if (terminated === undefined) return undefined;
  const exitCode = numberAt(terminated, 'exitCode') ?? 0;
  const reason = textAt(terminated, 'reason') ?? '';
  const signal = numberAt(terminated, 'signal') ?? (exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined);
  const startedAt = textAt(terminated, 'startedAt');
  const finishedAt = textAt(terminated, 'finishedAt');
  return {
    exitCode,
    reason,
    message: textAt(terminated, 'message') ?? '',
    ...(signal === undefined ? {} : { signal }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    cite: pod.cite(`container ${container} ended: ${reason} (exit code ${exitCode})`, pointer),
  };
}
