/**
 * Why a download that KServe put into a pod has no credentials: what the chain from the pod's ServiceAccount to a Secret lacks. Reads what
 * `model-credentials.ts` found; a Secret that could not be seen is never called missing.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import type { Certainty } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fits, wantedKey, type ModelCredentials, type SeenSecret } from './model-credentials.ts';
import { STORE_NAMES, storeOf, type ModelStore } from './parse/storage-uri.ts';
import type { ObservedStep } from './run-trace.ts';
import type { FailedDownload } from './storage-downloads.ts';

interface Common {
  readonly subject: ResourceRef;
  readonly certainty: Certainty;
  readonly cite: readonly Citation[];
  readonly trace: readonly ObservedStep[];
  readonly store: ModelStore;
  readonly storeName: string;
  readonly account: string;
  readonly accountRef: ResourceRef;
}

export type MissingCredentials = Common &
  (
    | { readonly kind: 'notListed'; readonly secret: string }
    /** Another account of the namespace lists the Secret, and nobody chose an account. */
    | { readonly kind: 'otherAccount'; readonly secret: string; readonly other: string }
    | { readonly kind: 'nothingListed' }
    | { readonly kind: 'keyMissing'; readonly secret: string; readonly key: string }
    | { readonly kind: 'secretMissing'; readonly secret: string }
    /** The account lists it now; the pod is older. */
    | { readonly kind: 'madeBefore'; readonly secret: string }
    /** The container takes values of it and finds none all the same. */
    | { readonly kind: 'unusable'; readonly secret: string }
    | { readonly kind: 'account' }
  );

/** Undefined for containers that KServe did not make: where those take credentials from, nobody but their author knows. */
export function missingCredentials(
  download: FailedDownload,
  credentials: Lookup<ModelCredentials>,
  workload: ResourceRef,
): MissingCredentials | undefined {
  if (!download.byKServe || credentials.state !== 'present') return undefined;
  const seen = credentials.value;
  const { account, accountFound, accountCite, listed, chosen } = seen;
  const store = storeOf(download.failure.url ?? '');
  const common = {
    subject: account,
    certainty: 'confirmed' as const,
    cite: [accountCite],
    trace: [
      {
        text: `KServe takes credentials from the Secrets that ServiceAccount ${account.name} lists, and gives container ${download.container} none`,
        cite: [accountCite],
      },
    ],
    store,
    storeName: STORE_NAMES[store],
    account: account.name,
    accountRef: account,
  };
  const [taken] = seen.given.get(download.container) ?? [];
  if (taken)
    return {
      ...common,
      kind: 'unusable',
      secret: taken.secret.ref.name,
      subject: taken.secret.ref,
      certainty: 'likely',
      cite: [taken.cite],
      trace: [
        {
          text: `container ${download.container} takes values from Secret ${taken.secret.ref.name}`,
          cite: [taken.cite],
        },
      ],
    };
  const own = chosen === undefined ? listed : [chosen];
  const named = ofOwnSecrets(own, store, common);
  if (named) return named;
  const good = own.find((secret) => fits(secret, store) === 'exact');
  if (good)
    return download.run === undefined
      ? { ...common, kind: 'account' }
      : { ...common, kind: 'madeBefore', secret: good.ref.name, subject: workload };
  // What the account lists could not be seen: it may hold keys under names that an administrator chose.
  if (accountFound.state !== 'present' || own.some((secret) => secret.found.state === 'unknown') || store === 'unknown')
    return { ...common, kind: 'account' };
  const unlisted = seen.unlisted.filter((secret) => fits(secret, store) === 'exact');
  const [candidate] = unlisted.toSorted((a, b) => (a.ref.name < b.ref.name ? -1 : 1));
  if (candidate === undefined)
    return seen.secretsComplete?.state !== 'present'
      ? { ...common, kind: 'account' }
      : { ...common, kind: 'nothingListed' };
  const shown = candidate.found.state === 'present' ? [candidate.found.cite] : [];
  const others = unlisted.flatMap((secret) =>
    (seen.listedBy.get(secret.ref.name) ?? []).map((other) => ({ other, secret })),
  );
  const [first] = others;
  if (!seen.accountChosen && first)
    return {
      ...common,
      kind: 'otherAccount',
      secret: first.secret.ref.name,
      other: first.other,
      subject: workload,
      cite: [accountCite, ...(first.secret.found.state === 'present' ? [first.secret.found.cite] : [])],
    };
  return { ...common, kind: 'notListed', secret: candidate.ref.name, cite: [accountCite, ...shown] };
}

/** A Secret that is named for the purpose and is not there, or has its keys under other names. */
function ofOwnSecrets(own: readonly SeenSecret[], store: ModelStore, common: Common): MissingCredentials | undefined {
  if (own.some((secret) => fits(secret, store) === 'exact')) return undefined;
  const nearly = own.find((secret) => fits(secret, store) === 'nearly');
  const key = wantedKey(store);
  if (nearly?.found.state === 'present' && key !== undefined)
    return {
      ...common,
      kind: 'keyMissing',
      secret: nearly.ref.name,
      key,
      subject: nearly.ref,
      certainty: 'likely',
      cite: [nearly.found.cite, ...common.cite],
    };
  const missing = own.find((secret) => secret.found.state === 'absent');
  if (missing?.found.state === 'absent')
    return {
      ...common,
      kind: 'secretMissing',
      secret: missing.ref.name,
      subject: missing.ref,
      cite: [missing.found.cite, ...common.cite],
    };
  return undefined;
}
