/**
 * Why a PersistentVolumeClaim has no volume: the last word of its controllers, taken apart, and the StorageClass behind it. Absent where the
 * claim is bound or only waits for a pod.
 */
import type { Lookup } from '../model/evidence.ts';
import { textAt, textMapAt } from '../model/json.ts';
import { defineView, type EventRecord, type KubeObject } from '../model/reader.ts';
import { claimState } from './claim-state.ts';
import { parseClaimEvent, type ClaimEvent } from './parse/mount-message.ts';
import { secondsBetween } from './parse/time.ts';

export interface ClaimProvisioning {
  readonly claim: KubeObject;
  readonly phase: string;
  readonly ageSeconds: number;
  /** `storageClassName` of the spec; undefined where none is given, empty where the claim wants none. */
  readonly className?: string;
  readonly storageClass?: Lookup<KubeObject>;
  /** All classes that were seen, and whether that is all of them. */
  readonly classes: readonly KubeObject[];
  readonly classesComplete: Lookup<true>;
  readonly defaults: readonly KubeObject[];
  /** The newest event that tells of a failure or of waiting for a provisioner. */
  readonly last?: { readonly event: EventRecord; readonly parsed: ClaimEvent };
  readonly eventsGap?: Extract<Lookup<never>, { state: 'unknown' }>['gap'];
}

export const claimProvisioning = defineView<Lookup<ClaimProvisioning>>({
  id: 'claim-provisioning',
  needs: [{ type: 'object', kind: 'StorageClass' }, { type: 'event' }],
  uses: [claimState],
  derive(context, subject) {
    const found = context.use(claimState, subject);
    if (found.state !== 'present') return found;
    const { object: claim, bound, phase, waitsForPod, events } = found.value;
    if (bound || waitsForPod)
      return { state: 'absent', cite: claim.cite(`phase of claim ${claim.ref.name}`, '/status/phase') };
    const className =
      textAt(claim.body, 'spec', 'storageClassName') ??
      textMapAt(claim.body, 'metadata', 'annotations')['volume.beta.kubernetes.io/storage-class'];
    const listed = context.list('StorageClass');
    const told = events
      .map((event) => ({ event, parsed: parseClaimEvent(event.reason, event.message) }))
      .filter(({ parsed }) => parsed.class !== 'other' && parsed.class !== 'waiting-for-consumer');
    // A failure weighs more than the patience that the volume controller repeats beside it.
    const last = told.findLast(({ parsed }) => parsed.class !== 'waiting-for-provisioner') ?? told.at(-1);
    const eventsGap = context.eventsGap(claim.ref.namespace);
    return {
      state: 'present',
      cite: found.cite,
      value: {
        claim,
        phase,
        ageSeconds: secondsBetween(textAt(claim.body, 'metadata', 'creationTimestamp'), context.now) ?? 0,
        ...(className === undefined ? {} : { className }),
        ...(className === undefined || className === ''
          ? {}
          : {
              storageClass: context.object({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: className }),
            }),
        classes: listed.items,
        classesComplete: listed.complete,
        defaults: listed.items.filter((object) => isDefault(object)),
        ...(last === undefined ? {} : { last }),
        ...(eventsGap === undefined ? {} : { eventsGap }),
      },
    };
  },
});

function isDefault(object: KubeObject): boolean {
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  return (
    annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    annotations['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  );
}
