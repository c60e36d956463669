/**
 * An address or a storage Secret that KServe refuses before any container runs, wherever it says so: in an event or a condition of the custom resource,
 * in the refusal of a pod, in the answer to `kubectl apply`. Finds the words that still hold; the grammar is in `parse/storage-denial.ts`.
 */
import type { Citation, Citations, EvidenceGap } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { defineView } from '../model/reader.ts';
import { admissionRefusal } from './admission-refusal.ts';
import { storageDenial, type StorageDenial } from './parse/storage-denial.ts';
import { reconcileError } from './reconcile-error.ts';

export type StorageRefusal =
  | {
      readonly state: 'refused';
      readonly denial: StorageDenial;
      readonly cites: Citations;
      readonly effects: readonly Effect[];
      /** Who says so, as the start of a step: `the KServe controller`. */
      readonly by: string;
    }
  /** `cite` shows what was read instead. */
  | { readonly state: 'none'; readonly cite?: Citation }
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };

export const storageRefusal = defineView<StorageRefusal>({
  id: 'storage-refused',
  needs: [],
  uses: [admissionRefusal, reconcileError],
  derive(context, subject) {
    const admission = context.use(admissionRefusal, subject);
    if (admission.state === 'refused') {
      const { error } = admission;
      const denial = storageDenial(error.class === 'webhook-denied' ? error.denial : error.detail);
      if (denial)
        return {
          state: 'refused',
          denial,
          cites: admission.cites,
          effects: admission.effects,
          by: 'the webhook of KServe',
        };
      return { state: 'none', cite: admission.cite };
    }
    const met = context.use(reconcileError, subject);
    const denial = met.state === 'met' ? storageDenial(met.text) : undefined;
    if (met.state === 'met' && denial)
      return {
        state: 'refused',
        denial,
        cites: [met.cite],
        effects: ['object-not-reconciled'],
        by: 'the KServe controller',
      };
    if (met.state === 'unknown') return met;
    return { state: 'none', ...(met.state === 'met' ? { cite: met.cite } : {}) };
  },
});
