/**
 * Says what keeps a PersistentVolumeClaim from being bound, from its events (controller-manager
 * `pkg/controller/volume/persistentvolume`, sig-storage-lib-external-provisioner). Responsible for the text only.
 */
import { boundMessage, captured, QUOTED, stripPrefixes } from './go-text.ts';

export type ClaimEventClass =
  | 'storage-class-missing'
  | 'no-storage-class'
  | 'waiting-for-consumer'
  | 'waiting-for-provisioner'
  | 'provisioning-failed'
  | 'volume-mismatch'
  | 'already-bound'
  | 'lost'
  | 'other';

export type ClaimEvent = {
  readonly class: ClaimEventClass;
  readonly storageClass?: string;
  readonly provisioner?: string;
  /** With `volume-mismatch` and `already-bound`: the PersistentVolume. */
  readonly volume?: string;
  readonly detail: string;
};

export function parseClaimEvent(reason: string, message: string): ClaimEvent {
  const detail = stripPrefixes(boundMessage(message), [/^\(combined from similar events\): /]);
  return { ...classify(reason, detail), detail };
}

function classify(reason: string, text: string): Omit<ClaimEvent, 'detail'> {
  const missing = captured(text, new RegExp(`storageclass\\S* ${QUOTED} not found`, 'i'));
  if (missing !== undefined) return { class: 'storage-class-missing', storageClass: missing };
  if (/no storage class is set/.test(text)) return { class: 'no-storage-class' };
  if (reason === 'WaitForFirstConsumer' || reason === 'WaitForPodScheduled') return { class: 'waiting-for-consumer' };
  if (reason === 'ExternalProvisioning') {
    const provisioner = /external provisioner ["']([^"']+)["']/i.exec(text)?.[1];
    return { class: 'waiting-for-provisioner', ...(provisioner === undefined ? {} : { provisioner }) };
  }
  if (reason === 'ProvisioningFailed') {
    const storageClass = captured(text, new RegExp(`with StorageClass ${QUOTED}`));
    return { class: 'provisioning-failed', ...(storageClass === undefined ? {} : { storageClass }) };
  }
  const volume = captured(text, new RegExp(`(?:requested volume|PersistentVolume|^volume) ${QUOTED}`));
  const named = volume === undefined ? {} : { volume };
  if (reason === 'VolumeMismatch') return { class: 'volume-mismatch', ...named };
  if (/already bound to a different claim/.test(text) || reason === 'ClaimMisbound') {
    return { class: 'already-bound', ...named };
  }
  return { class: reason === 'ClaimLost' ? 'lost' : 'other' };
}
