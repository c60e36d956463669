/** What in the ConfigMaps of KServe and of Knative Serving their programs refuse, all of them together. It parses nothing itself. */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { CLUSTER, defineView } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { KNATIVE_NAMESPACE } from '../knative-config.ts';
import { knativeConfigFaults } from '../knative-config-faults.ts';
import { kserveConfig } from '../kserve-config.ts';
import { quoted } from '../parse/quoted.ts';
import { kserveInstallation } from './kserve-installation.ts';

export interface ServingConfigFault {
  readonly config: ResourceRef;
  readonly key: string;
  /** `is no JSON`. */
  readonly what: string;
  readonly cite: Citation;
}

export interface ServingConfigs {
  /** KServe is there and its ConfigMap is not. */
  readonly missing?: { readonly config: ResourceRef; readonly cite: Citation };
  readonly faults: readonly ServingConfigFault[];
  /** Those that were read. */
  readonly cites: readonly Citation[];
  readonly gaps: readonly EvidenceGap[];
}

/** Derive it on `CLUSTER`. */
export const servingConfigs = defineView<ServingConfigs>({
  id: 'serving-configs',
  needs: [{ type: 'object', kind: 'ConfigMap' }],
  uses: [kserveInstallation, kserveConfig, knativeConfigFaults],
  derive(context) {
    const { installed } = context.use(kserveInstallation, CLUSTER);
    const kserve = context.use(kserveConfig, CLUSTER);
    const { found } = kserve;
    const knative = context
      .list('ConfigMap')
      .items.filter(({ ref }) => ref.namespace === KNATIVE_NAMESPACE && ref.name.startsWith('config-'))
      .toSorted((a, b) => (a.ref.name < b.ref.name ? -1 : 1))
      .flatMap(({ ref }) => {
        const config = context.use(knativeConfigFaults, ref);
        return config.state === 'present' && config.value !== undefined ? [config.value] : [];
      });
    return {
      ...(found.state === 'absent' && installed === 'yes' ? { missing: { config: kserve.ref, cite: found.cite } } : {}),
      faults: [
        ...kserve.faults.map((fault) => ({ ...fault, config: kserve.ref })),
        ...knative.flatMap(({ config, faults }) =>
          faults
            .filter(({ result }) => result === 'refused')
            .map(({ key, value, why, cite }) => ({
              config: config.ref,
              key,
              what: `is "${quoted(value, LONGEST)}", which ${why}`,
              cite,
            })),
        ),
      ],
      cites: [
        ...(found.state === 'present' ? [found.value.cite('its keys', '/data')] : []),
        ...knative.map(({ config }) => config.cite(`data of ${config.ref.name}`, '/data')),
      ],
      gaps: found.state === 'unknown' ? [found.gap] : [],
    };
  },
});

const LONGEST = 60;
