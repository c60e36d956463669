/**
 * The releases that make up the serving platform, and where one of them requires a newer one of another. Kubernetes' is that of the newest kubelet: the
 * API server is never older than a kubelet. What is not known is compared with nothing.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { CLUSTER, defineView, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { clusterVersions } from '../cluster/cluster-versions.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import {
  compareVersions,
  parseVersion,
  requirementsOf,
  type Product,
  type VersionRequirement,
} from '../parse/version-requirements.ts';
import { platformComponent, useComponent } from '../platform-component.ts';

export interface PlatformVersion {
  readonly product: Product;
  readonly version: readonly [number, number, number];
  readonly text: string;
  readonly object: ResourceRef;
  /** It runs, which it does not where it has looked at the version below it and found it too old. */
  readonly runs: boolean;
  readonly cite: Citation;
}

export interface VersionMisfit {
  readonly upper: PlatformVersion;
  readonly lower: PlatformVersion;
  readonly requirement: VersionRequirement;
}

export interface PlatformVersions {
  readonly known: readonly PlatformVersion[];
  readonly misfits: readonly VersionMisfit[];
  /** How many pairs were compared. */
  readonly compared: number;
  readonly gaps: readonly EvidenceGap[];
}

const PROGRAMS: readonly (readonly [Product, ComponentId])[] = [
  ['KServe', 'kserve-controller'],
  ['Knative Serving', 'knative-controller'],
  ['Istio', 'istiod'],
  ['cert-manager', 'cert-manager'],
];

/** Derive it on `CLUSTER`. */
export const platformVersions = defineView<PlatformVersions>({
  id: 'platform-versions',
  needs: [],
  uses: [clusterVersions, ...PROGRAMS.map(([, id]) => platformComponent(id))],
  derive(context) {
    const gaps: EvidenceGap[] = [];
    const known: PlatformVersion[] = [];
    for (const [product, id] of PROGRAMS) {
      const found = useComponent(context, id);
      if (found.state === 'unknown') gaps.push(found.gap);
      if (found.state !== 'present' || found.value.version === undefined) continue;
      const { workload, version: text } = found.value;
      const version = parseVersion(text);
      if (version !== undefined)
        known.push({
          product,
          version,
          text,
          object: workload.ref,
          runs: !found.value.down,
          cite: workload.cite(`image of ${workload.ref.name}`, '/spec/template/spec/containers'),
        });
    }
    const kubernetes = newestKubelet(context);
    if (kubernetes.state === 'present') known.push(kubernetes.value);
    if (kubernetes.state === 'unknown') gaps.push(kubernetes.gap);
    const pairs = known.flatMap((upper) =>
      requirementsOf(upper.product, upper.version).flatMap((requirement) => {
        // Knative asks the API server itself, and does not start where it is too old (knative.dev/pkg version/version.go).
        if (upper.product === 'Knative Serving' && requirement.needs === 'Kubernetes' && upper.runs) return [];
        const lower = known.find(({ product }) => product === requirement.needs);
        return lower === undefined ? [] : [{ upper, lower, requirement }];
      }),
    );
    return {
      known,
      compared: pairs.length,
      misfits: pairs.filter(({ lower, requirement }) => compareVersions(lower.version, requirement.least) < 0),
      gaps,
    };
  },
});

function newestKubelet(context: ViewContext): Lookup<PlatformVersion> {
  const { kubelets, nodesComplete } = context.use(clusterVersions, CLUSTER);
  const newest = kubelets.at(-1);
  if (newest === undefined)
    return nodesComplete.state === 'present' ? { state: 'absent', cite: nodesComplete.cite } : nodesComplete;
  const { version, object, cite } = newest;
  const { major, minor, text } = version;
  const value = {
    product: 'Kubernetes',
    version: [major, minor, 0],
    text,
    object: object.ref,
    runs: true,
    cite,
  } as const;
  return { state: 'present', value, cite };
}
