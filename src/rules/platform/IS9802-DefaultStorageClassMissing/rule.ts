/** Check: a claim that names no StorageClass gets none, or one of which nothing makes volumes. */
import { adviseCluster, askPreflight } from '../../../fixes/platform.ts';
import { fix, kubectl, patch } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { deadProvisioner, defaultStorageClass } from '../../../views/cluster/default-storage-class.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

const MARK = 'storageclass.kubernetes.io/is-default-class';

export default defineRule({
  code: 'IS9802',
  name: 'DefaultStorageClassMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Claims that name no StorageClass get no volume',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', title: 'default StorageClass', weight: 'advisory' },
  aliases: [
    'default-storage-class-missing',
    'no persistent volumes available for this claim and no storage class is set',
    'default StorageClasses were found',
  ],
  needs: { storage: defaultStorageClass },
  messages: {
    none: 'No StorageClass is the default ({count} in all): {classes}',
    waiting: 'The cluster has no StorageClass, and {claim} names none',
    several: '{count} StorageClasses are the default: {classes}; claims get the newest, {chosen}',
    dead: 'The default StorageClass {name} has provisioner {provisioner}, which {why}',
  },
  check({ storage }, context) {
    const { classes, classesSeen, defaults, waiting, claims, claimsSeen } = storage;
    const [chosen] = defaults;
    const consequence = 'A PersistentVolumeClaim that names no class stays Pending, and its pod with it.';
    if (chosen === undefined) {
      if (classesSeen.state === 'unknown') return context.unknown(classesSeen.gap);
      const [first] = classes;
      const [claim] = waiting;
      if (first !== undefined)
        return context.found({
          message: 'none',
          args: { count: classes.length, classes: names(classes) },
          subject: first.ref,
          certainty: 'confirmed',
          basis: 'all StorageClasses were seen, and none carries the annotation',
          consequence,
          cite: [
            first.cite(`annotations of StorageClass ${first.ref.name}`, '/metadata/annotations'),
            classesSeen.cite,
          ],
          fixes: [mark(first, classes.length > 1)],
        });
      if (claim !== undefined)
        return context.found({
          message: 'waiting',
          args: { claim: `PersistentVolumeClaim ${claim.ref.namespace ?? ''}/${claim.ref.name}` },
          subject: claim.ref,
          certainty: 'confirmed',
          basis: 'the list of StorageClasses is empty',
          consequence,
          cite: [claim.cite('the claim', '/spec'), classesSeen.cite],
          fixes: [
            adviseCluster({
              profile: 'kubernetes',
              title: 'Install a provisioner with a StorageClass, and make it the default',
              effect: 'Claims without a class get it afterwards, those that wait as well (Kubernetes 1.28 and later).',
              look: [kubectl({}, ['get', 'storageclass'], false)],
              what: 'Install the CSI driver of the cloud or of the storage system with its StorageClass.',
            }),
          ],
        });
      if (claimsSeen.state === 'unknown') return context.unknown(claimsSeen.gap);
      return context.notApplicable(
        claims.length === 0
          ? 'the cluster has neither claims nor StorageClasses'
          : 'every claim names its class or is bound',
      );
    }
    const dead = deadProvisioner(chosen);
    if (dead !== undefined)
      return context.found({
        message: 'dead',
        args: { name: chosen.ref.name, provisioner: dead.name, why: dead.why },
        subject: chosen.ref,
        certainty: 'confirmed',
        basis: 'the StorageClass names a provisioner that Kubernetes does not have',
        consequence,
        cite: [chosen.cite('provisioner', '/provisioner')],
        fixes: [
          adviseCluster({
            profile: 'kubernetes',
            title: 'Make a StorageClass of a CSI driver the default',
            effect: 'New claims get it; bound claims stay as they are.',
            look: [kubectl({}, ['get', 'storageclass'], false)],
            what: `Install the CSI driver of the storage system, annotate its StorageClass with ${MARK}=true and this one with ${MARK}=false.`,
          }),
        ],
      });
    if (defaults.length > 1)
      return context.found({
        message: 'several',
        args: { count: defaults.length, classes: names(defaults), chosen: chosen.ref.name },
        subject: chosen.ref,
        certainty: 'confirmed',
        basis: 'each of them carries the annotation',
        consequence:
          'Before Kubernetes 1.26 the API server refuses claims without a class; since then they get the newest default.',
        cite: [
          chosen.cite(`annotations of StorageClass ${chosen.ref.name}`, '/metadata/annotations'),
          ...defaults
            .slice(1, 3)
            .map((other) => other.cite(`annotations of StorageClass ${other.ref.name}`, '/metadata/annotations')),
        ],
        fixes: [unmark(defaults[1] ?? chosen)],
      });
    return context.ruledOut(
      `StorageClass ${chosen.ref.name} is the default`,
      chosen.cite('annotation is-default-class', '/metadata/annotations'),
    );
  },
});

function names(classes: readonly KubeObject[]): string {
  return listed(classes.map(({ ref }) => ref.name));
}

function mark(storageClass: KubeObject, choice: boolean): Fix {
  const name = choice ? '<STORAGE-CLASS>' : storageClass.ref.name;
  const ref = { ...storageClass.ref, name };
  return fix({
    title: choice ? 'Make one of the StorageClasses the default' : `Make StorageClass ${name} the default`,
    applicability: choice ? 'fill-in' : 'review',
    effect: 'New claims without a class get it; since Kubernetes 1.28 those that wait as well.',
    steps: [patch(ref, { metadata: { annotations: { [MARK]: 'true' } } })],
    undo: [patch(ref, { metadata: { annotations: { [MARK]: null } } })],
    verify: askPreflight('kubernetes'),
  });
}

function unmark({ ref }: KubeObject): Fix {
  return fix({
    title: `Take the mark off StorageClass ${ref.name}`,
    applicability: 'review',
    effect: 'Claims that exist keep their class.',
    steps: [patch(ref, { metadata: { annotations: { [MARK]: 'false' } } })],
    undo: [patch(ref, { metadata: { annotations: { [MARK]: 'true' } } })],
    verify: askPreflight('kubernetes'),
  });
}
