/** In which versions the cluster serves InferencePools: the API changed its group, and a Gateway controller knows one or the other. */
import type { Citation } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { definitionRef, servedVersions } from './installed-versions.ts';

export interface InferencePoolApi {
  /** `inference.networking.k8s.io/v1`; empty where none is served or nothing was read. */
  readonly versions: readonly string[];
  readonly cites: readonly Citation[];
}

const GROUPS = ['inference.networking.k8s.io', 'inference.networking.x-k8s.io'];

/** Derive it on `CLUSTER`, or on anything: it looks at no subject. */
export const inferencePoolApi = defineView<InferencePoolApi>({
  id: 'inference-pool-api',
  needs: [],
  uses: [servedVersions],
  derive(context) {
    const versions: string[] = [];
    const cites: Citation[] = [];
    for (const group of GROUPS) {
      const served = context.use(servedVersions, definitionRef(`inferencepools.${group}`));
      if (served.state !== 'present') continue;
      versions.push(...served.value.map((version) => `${group}/${version}`));
      cites.push(served.cite);
    }
    return { versions, cites };
  },
});
