/**
 * Releases of Helm in a namespace, told from the labels of the Secrets that it keeps them in (helm `pkg/storage/driver/secrets.go`: one Secret
 * `sh.helm.release.v1.<name>.v<revision>` for each revision). Contents are not read. It judges no release.
 */
import type { Lookup } from '../model/evidence.ts';
import { textAt, textMapAt } from '../model/json.ts';
import type { KubeObject, ViewContext } from '../model/reader.ts';
import { secondsBetween } from './parse/time.ts';

export interface HelmRevision {
  readonly revision: number;
  /** `deployed`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `superseded`, `uninstalling`, `uninstalled`, `unknown`. */
  readonly status: string;
  readonly secret: KubeObject;
  /** Since it was made or changed. */
  readonly seconds: number;
}

export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly latest: HelmRevision;
  /** Newest first. */
  readonly revisions: readonly HelmRevision[];
}

export interface HelmReleases {
  readonly releases: readonly HelmRelease[];
  readonly complete: Lookup<true>;
}

/** The caller declares the need `Secret`. */
export function helmReleases(context: ViewContext, namespace: string): HelmReleases {
  const listing = context.list('Secret', { namespace });
  const byName = new Map<string, HelmRevision[]>();
  for (const secret of listing.items) {
    const match = /^sh\.helm\.release\.v1\.(.{1,80})\.v(\d{1,9})$/.exec(secret.ref.name);
    if (!match) continue;
    const labels = textMapAt(secret.body, 'metadata', 'labels');
    const [, name = '', revision = ''] = match;
    const known = byName.get(name) ?? [];
    const changed = Number(labels['modifiedAt'] ?? Number.NaN);
    known.push({
      revision: Number(revision),
      status: labels['status'] ?? 'unknown',
      secret,
      seconds:
        secondsBetween(
          Number.isFinite(changed) && changed > 0 && changed < 1e11
            ? new Date(changed * 1000).toISOString()
            : textAt(secret.body, 'metadata', 'creationTimestamp'),
          context.now,
        ) ?? 0,
    });
    byName.set(name, known);
  }
  const releases = [...byName].flatMap(([name, found]) => {
    const revisions = found.toSorted((one, other) => other.revision - one.revision);
    const [latest] = revisions;
    return latest === undefined ? [] : [{ name, namespace, latest, revisions }];
  });
  return { releases, complete: listing.complete };
}
