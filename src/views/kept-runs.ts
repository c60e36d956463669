/**
 * Runs of containers whose pods are gone, as far as the objects above them keep their end: the condition ContainerHealthy of a Revision that Knative gave
 * up (`ExitCode1`, `Container failed with: …`), and `status.modelStatus.lastFailureInfo` of an InferenceService. In the form of the runs of a Pod; of
 * the log only the last lines are there. It looks for no cause.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import type { ContainerRun } from './container-runs.ts';
import { kubeObject } from './kube-object.ts';
import { isRevision, knativeRevision, type KnativeRevision } from './knative-revision.ts';
import { conditionsOf } from './parse/conditions.ts';
import { podState, type ContainerState } from './pod-state.ts';
import { runLog, type RunLog } from './run-log.ts';
import { chainBelow } from './serving-chain.ts';
import { lastFailure } from './storage-last-failure.ts';

/** kserve pkg/constants: the volume that every download fills, and where it lies in the server. */
export const MODEL_VOLUME = 'kserve-provision-location';
const DIRECTORY = '/mnt/models';
const QUEUE = 'queue-proxy';

/** knative serving pkg/apis/serving/v1/revision_lifecycle.go `MarkContainerExiting`, `RevisionContainerExitingMessage`. */
const EXITING = /^ExitCode(?<code>\d{1,3})$/;
const EXIT_MESSAGE = /^Container failed with: /;

export function keepsRuns(subject: ResourceRef): boolean {
  return subject.kind === 'InferenceService' || subject.apiVersion.startsWith('serving.knative.dev/');
}

/** For an InferenceService or a Knative Service. */
export const keptRuns = defineView<Lookup<readonly ContainerRun[]>>({
  id: 'kept-runs',
  needs: [],
  uses: [kubeObject, chainBelow, knativeRevision, podState, lastFailure],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    // What serves or is stopped has no run to tell of: a Revision may keep the exit of a restart long ago.
    const isWell = conditionsOf(found.value.body).some(
      ({ type, status, reason }) => type === 'Ready' && (status === 'True' || reason === 'Stopped'),
    );
    if (isWell) return { state: 'present', cite: found.cite, value: [] };
    const revisions = context.use(chainBelow, subject).filter(isRevision);
    const runs = revisions.flatMap((ref) => {
      const run = runOfRevision(context, ref);
      return run === undefined ? [] : [run];
    });
    const ofModel = subject.kind === 'InferenceService' ? runOfModel(context, subject) : undefined;
    const isTold = ofModel !== undefined && runs.some((run) => sameRef(run.affects[0], ofModel.affects[0]));
    return { state: 'present', cite: found.cite, value: ofModel === undefined || isTold ? runs : [...runs, ofModel] };
  },
});

function runOfRevision(context: ViewContext, ref: ResourceRef): ContainerRun | undefined {
  const found = context.use(knativeRevision, ref);
  if (found.state !== 'present' || !found.value.wanted || hasPods(context, found.value)) return undefined;
  const revision = found.value;
  const condition = revision.conditions.get('ContainerHealthy');
  const code = condition?.status === 'False' ? EXITING.exec(condition.reason)?.groups?.['code'] : undefined;
  if (condition === undefined || code === undefined) return undefined;
  const written = containerOf(revision.object);
  if (written === undefined) return undefined;
  const { name, spec, pointer } = written;
  const cite = revision.cite('ContainerHealthy');
  const tail = condition.message.replace(EXIT_MESSAGE, '').trimEnd();
  return runOf({
    object: revision.object,
    name,
    spec,
    pointer,
    exitCode: Number(code),
    cite,
    ...(tail === ''
      ? {}
      : { log: runLog({ container: name, lines: tail.slice(0, 100_000).split('\n'), cite: () => cite }) }),
    affects: revision.affects,
  });
}

/** A Pod that is there tells for itself. */
function hasPods(context: ViewContext, revision: KnativeRevision): boolean {
  return revision.pods.some((pod) => {
    const state = context.use(podState, pod.ref);
    return state.state === 'present' && !state.value.terminating && !state.value.finished;
  });
}

/** The condition names no container: only where the Revision has one is it known whose end is told. */
function containerOf(
  revision: KubeObject,
): { readonly name: string; readonly spec: JsonObject; readonly pointer: string } | undefined {
  const written = listAt(revision.body, 'spec', 'containers');
  const index = written.findIndex((container) => textAt(container, 'name') !== QUEUE);
  const spec = written[index];
  if (!isObject(spec) || written.length !== 1) return undefined;
  // knative serving pkg/apis/config/defaults.go DefaultUserContainerName.
  return { name: textAt(spec, 'name') ?? 'user-container', spec, pointer: `/spec/containers/${index}` };
}

function runOfModel(context: ViewContext, subject: ResourceRef): ContainerRun | undefined {
  const found = context.use(lastFailure, subject);
  const failure = found.state === 'present' ? found.value : undefined;
  if (failure === undefined || failure.container === 'storage-initializer') return undefined;
  const { service, container: name, exitCode, log, affects } = failure;
  const own = listAt(service.body, 'spec', 'predictor', 'containers')[0];
  const revision = isRevision(affects[0]) ? context.use(knativeRevision, affects[0]) : undefined;
  const made = revision?.state === 'present' ? revision.value.object : undefined;
  const spec =
    objectAt(made?.body, 'spec', 'containers', 0) ??
    objectAt(own) ??
    objectAt(service.body, 'spec', 'predictor', 'model') ??
    {};
  return runOf({
    object: service,
    name,
    spec: { ...spec, volumeMounts: [...listAt(spec, 'volumeMounts'), { name: MODEL_VOLUME, mountPath: DIRECTORY }] },
    pointer: own === undefined ? '/spec/predictor/model' : '/spec/predictor/containers/0',
    ...(exitCode === undefined ? {} : { exitCode }),
    cite: service.cite(
      `lastFailureInfo of InferenceService ${service.ref.name}`,
      '/status/modelStatus/lastFailureInfo',
    ),
    log,
    affects,
  });
}

interface Kept {
  readonly object: KubeObject;
  readonly name: string;
  readonly spec: JsonObject;
  readonly pointer: string;
  readonly exitCode?: number;
  readonly cite: Citation;
  readonly log?: RunLog;
  readonly affects: ContainerRun['affects'];
}

function runOf({ object, name, spec, pointer, exitCode, cite, log, affects }: Kept): ContainerRun {
  const container: ContainerState = {
    name,
    role: 'main',
    spec,
    specPointer: pointer,
    image: textAt(spec, 'image') ?? 'of its runtime',
    running: false,
    ready: false,
    restarts: 0,
    exitIsCurrent: true,
    ...(exitCode === undefined ? {} : { exit: { exitCode, reason: 'Error', message: '', cite } }),
    trouble: 'exits',
    cite,
  };
  return {
    state: {
      pod: object,
      phase: 'Failed',
      terminating: false,
      ready: false,
      containers: [container],
      troubled: [container],
      unseenByScheduler: false,
      stuckCreating: false,
      finished: false,
      superseded: false,
      ageSeconds: 0,
      status: 'Error',
      healthy: false,
    },
    container,
    ended: true,
    // SIGKILL comes from outside, and nobody is left to say from whom.
    endedBy: exitCode === 137 ? 'unknown' : 'itself',
    log: log === undefined ? { state: 'absent', cite } : { state: 'present', cite, value: log },
    effects: ['object-not-reconciled'],
    affects,
  };
}
