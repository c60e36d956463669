/**
 * Whether a workload fails, as opposed to one that is still on its way: a rollout whose pods start without a failure is no finding.
 */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { supersededRevision } from './superseded-revision.ts';
import { ownerTree } from './owner-tree.ts';
import { secondsBetween } from './parse/time.ts';
import { podCreation } from './pod-creation.ts';
import { podState } from './pod-state.ts';
import { workloadState, type WorkloadCondition, type WorkloadState } from './workload-state.ts';

export interface WorkloadHealth {
  readonly state: WorkloadState;
  readonly unhealthy: boolean;
  readonly stalledBy?: WorkloadCondition;
}

/** Kubernetes' own default of progressDeadlineSeconds: after it a rollout counts as failed (apps/v1 defaults). */
const LONGEST_START_SECONDS = 600;

export const workloadHealth = defineView<Lookup<WorkloadHealth>>({
  id: 'workload-health',
  needs: [],
  uses: [workloadState, ownerTree, podState, podCreation, supersededRevision],
  derive(context, subject) {
    const found = context.use(workloadState, subject);
    if (found.state !== 'present') return found;
    const state = found.value;
    const stalledBy = state.deadlinePassed;
    if (
      (!state.short && stalledBy === undefined) ||
      // Knative scales a Revision to zero that never started: what its Deployment said before counts no more.
      state.desired === 0 ||
      context.use(supersededRevision, subject)
    )
      return { state: 'present', cite: found.cite, value: { state, unhealthy: false } };
    const tree = context.use(ownerTree, subject);
    const failingPod = tree.pods.some((pod) => {
      const pods = context.use(podState, pod.ref);
      return pods.state === 'present' && !pods.value.healthy;
    });
    const refused = [
      subject,
      ...tree.descendants.filter((object) => object.ref.kind === 'ReplicaSet').map((object) => object.ref),
    ].some((ref) => {
      const creation = context.use(podCreation, ref);
      return (
        creation.state === 'present' &&
        creation.value.refusal !== undefined &&
        creation.value.created < creation.value.desired
      );
    });
    const unavailable = state.conditions.find(
      (condition) => condition.type === 'Available' && condition.status === 'False',
    );
    const long =
      unavailable !== undefined && (secondsBetween(unavailable.since, context.now) ?? 0) > LONGEST_START_SECONDS;
    const unhealthy = stalledBy !== undefined || failingPod || refused || long;
    return {
      state: 'present',
      cite: found.cite,
      value: { state, unhealthy, ...(stalledBy === undefined ? {} : { stalledBy }) },
    };
  },
});
