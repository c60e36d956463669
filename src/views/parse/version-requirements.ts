/**
 * Which releases of the serving platform require which releases below them, as their projects document it. Data with its source; a release that is not
 * listed requires what the newest one before it does. Recommended ranges are not requirements and stand nowhere here.
 */
export type Product = 'KServe' | 'Knative Serving' | 'Istio' | 'cert-manager' | 'Kubernetes';

export interface VersionRequirement {
  readonly product: Product;
  /** From this release on, `[major, minor, patch]`. */
  readonly from: readonly [number, number, number];
  readonly needs: Product;
  readonly least: readonly [number, number, number];
  readonly source: string;
}

const KSERVE = 'https://kserve.github.io/website/docs/admin-guide/serverless';
const KNATIVE = 'https://github.com/knative/community/blob/main/mechanics/RELEASE-SCHEDULE.md';

function rows(
  product: Product,
  needs: Product,
  source: string,
  minors: readonly (readonly [from: string, least: string])[],
): readonly VersionRequirement[] {
  return minors.flatMap(([from, least]) => {
    const since = parseVersion(from);
    const required = parseVersion(least);
    return since === undefined || required === undefined
      ? []
      : [{ product, from: since, needs, least: required, source }];
  });
}

export const VERSION_REQUIREMENTS: readonly VersionRequirement[] = [
  // Installation guides of 0.7, 0.10, 0.11, 0.13, 0.14, 0.15 and 0.16.
  ...rows('KServe', 'Kubernetes', KSERVE, [
    ['0.7', '1.17'],
    ['0.10', '1.22'],
    ['0.14', '1.28'],
    ['0.15', '1.30'],
    ['0.16', '1.32'],
  ]),
  ...rows('KServe', 'cert-manager', KSERVE, [
    ['0.7', '1.3'],
    ['0.11', '1.9'],
    ['0.14', '1.15'],
  ]),
  // The controller itself refuses to start below it (knative.dev/pkg version/version.go CheckMinimumVersion).
  ...rows('Knative Serving', 'Kubernetes', KNATIVE, [
    ['0.26', '1.19'],
    ['1.0', '1.20'],
    ['1.2', '1.21'],
    ['1.4', '1.22'],
    ['1.8', '1.23'],
    ['1.9', '1.24'],
    ['1.11', '1.25'],
    ['1.12', '1.26'],
    ['1.13', '1.27'],
    ['1.14', '1.28'],
    ['1.16', '1.29'],
  ]),
  ...rows('Knative Serving', 'Istio', 'https://github.com/knative/serving/releases/tag/knative-v1.13.1', [
    ['1.13.1', '1.20'],
  ]),
];

/** `1.13.1`, `v1.34.4-gke.100`, `1.31`: major, minor, patch. */
export function parseVersion(text: string): readonly [number, number, number] | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What a release requires: for each product below it the row of the newest release up to this one. */
export function requirementsOf(product: Product, version: readonly number[]): readonly VersionRequirement[] {
  const newest = new Map<Product, VersionRequirement>();
  for (const row of VERSION_REQUIREMENTS)
    if (row.product === product && compareVersions(row.from, version) <= 0) newest.set(row.needs, row);
  return [...newest.values()];
}
