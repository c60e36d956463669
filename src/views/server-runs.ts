/**
 * Where the model of a server came from, and what a failed run of one does. The runs themselves are those of a Pod, or those that the objects above it
 * kept of a pod that is gone.
 */
import type { Lookup } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { defineView } from '../model/reader.ts';
import type { ContainerRun } from './container-runs.ts';
import { MODEL_VOLUME } from './kept-runs.ts';
import { modelSource, type ModelSource } from './model-origin.ts';
import { storageAddresses } from './storage-address.ts';

/** The source of the model; for an InferenceService the address in its own spec. */
export const serverSource = defineView<Lookup<ModelSource | undefined>>({
  id: 'server-source',
  needs: [],
  uses: [modelSource, storageAddresses],
  derive(context, subject) {
    if (subject.kind !== 'InferenceService') return context.use(modelSource, subject);
    const found = context.use(storageAddresses, subject);
    if (found.state !== 'present') return found;
    const fields = found.value?.fields ?? [];
    const field = fields.find(({ pointer }) => pointer.includes('/predictor/')) ?? fields[0];
    return {
      state: 'present',
      cite: found.cite,
      value: field && { uri: field.uri, volume: MODEL_VOLUME, objects: [], cite: field.cite },
    };
  },
});

/** A probe may end a server that waits for its model before the server itself does. */
export function endEffects(run: ContainerRun): readonly Effect[] {
  return run.effects.includes('container-exits')
    ? ['container-exits', 'container-killed', 'container-not-ready']
    : run.effects;
}
