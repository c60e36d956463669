/**
 * Where the credentials of a model's download come from: the Secrets that KServe gave the container, the ServiceAccount that it takes them from, what
 * that account lists and does not list. Names and keys only, values are never seen. It says nothing about whether they are right.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, objectAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { storeOf, type ModelStore } from './parse/storage-uri.ts';
import { predictorAccount } from './storage-address.ts';
import type { FailedDownload } from './storage-downloads.ts';

export interface SeenSecret {
  readonly ref: ResourceRef;
  readonly found: Lookup<KubeObject>;
  readonly keys: readonly string[];
}

export interface GivenSecret {
  readonly secret: SeenSecret;
  /** The field of the Pod that takes it. */
  readonly cite: Citation;
}

export interface ModelCredentials {
  readonly account: ResourceRef;
  readonly accountFound: Lookup<KubeObject>;
  /** False where nobody chose an account: the namespace's default is used. */
  readonly accountChosen: boolean;
  readonly accountCite: Citation;
  /** Secrets that give a value or a file to a container, by its name. */
  readonly given: ReadonlyMap<string, readonly GivenSecret[]>;
  /** Secrets that the account lists, tokens of the account itself left out. */
  readonly listed: readonly SeenSecret[];
  /** `serving.kserve.io/storageSecretName`: KServe then takes this Secret and does not ask the account. */
  readonly chosen?: SeenSecret;
  /** An identity of the cloud on the account (IRSA, Workload Identity). */
  readonly identity?: { readonly value: string; readonly cite: Citation };
  /** Secrets of the namespace that the account does not list. */
  readonly unlisted: readonly SeenSecret[];
  /** Whether `unlisted` are all there are; absent where nobody looked, since credentials were given. */
  readonly secretsComplete?: Lookup<true>;
  /** Accounts of the namespace by the names of the Secrets that they list. */
  readonly listedBy: ReadonlyMap<string, readonly string[]>;
}

export const modelCredentials = defineView<Lookup<ModelCredentials>>({
  id: 'model-credentials',
  needs: [
    { type: 'object', kind: 'ServiceAccount' },
    { type: 'object', kind: 'Secret' },
  ],
  uses: [kubeObject, ownerTree],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: credentialsOf(context, found.value) };
  },
});

const HOLDERS: ReadonlySet<string> = new Set(['InferenceService', 'LLMInferenceService', 'TrainedModel']);

/** kserve pkg/constants StorageInitializerContainerName. */
const INITIALIZER = 'storage-initializer';

/** Annotations of a ServiceAccount by which a cloud gives its pods an identity: EKS, Azure and GKE workload identity. */
const IDENTITIES = [
  'eks.amazonaws.com/role-arn',
  'azure.workload.identity/client-id',
  'iam.gke.io/gcp-service-account',
];

function credentialsOf(context: ViewContext, object: KubeObject): ModelCredentials {
  const namespace = object.ref.namespace ?? 'default';
  const pod = object.ref.kind === 'Pod' ? object : undefined;
  const written = pod ? textAt(pod.body, 'spec', 'serviceAccountName') : predictorAccount(object);
  const name = written === undefined || written === '' ? 'default' : written;
  const account: ResourceRef = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name };
  const accountFound = context.object(account);
  const accountBody = accountFound.state === 'present' ? accountFound.value.body : undefined;
  const secret = (secretName: string): SeenSecret => seen(context, namespace, secretName);
  const listedNames = namesIn(listAt(accountBody, 'secrets'));
  const listed = listedNames.map(secret).filter((one) => !isToken(one));
  const annotations = textMapAt(object.body, 'metadata', 'annotations');
  const chosenName = annotations['serving.kserve.io/storageSecretName'];
  const identity = IDENTITIES.map((key) => ({
    key,
    value: textMapAt(accountBody, 'metadata', 'annotations')[key],
  })).find((entry) => entry.value !== undefined && entry.value !== '');
  const given = pod ? givenOf(context, pod, namespace) : new Map<string, readonly GivenSecret[]>();
  const around = asksAccount(object, given) ? aroundOf(context, namespace, listedNames) : NOTHING;
  return {
    account,
    accountFound,
    accountChosen: name !== 'default',
    accountCite:
      accountFound.state === 'present'
        ? accountFound.value.cite(`Secrets of ServiceAccount ${name}`, '/secrets')
        : object.cite('service account', pod ? '/spec/serviceAccountName' : '/spec/predictor'),
    given,
    listed,
    ...(chosenName === undefined || chosenName === '' ? {} : { chosen: secret(chosenName) }),
    ...(identity?.value === undefined || accountFound.state !== 'present'
      ? {}
      : {
          identity: {
            value: identity.value,
            cite: accountFound.value.cite(
              `identity of ServiceAccount ${name}`,
              pointerTo('metadata', 'annotations', identity.key),
            ),
          },
        }),
    ...around,
  };
}

