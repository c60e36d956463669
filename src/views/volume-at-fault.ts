/** Which object to name for a failed mount: the claim behind the volume, or the workload that mounts it. Reads only what `creation-failure` holds. */
import type { Citation } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import { listAt, textAt } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { CreationFailure } from './creation-failure.ts';
import { claimNamed } from './pod-claims.ts';

export interface VolumeAtFault {
  readonly subject: ResourceRef;
  /** Name for messages: the pod's volume, or the PersistentVolume. */
  readonly volume: string;
  readonly workload: string;
  readonly cite: readonly Citation[];
}

export function volumeAtFault(failure: CreationFailure): VolumeAtFault {
  const named = failure.mount?.error.volume ?? failure.mount?.error.unmounted?.[0];
  const claim = failure.claims === undefined || named === undefined ? undefined : claimNamed(failure.claims, named);
  const index = listAt(failure.pod.body, 'spec', 'volumes').findIndex((volume) => textAt(volume, 'name') === named);
  const spec = index < 0 ? [] : [failure.pod.cite(`volume ${named ?? ''} of the pod`, `/spec/volumes/${index}`)];
  return {
    subject: claim?.ref ?? failure.workload,
    volume: named ?? 'unnamed',
    workload: nameWithKind(failure.workload),
    cite: claim === undefined ? spec : [claim.cite],
  };
}
