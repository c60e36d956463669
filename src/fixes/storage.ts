/** Fixes for claims and volumes. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fix, kubectl, manual, verifyWithInferscope } from './build.ts';

/** A claim's bound-ness is the verification of every fix to it. */
export function verifyClaim(claim: ResourceRef): Fix['verify'] {
  return kubectl(claim, ['get', 'pvc', claim.name], false);
}

/** Most fields of a claim are immutable: it is deleted and made anew. Only for claims that never had a volume. */
export function recreateClaim(claim: ResourceRef, storageClass: string): Fix {
  return fix({
    title: `Make the claim ${claim.name} anew with StorageClass ${storageClass}`,
    applicability: 'fill-in',
    effect: 'The claim has no volume, so no data is lost; the pods that wait for it go on once it is bound.',
    steps: [
      kubectl(claim, ['get', 'pvc', claim.name, '-o', 'yaml'], false),
      kubectl(claim, ['delete', 'pvc', claim.name], true),
      manual(`Set storageClassName: ${storageClass} in the claim’s manifest.`),
      kubectl(claim, ['apply', '-f', '<CLAIM>.yaml'], true),
    ],
    undo: [manual('Apply the manifest as it was.')],
    verify: verifyClaim(claim),
  });
}

export function mountAdvice(title: string, text: string, workload: ResourceRef): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect: 'The kubelet tries again by itself every two minutes or sooner; nothing needs a restart.',
    steps: [manual(text)],
    verify: verifyWithInferscope(workload),
  });
}