type Around = Pick<ModelCredentials, 'unlisted' | 'secretsComplete' | 'listedBy'>;

const NOTHING: Around = { unlisted: [], listedBy: new Map() };

/** What else the namespace has matters only where KServe's downloader was given nothing. */
function asksAccount(object: KubeObject, given: ModelCredentials['given']): boolean {
  if (object.ref.kind !== 'Pod') return HOLDERS.has(object.ref.kind);
  const names = listAt(object.body, 'spec', 'initContainers').map((container) => textAt(container, 'name'));
  return names.includes(INITIALIZER) && !given.has(INITIALIZER);
}

function aroundOf(context: ViewContext, namespace: string, listedNames: readonly string[]): Around {
  const listing = context.list('Secret', { namespace });
  return {
    unlisted: listing.items
      .filter((item) => !listedNames.includes(item.ref.name))
      .map((item) => seen(context, namespace, item.ref.name))
      .filter((one) => !isToken(one)),
    secretsComplete: listing.complete,
    listedBy: accountsOf(context, namespace),
  };
}

function seen(context: ViewContext, namespace: string, name: string): SeenSecret {
  const ref: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  const found = context.object(ref);
  const body = found.state === 'present' ? found.value.body : undefined;
  return { ref, found, keys: keysOf(body) };
}

/** A snapshot holds the names of a Secret's keys, not their values. */
function keysOf(body: unknown): readonly string[] {
  return ['data', 'stringData', 'inferscopeKeys'].flatMap((field) => Object.keys(objectAt(body, field) ?? {}));
}

/** Tokens and pull secrets that Kubernetes 1.23 and OpenShift list by themselves. */
function isToken({ ref, found }: SeenSecret): boolean {
  const type = found.state === 'present' ? (textAt(found.value.body, 'type') ?? 'Opaque') : '';
  return (
    /^kubernetes\.io\/(?:service-account-token|dockercfg|dockerconfigjson|tls)$|^helm\.sh\/|^bootstrap\./.test(type) ||
    /-(?:token|dockercfg)-[a-z0-9]{5}$/.test(ref.name)
  );
}

function namesIn(references: readonly unknown[]): readonly string[] {
  return references.map((reference) => textAt(reference, 'name') ?? '').filter((name) => name !== '');
}

function givenOf(context: ViewContext, pod: KubeObject, namespace: string): ModelCredentials['given'] {
  const given = new Map<string, readonly GivenSecret[]>();
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of listAt(pod.body, 'spec', field).entries()) {
      const name = textAt(container, 'name') ?? '';
      const pointer = `/spec/${field}/${index}`;
      const add = (secretName: string | undefined, at: string, label: string): void => {
        const known = given.get(name) ?? [];
        if (secretName === undefined || secretName === '' || known.some((one) => one.secret.ref.name === secretName))
          return;
        given.set(name, [...known, { secret: seen(context, namespace, secretName), cite: pod.cite(label, at) }]);
      };
      for (const [position, variable] of listAt(container, 'env').entries())
        add(
          textAt(variable, 'valueFrom', 'secretKeyRef', 'name'),
          `${pointer}/env/${position}`,
          `variable ${textAt(variable, 'name') ?? ''} of container ${name}`,
        );
      for (const [position, source] of listAt(container, 'envFrom').entries())
        add(textAt(source, 'secretRef', 'name'), `${pointer}/envFrom/${position}`, `environment of container ${name}`);
      for (const mount of listAt(container, 'volumeMounts')) {
        const volumes = listAt(pod.body, 'spec', 'volumes');
        const position = volumes.findIndex((volume) => textAt(volume, 'name') === textAt(mount, 'name'));
        add(
          textAt(volumes[position], 'secret', 'secretName'),
          `/spec/volumes/${position}`,
          `volume of container ${name}`,
        );
      }
    }
  }
  return given;
}

