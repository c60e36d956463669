/**
 * Whether a controller may create the pods that it wants, and the words in which the API server refused it. The words are taken apart in
 * `parse/admission-message.ts`; this view only finds the refusal that still holds.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { numberAt } from '../model/json.ts';
import { defineView, type EventRecord } from '../model/reader.ts';
import { workloadState, type WorkloadState } from './workload-state.ts';

export interface PodCreation {
  /** Pods that the controller wants to exist now. */
  readonly desired: number;
  readonly created: number;
  readonly refusal?: { readonly message: string; readonly at: Timestamp; readonly cite: Citation };
  readonly cite: Citation;
}

export const podCreation = defineView<Lookup<PodCreation>>({
  id: 'pod-creation',
  needs: [{ type: 'event' }],
  uses: [workloadState],
  derive(context, subject) {
    const state = context.use(workloadState, subject);
    if (state.state !== 'present') return state;
    const { replicaFailure, cite } = state.value;
    const event = refusingEvent(context.events(subject), replicaFailure !== undefined);
    const message = event?.message ?? replicaFailure?.message;
    return {
      state: 'present',
      cite: state.cite,
      value: {
        ...countsOf(state.value),
        ...(message === undefined
          ? {}
          : {
              refusal: {
                message,
                at: event?.last ?? replicaFailure?.since ?? context.now,
                cite: event?.cite() ?? replicaFailure?.cite ?? cite,
              },
            }),
        cite,
      },
    };
  },
});

/** The newest refusal, unless a pod could be made since. */
function refusingEvent(events: readonly EventRecord[], failing: boolean): EventRecord | undefined {
  const refusal = events.findLast((event) => event.reason === 'FailedCreate');
  if (refusal === undefined || failing) return refusal;
  const success = events.findLast((event) => event.reason === 'SuccessfulCreate');
  return success !== undefined && success.last > refusal.last ? undefined : refusal;
}

function countsOf(state: WorkloadState): Pick<PodCreation, 'desired' | 'created'> {
  const { body } = state.workload;
  if (state.workload.ref.kind === 'Job') return jobCounts(state);
  const created = numberAt(body, 'status', 'replicas') ?? numberAt(body, 'status', 'currentNumberScheduled') ?? 0;
  return { desired: state.desired, created };
}

/** A Job wants no more pods at once than `parallelism`, and none once it ended or while it is suspended. */
function jobCounts({
  workload,
  jobDone,
  jobFailed,
  suspended,
}: WorkloadState): Pick<PodCreation, 'desired' | 'created'> {
  const { body } = workload;
  const created = numberAt(body, 'status', 'active') ?? 0;
  if (jobDone || jobFailed !== undefined || suspended) return { desired: created, created };
  const parallelism = numberAt(body, 'spec', 'parallelism') ?? 1;
  const left = (numberAt(body, 'spec', 'completions') ?? parallelism) - (numberAt(body, 'status', 'succeeded') ?? 0);
  return { desired: Math.max(0, Math.min(parallelism, left)), created };
}
