/**
 * How many replicas a workload wants and has, and what its controller says of itself. Says nothing about why.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { at, booleanAt, listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { controllerOf } from './owner-tree.ts';
import { secondsBetween } from './parse/time.ts';

export interface WorkloadCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly since: Timestamp;
  readonly cite: Citation;
}

export interface WorkloadState {
  readonly workload: KubeObject;
  readonly desired: number;
  /** Replicas that serve: available where the kind reports it, else ready. */
  readonly serving: number;
  /** Replicas of the newest template. */
  readonly updated: number;
  readonly ready: number;
  readonly paused: boolean;
  /** Whether the controller has seen the newest spec. */
  readonly observed: boolean;
  readonly conditions: readonly WorkloadCondition[];
  /** The rollout gave up waiting: Progressing=False, ProgressDeadlineExceeded. */
  readonly deadlinePassed?: WorkloadCondition;
  /** The controller was refused a pod or a ReplicaSet. */
  readonly replicaFailure?: WorkloadCondition;
  readonly jobFailed?: WorkloadCondition;
  /** A Job that completed. */
  readonly jobDone: boolean;
  /** A failed run of a CronJob that has succeeded since. */
  readonly jobSuperseded: boolean;
  readonly suspended: boolean;
  readonly short: boolean;
  readonly cite: Citation;
}

export const workloadState = defineView<Lookup<WorkloadState>>({
  id: 'workload-state',
  needs: ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob'].map(
    (kind) => ({ type: 'object', kind }),
  ),
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', value: stateOf(context, found.value), cite: found.cite };
  },
});

function stateOf(context: ViewContext, workload: KubeObject): WorkloadState {
  const { body } = workload;
  const counts = countsOf(workload);
  const conditions = listAt(body, 'status', 'conditions').map((condition, index) => ({
    type: textAt(condition, 'type') ?? '',
    status: textAt(condition, 'status') ?? '',
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
    since: textAt(condition, 'lastTransitionTime') ?? '',
    cite: workload.cite(`condition ${textAt(condition, 'type') ?? ''}`, `/status/conditions/${index}`),
  }));
  const generation = numberAt(body, 'metadata', 'generation');
  const observedGeneration = numberAt(body, 'status', 'observedGeneration');
  const deadlinePassed = conditions.find(
    (condition) => condition.type === 'Progressing' && condition.status === 'False',
  );
  const replicaFailure = conditions.find(
    (condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  const jobFailed = conditions.find((condition) => condition.type === 'Failed' && condition.status === 'True');
  return {
    workload,
    ...counts,
    paused: booleanAt(body, 'spec', 'paused') ?? false,
    observed: generation === undefined || observedGeneration === undefined || observedGeneration >= generation,
    conditions,
    ...(deadlinePassed === undefined ? {} : { deadlinePassed }),
    ...(replicaFailure === undefined ? {} : { replicaFailure }),
    ...(jobFailed === undefined ? {} : { jobFailed }),
    jobDone: conditions.some((condition) => condition.type === 'Complete' && condition.status === 'True'),
    jobSuperseded: jobFailed !== undefined && succeededSince(context, workload, jobFailed.since),
    suspended: booleanAt(body, 'spec', 'suspend') ?? false,
    short: counts.serving < counts.desired,
    cite: workload.cite(
      `${counts.serving} of ${counts.desired} ${counts.desired === 1 ? 'replica serves' : 'replicas serve'}`,
      '/status',
    ),
  };
}

/** CronJobs keep their last failed Job (failedJobsHistoryLimit) however often they have succeeded since. */
function succeededSince(context: ViewContext, job: KubeObject, failedAt: Timestamp): boolean {
  const owner = controllerOf(job);
  if (owner?.kind !== 'CronJob') return false;
  const found = context.object(owner);
  const success = found.state === 'present' ? textAt(found.value.body, 'status', 'lastSuccessfulTime') : undefined;
  return success !== undefined && (secondsBetween(failedAt, success) ?? 0) > 0;
}

/** What a workload wants and has, as its own status says. */
export function countsOf(workload: KubeObject): Pick<WorkloadState, 'desired' | 'serving' | 'updated' | 'ready'> {
  const { body } = workload;
  const status = at(body, 'status');
  if (workload.ref.kind === 'DaemonSet') {
    const desired = numberAt(status, 'desiredNumberScheduled') ?? 0;
    const ready = numberAt(status, 'numberReady') ?? 0;
    return {
      desired,
      ready,
      serving: numberAt(status, 'numberAvailable') ?? ready,
      updated: numberAt(status, 'updatedNumberScheduled') ?? 0,
    };
  }
  if (workload.ref.kind === 'Job') {
    const desired = numberAt(body, 'spec', 'completions') ?? 1;
    const succeeded = numberAt(status, 'succeeded') ?? 0;
    return { desired, ready: numberAt(status, 'ready') ?? 0, serving: succeeded, updated: desired };
  }
  // `replicas` defaults to 1; a missing count in status means 0 (omitempty).
  const desired = numberAt(body, 'spec', 'replicas') ?? 1;
  const ready = numberAt(status, 'readyReplicas') ?? 0;
  const serving = numberAt(status, 'availableReplicas') ?? (workload.ref.kind === 'StatefulSet' ? ready : 0);
  return {
    desired,
    ready,
    serving,
    updated:
      numberAt(status, 'updatedReplicas') ??
      (workload.ref.kind === 'ReplicaSet' ? (numberAt(status, 'replicas') ?? 0) : 0),
  };
}
