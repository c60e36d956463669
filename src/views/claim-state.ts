/**
 * What state a PersistentVolumeClaim is in, and what its controllers said of it last.
 */
import type { EvidenceGap, Lookup } from '../model/evidence.ts';
import { at, textAt } from '../model/json.ts';
import { defineView, type EventRecord, type KubeObject, type ViewContext } from '../model/reader.ts';
import { secondsBetween } from './parse/time.ts';

export interface ClaimState {
  readonly object: KubeObject;
  readonly phase: string;
  readonly bound: boolean;
  /** Its class binds on first use, and no pod that has its node uses it yet: not an error. */
  readonly waitsForPod: boolean;
  /** Pending for too short a time to tell, and nothing complains. */
  readonly fresh: boolean;
  readonly storageClass?: string;
  /** Newest event that is not only a word of patience. */
  readonly failure?: EventRecord;
  readonly events: readonly EventRecord[];
  /** Neither the events nor the class could be read: it may be waiting for a pod as it should. */
  readonly undecided?: EvidenceGap;
}

/** Provisioners take seconds; those of clouds up to a minute. */
const PROVISIONING_SECONDS = 60;

/** Set by the scheduler once the pod that uses the claim has its node (kubernetes component-helpers storage/volume). */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export const claimState = defineView<Lookup<ClaimState>>({
  id: 'claim-state',
  needs: [
    { type: 'object', kind: 'PersistentVolumeClaim' },
    { type: 'object', kind: 'StorageClass' },
    { type: 'event' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const phase = textAt(object.body, 'status', 'phase') ?? 'Pending';
    const events = context.events(subject);
    const newest = events.at(-1);
    const storageClass = textAt(object.body, 'spec', 'storageClassName');
    const failure = events.filter((event) => event.type === 'Warning' || event.reason === 'FailedBinding').at(-1);
    const binding = newest === undefined && phase === 'Pending' ? firstUse(context, object, storageClass) : undefined;
    // kubernetes pkg/controller/volume/persistentvolume: WaitForFirstConsumer is the normal state of an unused claim.
    const waitsForPod =
      phase === 'Pending' &&
      (newest?.reason === 'WaitForFirstConsumer' || newest?.reason === 'WaitForPodScheduled' || binding === 'waits');
    const age =
      secondsBetween(textAt(object.body, 'metadata', 'creationTimestamp'), context.now) ?? Number.POSITIVE_INFINITY;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        phase,
        bound: phase === 'Bound',
        waitsForPod,
        fresh: phase === 'Pending' && failure === undefined && age < PROVISIONING_SECONDS,
        ...(storageClass === undefined ? {} : { storageClass }),
        ...(failure === undefined ? {} : { failure }),
        events,
        ...(typeof binding === 'object' ? { undecided: binding } : {}),
      },
    };
  },
});

/** Events expire and may be forbidden; the class says it too. A gap where neither can be read. */
function firstUse(
  context: ViewContext,
  claim: KubeObject,
  storageClass: string | undefined,
): 'waits' | 'at once' | EvidenceGap {
  if (storageClass === undefined || storageClass === '') return 'at once';
  if (textAt(at(claim.body, 'metadata', 'annotations'), SELECTED_NODE) !== undefined) return 'at once';
  const found = context.object({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: storageClass });
  if (found.state === 'unknown') return context.eventsGap(claim.ref.namespace) === undefined ? 'at once' : found.gap;
  return found.state === 'present' && textAt(found.value.body, 'volumeBindingMode') === 'WaitForFirstConsumer'
    ? 'waits'
    : 'at once';
}
