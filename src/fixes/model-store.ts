/** Fixes for models that cannot be fetched: the address in the custom resource, the Secret with the keys of the store, the account that lists it. */
import type { Fix, Step } from '../model/finding.ts';
import { PLATFORM_LABELS } from '../model/serving-relations.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import { STORE_NAMES, type ModelStore } from '../views/parse/storage-uri.ts';
import type { StorageAddresses, StorageField } from '../views/storage-address.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';
import { newRevision } from './knative.ts';

/**
 * New pods of a workload whose Secrets or accounts changed: neither makes any by itself. `gone` is the present time where no pod is left to delete:
 * Knative does not try a Revision again that it gave up.
 */
export function renewPods(workload: ResourceRef, gone?: string): Step {
  if (gone !== undefined) return newRevision(workload, 'predictor', gone);
  const label = PLATFORM_LABELS[`${workload.kind}.${groupOf(workload.apiVersion)}`];
  if (label !== undefined) return kubectl(workload, ['delete', 'pod', '-l', `${label}=${workload.name}`], true);
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(workload.kind)
    ? kubectl(workload, ['rollout', 'restart', `${kindWord(workload)}/${workload.name}`], true)
    : manual(`Make the pods of ${nameWithKind(workload)} anew.`);
}

/** What renewing does, beside what it does where pods are left. */
export function renewed(withPods: string, gone: string | undefined): string {
  return gone === undefined
    ? withPods
    : 'A new Revision is made, whose pods try again: Knative gave the present one up, and its pods are gone.';
}

/** `to` is the corrected address; a placeholder where nobody but the owner knows it. */
export function changeAddress(
  addresses: StorageAddresses,
  field: StorageField,
  to: string | undefined,
  title: string,
): Fix {
  const { ref } = addresses.service;
  const set = (value: string): Step => patch(ref, [{ op: 'replace', path: field.pointer, value }], 'json');
  const known = to !== undefined && !to.includes('<');
  return fix({
    title,
    applicability: known ? 'review' : 'fill-in',
    effect: `${nameWithKind(ref)} makes new pods, which fetch the model from there.`,
    steps: [set(to ?? '<STORAGE_URI>')],
    undo: [set(field.uri)],
    verify: verifyWithInferscope(ref),
  });
}

/** A strategic merge keeps what the account lists already. */
export function listSecret(account: ResourceRef, secret: string, workload: ResourceRef, gone?: string): Fix {
  return fix({
    title: `Let ServiceAccount ${account.name} list Secret ${secret}`,
    applicability: 'review',
    effect: renewed('New pods get the credentials; the present pods are deleted and made anew.', gone),
    steps: [patch(account, { secrets: [{ name: secret }] }, 'strategic'), renewPods(workload, gone)],
    undo: [patch(account, { secrets: [{ $patch: 'delete', name: secret }] }, 'strategic')],
    verify: verifyWithInferscope(workload),
  });
}

/** The fields of a Secret that KServe reads for a store (kserve pkg/credentials). */
const FIELDS: Readonly<Partial<Record<ModelStore, readonly string[]>>> = {
  s3: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  gcs: ['gcloud-application-credentials.json'],
  azure: ['AZURE_STORAGE_ACCESS_KEY'],
  'hugging-face': ['HF_TOKEN'],
};

/** Other credentials in the same Secret. */
export function replaceKeys(
  secret: ResourceRef,
  keys: readonly string[],
  store: ModelStore,
  workload: ResourceRef,
  gone?: string,
): Fix {
  const wanted = FIELDS[store]?.filter((key) => keys.length === 0 || keys.includes(key)) ?? [];
  const title = `Put credentials that may read the model into Secret ${secret.name}`;
  const effect = renewed('The present pods are deleted; the new ones read the Secret again.', gone);
  const verify = verifyWithInferscope(workload);
  if (wanted.length === 0)
    return fix({
      title,
      applicability: 'advice',
      effect,
      steps: [
        manual(
          `Replace the credentials in Secret ${secret.name} with ones that may list and read the place, or give those that right.`,
        ),
        renewPods(workload, gone),
      ],
      verify,
    });
  const stringData = Object.fromEntries(
    wanted.map((key) => [key, `<${key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}>`]),
  );
  return fix({
    title,
    applicability: 'fill-in',
    effect,
    steps: [patch(secret, { stringData }), renewPods(workload, gone)],
    undo: [manual(`Put the former values back into Secret ${secret.name}.`)],
    verify,
  });
}

/** A right for the credentials that are there: only the store itself can give it. */
export function grantRead(what: string, url: string | undefined, workload: ResourceRef, gone?: string): Fix {
  const place = url === undefined ? 'the place of the model' : url;
  return fix({
    title: `Let ${what} read ${place}`,
    applicability: 'advice',
    effect: renewed('The next try of the download succeeds; nothing is made anew.', gone),
    steps: [
      manual(
        `In the store, give ${what} the right to list and to read ${place} (S3: s3:ListBucket on the bucket and s3:GetObject on its objects).`,
      ),
      ...(gone === undefined ? [] : [renewPods(workload, gone)]),
    ],
    verify: verifyWithInferscope(workload),
  });
}

/** kfserving pkg/credentials/s3: annotations of its own group, and up to 0.4 other names of the keys (config/default/configmap `s3AccessKeyIDName`). */
const KUBEFLOW = 'serving.kubeflow.org';
const OLDEST = 'serving.kubeflow.org/v1alpha2';
const OLDEST_KEYS = ['awsAccessKeyID', 'awsSecretAccessKey'];

/** A Secret for the store, listed by the account. */
export function createSecret(account: ResourceRef, store: ModelStore, workload: ResourceRef, gone?: string): Fix {
  const name = 'model-store';
  const fields = store === 's3' && workload.apiVersion === OLDEST ? OLDEST_KEYS : FIELDS[store];
  const literals = fields?.map((key) =>
    key.endsWith('.json') ? `--from-file=${key}=<FILE>` : `--from-literal=${key}=<${key}>`,
  );
  const place = STORE_NAMES[store];
  if (literals === undefined)
    return fix({
      title: `Give ServiceAccount ${account.name} credentials for ${place}`,
      applicability: 'advice',
      effect: renewed('New pods get the credentials.', gone),
      steps: [
        manual(
          `Make a Secret with the keys that KServe reads for ${place}, and list it under secrets of ServiceAccount ${account.name}.`,
        ),
        renewPods(workload, gone),
      ],
      verify: verifyWithInferscope(workload),
    });
  const group = groupOf(workload.apiVersion) === KUBEFLOW ? KUBEFLOW : 'serving.kserve.io';
  const endpoint: readonly Step[] =
    store === 's3'
      ? [
          kubectl(
            account,
            ['annotate', 'secret', name, `${group}/s3-endpoint=<HOST>:<PORT>`, `${group}/s3-usehttps=1`],
            true,
          ),
        ]
      : [];
  return fix({
    title: `Give ServiceAccount ${account.name} a Secret with credentials for ${place}`,
    applicability: 'fill-in',
    effect: renewed('New pods get the credentials; the present pods are deleted and made anew.', gone),
    steps: [
      kubectl(account, ['create', 'secret', 'generic', name, ...literals], true),
      ...endpoint,
      patch(account, { secrets: [{ name }] }, 'strategic'),
      renewPods(workload, gone),
    ],
    undo: [
      patch(account, { secrets: [{ $patch: 'delete', name }] }, 'strategic'),
      kubectl(account, ['delete', 'secret', name], true),
    ],
    verify: verifyWithInferscope(workload),
  });
}
