/** A PersistentVolumeClaim names a StorageClass that does not exist, so nobody makes a volume for it. */
import { defineRule } from '../../define.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import { recreateClaim, verifyClaim } from '../../../fixes/storage.ts';
import { claimProvisioning } from '../../../views/claim-provisioning.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';

export default defineRule({
  code: 'IS2202',
  name: 'StorageClassMissing',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A claim names a StorageClass that does not exist',
  appliesTo: ['PersistentVolumeClaim'],
  effects: ['claim-not-bound'],
  aliases: [
    'storageclass.storage.k8s.io not found',
    'failed to find storage class',
    'storage-class-missing',
    'ProvisioningFailed',
  ],
  needs: { provisioning: claimProvisioning },
  messages: {
    missing: 'The claim {claim} asks for StorageClass {storageClass}, which does not exist; the cluster has {classes}',
    unseen: 'The claim {claim} asks for StorageClass {storageClass}, which does not exist',
  },
  check({ provisioning }, context) {
    if (provisioning.state === 'unknown') return context.unknown(provisioning.gap);
    if (provisioning.state === 'absent') return context.notApplicable('the claim waits for nothing');
    const { claim, className, storageClass, classes, classesComplete, last } = provisioning.value;
    if (className === undefined || className === '') return context.notApplicable('the claim names no StorageClass');
    if (storageClass?.state === 'present') return context.ruledOut('the StorageClass exists', storageClass.cite);
    const said =
      last?.parsed.class === 'storage-class-missing' && last.parsed.storageClass === className ? last.event : undefined;
    if (said === undefined && storageClass?.state !== 'absent') {
      return storageClass === undefined
        ? context.notApplicable('the claim names no StorageClass')
        : context.unknown(storageClass.gap);
    }
    const names = classes.map((object) => object.ref.name).sort();
    const only = classesComplete.state === 'present' && names.length === 1 ? names[0] : undefined;
    const near = nearestNames(className, names, 1)[0] ?? only;
    const spec = claim.cite('StorageClass that the claim names', '/spec/storageClassName');
    const absence = storageClass?.state === 'absent' ? [storageClass.cite] : [];
    return context.found({
      message: classesComplete.state === 'present' ? 'missing' : 'unseen',
      args: { claim: claim.ref.name, storageClass: className, classes: names.slice(0, 6).join(', ') || 'none at all' },
      subject: claim.ref,
      certainty: 'confirmed',
      basis:
        said === undefined
          ? 'the list of StorageClasses does not hold it'
          : 'the volume controller says that it is not found',
      consequence: 'No volume is ever made for the claim, and every pod that mounts it waits.',
      cite: said === undefined ? [spec, ...absence] : [said.cite(), spec, ...absence],
      fixes: [
        recreateClaim(claim.ref, near ?? '<CLASS>'),
        fix({
          title: `Create the StorageClass ${className}`,
          applicability: 'fill-in',
          effect: 'The provisioner makes a volume for the claim as it is.',
          steps: [kubectl({}, ['apply', '-f', '<STORAGECLASS>.yaml'], true)],
          undo: [kubectl({}, ['delete', 'storageclass', className], true)],
          verify: verifyClaim(claim.ref),
        }),
      ],
    });
  },
});