function accountsOf(context: ViewContext, namespace: string): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const account of context.list('ServiceAccount', { namespace }).items)
    for (const name of namesIn(listAt(account.body, 'secrets')))
      byName.set(name, [...(byName.get(name) ?? []), account.ref.name]);
  return byName;
}

/**
 * The key by which KServe knows a Secret for credentials of that store (kserve pkg/credentials/service_account_credentials.go `mountSecretCredential`,
 * {s3,gcs,azure,https,hdfs,hf}); administrators may rename the first two in ConfigMap inferenceservice-config.
 */
const KEYS: Readonly<Partial<Record<ModelStore, readonly string[]>>> = {
  s3: ['AWS_SECRET_ACCESS_KEY'],
  gcs: ['gcloud-application-credentials.json'],
  azure: ['AZURE_CLIENT_ID', 'AZ_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZ_CLIENT_SECRET', 'AZURE_STORAGE_ACCESS_KEY'],
  http: ['https-host'],
  hdfs: ['HDFS_NAMENODE'],
  'hugging-face': ['HF_TOKEN'],
};

/** exact: KServe takes the Secret for this store. nearly: a key is meant so, and KServe passes the Secret over. */
export function fits(secret: SeenSecret, store: ModelStore): 'exact' | 'nearly' | 'no' {
  const wanted = KEYS[store] ?? [];
  if (secret.keys.some((key) => wanted.includes(key))) return 'exact';
  const plain = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const near = new Set(wanted.map(plain));
  const also =
    store === 's3'
      ? /^(?:aws|s3|minio)?secret(?:access)?key$/
      : store === 'gcs'
        ? /^(?:gcloud|gcp|google|serviceaccount|key|credentials)\w{0,40}json$/
        : store === 'hugging-face'
          ? /^(?:hf|huggingface(?:hub)?)(?:api)?token$/
          : undefined;
  return secret.keys.some((key) => near.has(plain(key)) || also?.test(plain(key))) ? 'nearly' : 'no';
}

/** The key that KServe looks for; undefined for stores without credentials. */
export function wantedKey(store: ModelStore): string | undefined {
  return KEYS[store]?.[0];
}

/** Who gave a download the credentials that its store refuses. */
export type Giver =
  | { readonly kind: 'secret'; readonly secret: SeenSecret; readonly cite: Citation }
  | { readonly kind: 'identity'; readonly account: ResourceRef; readonly value: string; readonly cite: Citation };

/**
 * Only for downloads that KServe put into the pod: what a container written by a person takes from where, that person knows. A pod that is gone got what
 * its account still lists.
 */
export function giverOf(download: FailedDownload, credentials: Lookup<ModelCredentials>): Giver | undefined {
  if (!download.byKServe || credentials.state !== 'present') return undefined;
  const { account, given, chosen, identity, listed, accountCite } = credentials.value;
  const [taken] = given.get(download.container) ?? [];
  if (taken) return { kind: 'secret', ...taken };
  const store = storeOf(download.failure.url ?? '');
  const usual =
    download.run === undefined ? (chosen ?? listed.find((secret) => fits(secret, store) === 'exact')) : undefined;
  if (usual?.found.state === 'present')
    return { kind: 'secret', secret: usual, cite: chosen ? usual.found.cite : accountCite };
  return identity === undefined ? undefined : { kind: 'identity', account, value: identity.value, cite: identity.cite };
}
