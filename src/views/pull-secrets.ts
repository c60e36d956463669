/**
 * The pull secrets of a pod, or of a Knative Revision: which it names, whether they are there, of which type, and for which registries. Values are
 * never seen; it says nothing about why a pull fails.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';

export interface PullSecret {
  readonly ref: ResourceRef;
  readonly found: Lookup<KubeObject>;
  /** `kubernetes.io/dockerconfigjson` where it is one; absent where the Secret was not seen. */
  readonly type?: string;
  /** Of a type that the kubelet takes credentials from. */
  readonly usable?: boolean;
  /** Hosts with credentials in it; absent where that could not be seen. */
  readonly hosts?: readonly string[];
}

export interface PullSecrets {
  /**
   * Those in the pod's spec: only these count, the ServiceAccount's are copied there when the pod is created. For a Revision those of its
   * ServiceAccount too, as they are now: the Knative controller reads both (go-containerregistry pkg/authn/k8schain).
   */
  readonly named: readonly PullSecret[];
  /** Where the names stand: in the template of the workload where it was seen, else in the pod. */
  readonly cite: Citation;
  /** What the kubelet says it could not read (event FailedToRetrieveImagePullSecret). */
  readonly unretrieved?: { readonly names: readonly string[]; readonly cite: Citation };
  readonly account: ResourceRef;
  readonly accountFound: Lookup<KubeObject>;
  /** Pull secrets that the ServiceAccount names now. */
  readonly accountNames: readonly string[];
  /** Docker-config Secrets of the namespace that the pod does not name. */
  readonly unused: readonly PullSecret[];
  /** Namespaces that hold a Secret of such a name; only from a whole list. */
  readonly elsewhere: Readonly<Record<string, readonly string[]>>;
}

// kubernetes pkg/credentialprovider/secrets: every other type is passed over without a word.
const USABLE = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']);

export const pullSecrets = defineView<Lookup<PullSecrets>>({
  id: 'pull-secrets',
  needs: [
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'Revision' },
    { type: 'object', kind: 'Secret' },
    { type: 'object', kind: 'ServiceAccount' },
    { type: 'event' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: secretsOf(context, found.value) };
  },
});

function secretsOf(context: ViewContext, pod: KubeObject): PullSecrets {
  const { body } = pod;
  const scope = pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace };
  const account: ResourceRef = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    name: textAt(body, 'spec', 'serviceAccountName') ?? 'default',
    ...scope,
  };
  const accountFound = context.object(account);
  const accountNames =
    accountFound.state === 'present' ? namesOf(listAt(accountFound.value.body, 'imagePullSecrets')) : [];
  const own = namesOf(listAt(body, 'spec', 'imagePullSecrets'));
  const names = [...new Set(pod.ref.kind === 'Revision' ? [...own, ...accountNames] : own)];
  const unused = context
    .list('Secret', scope)
    .items.filter((secret) => USABLE.has(textAt(secret.body, 'type') ?? '') && !names.includes(secret.ref.name))
    .map((secret) =>
      described({ state: 'present', value: secret, cite: secret.cite(`Secret ${secret.ref.name}`) }, secret.ref),
    );
  const unretrieved = unretrievedOf(context, pod);
  return {
    named: names.map((name) => {
      const ref: ResourceRef = { apiVersion: 'v1', kind: 'Secret', name, ...scope };
      return described(context.object(ref), ref);
    }),
    cite: pod.cite(
      `pull secrets of ${nameWithKind(pod.ref)}`,
      own.length === 0 && textAt(pod.body, 'spec', 'serviceAccountName') !== undefined
        ? '/spec/serviceAccountName'
        : '/spec/imagePullSecrets',
    ),
    ...(unretrieved === undefined ? {} : { unretrieved }),
    account,
    accountFound,
    accountNames,
    unused,
    elsewhere: elsewhereOf(context, names, pod.ref.namespace),
  };
}

function described(found: Lookup<KubeObject>, ref: ResourceRef): PullSecret {
  if (found.state !== 'present') return { ref, found };
  const type = textAt(found.value.body, 'type') ?? 'Opaque';
  const seen = found.value.body['inferscopeRegistries'];
  const hosts = Array.isArray(seen) ? seen.filter((host) => typeof host === 'string') : undefined;
  return { ref, found, type, usable: USABLE.has(type), ...(hosts === undefined ? {} : { hosts }) };
}

/** `Unable to retrieve some image pull secrets (a, b); attempting to pull the image may not succeed.` (pkg/kubelet/kubelet_pods.go) */
function unretrievedOf(context: ViewContext, pod: KubeObject): PullSecrets['unretrieved'] {
  const event = context
    .events(pod.ref)
    .filter((candidate) => candidate.reason === 'FailedToRetrieveImagePullSecret')
    .at(-1);
  const listed = /image pull secrets \(([^()]{1,4000})\)/.exec(event?.message ?? '')?.[1];
  if (event === undefined || listed === undefined) return undefined;
  return { names: listed.split(', '), cite: event.cite('the kubelet cannot retrieve the pull secret') };
}

function elsewhereOf(
  context: ViewContext,
  names: readonly string[],
  namespace: string | undefined,
): PullSecrets['elsewhere'] {
  const listing = context.list('Secret');
  if (listing.complete.state !== 'present') return {};
  // The names are the cluster's: `constructor` is a good name for a Secret.
  const found = new Map<string, string[]>();
  for (const { ref } of listing.items) {
    if (!names.includes(ref.name) || ref.namespace === undefined || ref.namespace === namespace) continue;
    found.set(ref.name, [...(found.get(ref.name) ?? []), ref.namespace]);
  }
  return Object.fromEntries(found);
}

function namesOf(references: readonly unknown[]): readonly string[] {
  return references.map((reference) => textAt(reference, 'name') ?? '').filter((name) => name !== '');
}

/** Whether a pull secret has credentials for a host; undefined where its hosts could not be seen. */
export function covers(secret: PullSecret, host: string): boolean | undefined {
  if (secret.usable === false) return false;
  return secret.hosts?.some((pattern) => matchesHost(pattern, host));
}

/** As the kubelet matches: label by label, `*` within one label, the same port (pkg/credentialprovider/keyring.go URLsMatch). */
function matchesHost(pattern: string, host: string): boolean {
  const [patternName = '', patternPort] = splitPort(pattern);
  const [name = '', port] = splitPort(host.toLowerCase());
  if (patternPort !== port) return false;
  const wanted = patternName.split('.');
  const labels = name.split('.');
  if (wanted.length !== labels.length) return false;
  return wanted.every((label, index) => matchesLabel(label, labels[index] ?? ''));
}

function splitPort(host: string): readonly [string, string | undefined] {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? [host, undefined] : [host.slice(0, -port.length - 1), port];
}

function matchesLabel(pattern: string, label: string): boolean {
  const parts = pattern.split('*');
  const [head = '', ...rest] = parts;
  if (rest.length === 0) return pattern === label;
  const tail = rest.pop() ?? '';
  if (!label.startsWith(head) || !label.endsWith(tail) || label.length < head.length + tail.length) return false;
  let from = head.length;
  for (const part of rest) {
    const position = label.indexOf(part, from);
    if (position < 0 || position + part.length > label.length - tail.length) return false;
    from = position + part.length;
  }
  return true;
}
