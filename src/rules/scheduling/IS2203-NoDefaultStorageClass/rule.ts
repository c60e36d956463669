/** A claim names no StorageClass, no class is the default, and no volume made by hand fits. */
import { defineRule } from '../../define.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import { recreateClaim, verifyClaim } from '../../../fixes/storage.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { claimProvisioning } from '../../../views/claim-provisioning.ts';

const DEFAULT_ANNOTATION = 'storageclass.kubernetes.io/is-default-class';

export default defineRule({
  code: 'IS2203',
  name: 'NoDefaultStorageClass',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A claim names no StorageClass and none is the default',
  appliesTo: ['PersistentVolumeClaim'],
  effects: ['claim-not-bound'],
  aliases: [
    'no persistent volumes available for this claim and no storage class is set',
    'no-default-storage-class',
    'FailedBinding',
  ],
  needs: { provisioning: claimProvisioning },
  messages: {
    none: 'The claim {claim} names no StorageClass, and no class is the default; the cluster has {classes}',
    empty: 'The claim {claim} wants a volume without StorageClass (storageClassName: ""), and none that fits is free',
    said: 'The claim {claim} names no StorageClass, and no volume that fits is free',
  },
  check({ provisioning }, context) {
    if (provisioning.state === 'unknown') return context.unknown(provisioning.gap);
    if (provisioning.state === 'absent') return context.notApplicable('the claim waits for nothing');
    const { claim, className, classes, classesComplete, defaults, last, eventsGap } = provisioning.value;
    if (className !== undefined && className !== '')
      return context.ruledOut(
        'the claim names a StorageClass',
        claim.cite('its StorageClass', '/spec/storageClassName'),
      );
    const said = last?.parsed.class === 'no-storage-class' ? last.event : undefined;
    if (said === undefined && className === undefined && classesComplete.state === 'unknown')
      return context.unknown(classesComplete.gap);
    if (
      said === undefined &&
      last === undefined &&
      eventsGap !== undefined &&
      (className === '' || defaults.length > 0)
    )
      return context.unknown(eventsGap);
    if (said === undefined && (className === '' || defaults.length > 0))
      return context.notApplicable('the volume controller does not complain of it');
    const names = classes.map((object) => object.ref.name).sort();
    // Of a list that was not read whole, one class is no proof that there is no other.
    const [only] = classesComplete.state === 'present' && names.length === 1 ? names : [];
    const spec = claim.cite('spec of the claim', '/spec');
    const list = classesComplete.state === 'present' ? [classesComplete.cite] : [];
    return context.found({
      message:
        className === '' ? 'empty' : classesComplete.state === 'present' && defaults.length === 0 ? 'none' : 'said',
      args: { claim: claim.ref.name, classes: names.slice(0, 6).join(', ') || 'none at all' },
      subject: claim.ref,
      certainty: 'confirmed',
      basis:
        said === undefined ? 'no StorageClass carries the annotation of the default' : 'the volume controller says so',
      cite: said === undefined ? [spec, ...list] : [said.cite(), spec, ...list],
      fixes: [
        ...(className === '' || defaults.length > 0 ? [] : [makeDefault(only, claim.ref)]),
        recreateClaim(claim.ref, only ?? '<CLASS>'),
      ],
    });
  },
});

function makeDefault(storageClass: string | undefined, claim: ResourceRef): Fix {
  const annotate = (value: 'true' | 'false'): Step =>
    kubectl(
      {},
      [
        'patch',
        'storageclass',
        storageClass ?? '<CLASS>',
        '-p',
        JSON.stringify({ metadata: { annotations: { [DEFAULT_ANNOTATION]: value } } }),
      ],
      true,
    );
  return fix({
    title: `Make ${storageClass ?? 'one StorageClass'} the default`,
    applicability: storageClass === undefined ? 'fill-in' : 'review',
    effect:
      'Claims without a class, this one included, get volumes of that class (Kubernetes 1.26 and later; before, make the claim anew).',
    steps: [annotate('true')],
    undo: [annotate('false')],
    verify: verifyClaim(claim),
  });
}
