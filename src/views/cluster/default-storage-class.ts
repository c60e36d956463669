/**
 * Which StorageClass a claim gets that names none, and whether there are claims that need to be given one. It judges no provisioner but those that
 * Kubernetes itself has dropped.
 */
import type { Lookup } from '../../model/evidence.ts';
import { at, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { byName } from '../parse/by-name.ts';

export interface DefaultStorageClass {
  readonly classes: readonly KubeObject[];
  readonly classesSeen: Lookup<true>;
  /** Newest first: that is the one that counts (kubernetes pkg/volume/util/storageclass.go GetDefaultClass). */
  readonly defaults: readonly KubeObject[];
  /** Claims without a class that are not bound. */
  readonly waiting: readonly KubeObject[];
  readonly claims: readonly KubeObject[];
  readonly claimsSeen: Lookup<true>;
}

const MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Derive it on `CLUSTER`. */
export const defaultStorageClass = defineView<DefaultStorageClass>({
  id: 'default-storage-class',
  needs: [
    { type: 'object', kind: 'StorageClass' },
    { type: 'object', kind: 'PersistentVolumeClaim' },
  ],
  derive(context) {
    const classes = context.list('StorageClass');
    const claims = context.list('PersistentVolumeClaim');
    const sorted = byName(classes.items);
    const named = byName(claims.items);
    return {
      classes: sorted,
      classesSeen: classes.complete,
      defaults: sorted
        .filter(isDefault)
        .toSorted((a, b) => (createdAt(a) === createdAt(b) ? 0 : createdAt(a) < createdAt(b) ? 1 : -1)),
      claims: named,
      waiting: named.filter(
        ({ body }) =>
          at(body, 'spec', 'storageClassName') === undefined &&
          at(body, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') === undefined &&
          textAt(body, 'spec', 'volumeName') === undefined &&
          textAt(body, 'status', 'phase') !== 'Bound',
      ),
      claimsSeen: claims.complete,
    };
  },
});

function isDefault(object: KubeObject): boolean {
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  return MARKS.some((mark) => annotations[mark] === 'true');
}

function createdAt(object: KubeObject): string {
  return textAt(object.body, 'metadata', 'creationTimestamp') ?? '';
}

/** In-tree volume plugins that are gone, with the release without them: CHANGELOG of each. Those that were moved to CSI drivers are not among them. */
const DROPPED: Readonly<Record<string, string>> = {
  'kubernetes.io/scaleio': '1.22',
  'kubernetes.io/flocker': '1.25',
  'kubernetes.io/quobyte': '1.25',
  'kubernetes.io/storageos': '1.25',
  'kubernetes.io/glusterfs': '1.26',
  'kubernetes.io/rbd': '1.31',
};

/** Why nothing provisions volumes of a class; undefined where nothing is known against it. */
export function deadProvisioner(storageClass: KubeObject): { readonly name: string; readonly why: string } | undefined {
  const name = textAt(storageClass.body, 'provisioner') ?? '';
  if (name === 'kubernetes.io/no-provisioner') return { name, why: 'makes no volumes: a person has to' };
  const release = Object.hasOwn(DROPPED, name) ? DROPPED[name] : undefined;
  return release === undefined ? undefined : { name, why: `Kubernetes has no more since ${release}` };
}
