/**
 * Versions of Kubernetes: reading them, and until when the project mended each minor one, as data (kubernetes/website `data/releases/eol.yaml`; from
 * 1.32 on the day that was announced). It compares no cluster.
 */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  /** As written, without the `v`. */
  readonly text: string;
}

/** `v1.29.4-gke.1043002`, `v1.30.2+k3s1`, `1.27`; undefined where it is none. */
export function kubernetesVersion(text: string | undefined): KubernetesVersion | undefined {
  const match = /^v?(\d{1,2})\.(\d{1,3})(?:[.+-].{0,100})?$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), text: (text ?? '').trim().replace(/^v/, '') };
}

const ENDS: Readonly<Record<string, string>> = {
  '1.16': '2020-09-02',
  '1.17': '2021-01-13',
  '1.18': '2021-06-18',
  '1.19': '2021-10-28',
  '1.20': '2022-02-28',
  '1.21': '2022-06-28',
  '1.22': '2022-12-08',
  '1.23': '2023-02-28',
  '1.24': '2023-07-28',
  '1.25': '2023-10-28',
  '1.26': '2024-02-28',
  '1.27': '2024-07-16',
  '1.28': '2024-10-22',
  '1.29': '2025-02-28',
  '1.30': '2025-07-15',
  '1.31': '2025-11-11',
  '1.32': '2026-02-28',
  '1.33': '2026-06-28',
  '1.34': '2026-10-27',
  '1.35': '2027-02-28',
  '1.36': '2027-06-28',
};

/** The day on which support by the project ended or ends (`2025-02-28`); undefined for versions that the table does not have. */
export function endOfSupport({ major, minor }: KubernetesVersion): string | undefined {
  return ENDS[`${major}.${minor}`];
}

/** How many minor versions older a kubelet may be than its API server (kubernetes.io version skew policy: three since 1.28). It may never be newer. */
export function oldestSkew(server: KubernetesVersion): number {
  return server.major > 1 || server.minor >= 28 ? 3 : 2;
}
