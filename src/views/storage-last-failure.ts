/**
 * What an InferenceService keeps of a run that failed (`status.modelStatus.lastFailureInfo`): the end of its log, where the pod and its log are gone.
 * KServe does not clear it after a success, so it counts only while the model is not loaded, for the newest revision, and where no pod of the
 * service is left to tell for itself. Prepared like the log of a run; it looks for no cause.
 */
import type { Lookup } from '../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import { PLATFORM_LABELS } from '../model/serving-relations.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { isCurrent } from './condition-words.ts';
import { kubeObject } from './kube-object.ts';
import { conditionsOf } from './parse/conditions.ts';
import { controllerOf } from './owner-tree.ts';
import { podState } from './pod-state.ts';
import { runLog, type RunLog } from './run-log.ts';
import { chainAbove, chainBelow } from './serving-chain.ts';

export interface LastFailure {
  readonly service: KubeObject;
  /** `storage-initializer` where its words say so, else the container that serves the model. */
  readonly container: string;
  readonly exitCode?: number;
  readonly log: RunLog;
  /** The Revision whose pod it was and what stands on it, where there is one; the service itself. */
  readonly affects: readonly [ResourceRef, ...ResourceRef[]];
}

/** Absent where there is none, or none that still counts. */
export const lastFailure = defineView<Lookup<LastFailure | undefined>>({
  id: 'storage-last-failure',
  needs: [{ type: 'object', kind: 'Pod' }],
  uses: [podState, kubeObject, chainAbove, chainBelow],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: failureOf(context, found.value) };
  },
});

/** The words of every version of the initializer: its script, its module, its first line. */
const INITIALIZER =
  /initializer-entrypoint|storage[._-]initializer|Initializing, args: |Copying contents of \S{1,500} to local|kserve_storage|storage\.py/;

function failureOf(context: ViewContext, service: KubeObject): LastFailure | undefined {
  const { body } = service;
  const info = objectAt(body, 'status', 'modelStatus', 'lastFailureInfo');
  const message = textAt(info, 'message') ?? '';
  if (message.trim() === '' || !isCurrent(service)) return undefined;
  if (textAt(body, 'status', 'modelStatus', 'transitionStatus') === 'UpToDate') return undefined;
  if (textAt(body, 'status', 'modelStatus', 'states', 'targetModelState') === 'Loaded') return undefined;
  // A service that somebody stopped runs nothing that could fail.
  if (
    conditionsOf(body).some(
      ({ type, status, reason }) =>
        (type === 'Ready' && (status === 'True' || reason === 'Stopped')) || (type === 'Stopped' && status === 'True'),
    )
  )
    return undefined;
  const revision = textAt(info, 'modelRevisionName') ?? '';
  const newest = textAt(body, 'status', 'components', 'predictor', 'latestCreatedRevision');
  if (revision !== '' && newest !== undefined && revision !== newest) return undefined;
  if (podsTell(context, service.ref)) return undefined;
  const exitCode = numberAt(info, 'exitCode');
  const container = INITIALIZER.test(message) ? 'storage-initializer' : 'kserve-container';
  return {
    service,
    container,
    ...(exitCode === undefined ? {} : { exitCode }),
    affects: affectedOf(context, service.ref),
    log: runLog({
      container,
      lines: message.slice(0, 100_000).split('\n'),
      cite: () =>
        service.cite(`lastFailureInfo of InferenceService ${service.ref.name}`, '/status/modelStatus/lastFailureInfo'),
    }),
  };
}

/** KServe keeps the failure of the predictor only (kserve pkg/apis/serving/v1beta1/inference_service_status.go `PropagateModelStatus`). */
function affectedOf(context: ViewContext, service: ResourceRef): readonly [ResourceRef, ...ResourceRef[]] {
  const newest = context.use(chainBelow, service).find((ref) => {
    const object = ref.kind === 'Revision' ? context.object(ref) : undefined;
    if (object?.state !== 'present') return false;
    const owner = controllerOf(object.value);
    const configuration = owner === undefined ? undefined : context.object(owner);
    return (
      textAt(object.value.body, 'metadata', 'labels', 'component') === 'predictor' &&
      configuration?.state === 'present' &&
      textAt(configuration.value.body, 'status', 'latestCreatedRevisionName') === ref.name
    );
  });
  return newest === undefined ? [service] : [newest, ...context.use(chainAbove, newest)];
}

/** Whether a pod of the service is there: its own state and log are the better witnesses, and newer. */
function podsTell(context: ViewContext, service: ResourceRef): boolean {
  const label = PLATFORM_LABELS[`InferenceService.${groupOf(service.apiVersion)}`] ?? '';
  const scope = service.namespace === undefined ? {} : { namespace: service.namespace };
  return context.list('Pod', scope).items.some((pod) => {
    if (textMapAt(pod.body, 'metadata', 'labels')[label] !== service.name) return false;
    const state = context.use(podState, pod.ref);
    if (state.state !== 'present' || state.value.terminating || state.value.finished) return false;
    return listAt(pod.body, 'status', 'initContainerStatuses').length > 0 || state.value.containers.length > 0;
  });
}
