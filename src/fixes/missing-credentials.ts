/** Fixes for downloads without credentials, one for each link that the chain from the ServiceAccount to the Secret lacks. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { MissingCredentials } from '../views/storage-missing-credentials.ts';
import type { StorageAddresses } from '../views/storage-address.ts';
import { fix, manual, patch, verifyWithInferscope } from './build.ts';
import { createSecret, listSecret, renewPods, replaceKeys } from './model-store.ts';

export function fixesFor(
  why: MissingCredentials,
  workload: ResourceRef,
  held: StorageAddresses | undefined,
  gone?: string,
): readonly Fix[] {
  const verify = verifyWithInferscope(workload);
  switch (why.kind) {
    case 'notListed':
      return [listSecret(why.accountRef, why.secret, workload, gone)];
    case 'otherAccount':
      return [useAccount(why.other, workload, held), listSecret(why.accountRef, why.secret, workload, gone)];
    case 'madeBefore':
      return [
        fix({
          title: `Make the pods of ${nameWithKind(workload)} anew`,
          applicability: 'review',
          effect: 'The pods are deleted; the new ones get the credentials.',
          steps: [renewPods(workload)],
          undo: [manual('Nothing is to be undone: the deleted pods are replaced by themselves.')],
          verify,
        }),
      ];
    case 'keyMissing':
    case 'unusable':
      return [replaceKeys(why.subject, [], why.store, workload, gone)];
    case 'secretMissing':
      return [createSecret(why.accountRef, why.store, workload, gone)];
    case 'nothingListed':
    case 'account':
      return [createSecret(why.accountRef, why.store, workload, gone)];
  }
}

function useAccount(account: string, workload: ResourceRef, held: StorageAddresses | undefined): Fix {
  const title = `Let the predictor of ${nameWithKind(workload)} use ServiceAccount ${account}`;
  const verify = verifyWithInferscope(workload);
  // v1alpha2 has the predictor below `default`.
  const isCurrent = held?.fields.some((field) => field.pointer.startsWith('/spec/predictor/')) === true;
  if (!isCurrent)
    return fix({
      title,
      applicability: 'advice',
      effect: 'Makes new pods.',
      steps: [manual(`Set serviceAccountName of the predictor of ${nameWithKind(workload)} to ${account}.`)],
      verify,
    });
  return fix({
    title,
    applicability: 'review',
    effect: `${nameWithKind(workload)} makes new pods, which get the credentials.`,
    steps: [patch(workload, { spec: { predictor: { serviceAccountName: account } } })],
    undo: [patch(workload, { spec: { predictor: { serviceAccountName: null } } })],
    verify,
  });
}
