/**
 * Which ConfigMaps and Secrets a Pod needs, where its spec asks for them, and whether they (and the keys asked for) are there.
 * Reads the spec and the objects; what the kubelet said about them is in `configuration-complaints.ts`.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { at, booleanAt, listAt, objectAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { nearestNames } from './parse/nearest-name.ts';

export type ConfigurationKind = 'ConfigMap' | 'Secret';

/** One place of a Pod's spec that asks for a ConfigMap or Secret, or for one key of it. */
export interface ConfigurationUse {
  readonly kind: ConfigurationKind;
  readonly name: string;
  /** Absent where the whole object is asked for. */
  readonly key?: string;
  readonly through: 'env' | 'envFrom' | 'volume' | 'imagePullSecret';
  /** Of env and envFrom. */
  readonly container?: string;
  /** Name of the variable or of the volume. */
  readonly label: string;
  readonly optional: boolean;
  /** JSON pointer to the field that names the object, or the key. */
  readonly pointer: string;
  readonly cite: Citation;
}

export interface MissingKey {
  readonly key: string;
  readonly uses: readonly ConfigurationUse[];
  /** Keys of the object that look like it, nearest first. */
  readonly nearest: readonly string[];
}

export interface ConfigurationSource {
  readonly ref: ResourceRef;
  readonly kind: ConfigurationKind;
  readonly uses: readonly ConfigurationUse[];
  readonly object: Lookup<KubeObject>;
  /** Keys that the object has; empty where it was not seen. */
  readonly keys: readonly string[];
  /** Keys asked for without `optional` that the object, which was seen, does not have. */
  readonly missingKeys: readonly MissingKey[];
  /** Objects of the same kind and namespace with a name like it, where it is not there. */
  readonly nearestNames: readonly string[];
  /** Namespaces in which an object of the same kind and name exists, where it is not there. */
  readonly elsewhere: readonly string[];
}

export interface ConfigurationSources {
  readonly pod: KubeObject;
  readonly sources: readonly ConfigurationSource[];
}

export const configurationSources = defineView<Lookup<ConfigurationSources>>({
  id: 'configuration-sources',
  needs: [
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'ConfigMap' },
    { type: 'object', kind: 'Secret' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const bySource = new Map<string, ConfigurationUse[]>();
    for (const use of usesOf(found.value)) {
      const key = `${use.kind}/${use.name}`;
      bySource.set(key, [...(bySource.get(key) ?? []), use]);
    }
    const sources = [...bySource.values()].flatMap((uses) => sourceOf(context, found.value.ref.namespace, uses));
    return { state: 'present', value: { pod: found.value, sources }, cite: found.cite };
  },
});

function sourceOf(
  context: ViewContext,
  namespace: string | undefined,
  uses: readonly ConfigurationUse[],
): readonly ConfigurationSource[] {
  const [first] = uses;
  if (!first) return [];
  const { kind, name } = first;
  const ref: ResourceRef = { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const object = context.object(ref);
  const keys = object.state === 'present' ? keysOf(object.value) : [];
  const all = object.state === 'absent' ? context.list(kind).items : [];
  return [
    {
      ref,
      kind,
      uses,
      object,
      keys,
      missingKeys: object.state === 'present' ? missingKeysOf(uses, keys) : [],
      nearestNames: nearestNames(
        name,
        all.filter((other) => other.ref.namespace === namespace).map((other) => other.ref.name),
      ),
      elsewhere: all
        .filter((other) => other.ref.name === name && refKey(other.ref) !== refKey(ref))
        .flatMap((other) => (other.ref.namespace === undefined ? [] : [other.ref.namespace])),
    },
  ];
}

/** A Secret in a snapshot has no `data`, only the names and sizes of its keys. */
function keysOf(object: KubeObject): readonly string[] {
  return ['data', 'binaryData', 'stringData', 'inferscopeKeys'].flatMap((field) =>
    Object.keys(objectAt(object.body, field) ?? {}),
  );
}

function missingKeysOf(uses: readonly ConfigurationUse[], keys: readonly string[]): readonly MissingKey[] {
  const byKey = new Map<string, ConfigurationUse[]>();
  for (const use of uses) {
    if (use.key === undefined || use.optional || keys.includes(use.key)) continue;
    byKey.set(use.key, [...(byKey.get(use.key) ?? []), use]);
  }
  return [...byKey].map(([key, keyUses]) => ({ key, uses: keyUses, nearest: nearestNames(key, keys) }));
}

function usesOf(pod: KubeObject): readonly ConfigurationUse[] {
  const uses: ConfigurationUse[] = [];
  for (const field of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(pod.body, 'spec', field).entries()) {
      uses.push(...environmentUses(pod, container, `/spec/${field}/${index}`));
    }
  }
  for (const [index, volume] of listAt(pod.body, 'spec', 'volumes').entries())
    uses.push(...volumeUses(pod, volume, `/spec/volumes/${index}`));
  for (const [index, secret] of listAt(pod.body, 'spec', 'imagePullSecrets').entries()) {
    const name = textAt(secret, 'name');
    if (name === undefined) continue;
    const pointer = `/spec/imagePullSecrets/${index}/name`;
    // A missing pull secret only means a pull without it (kubelet `kubelet_pods.go` getPullSecretsForPod).
    uses.push({
      kind: 'Secret',
      name,
      through: 'imagePullSecret',
      label: name,
      optional: true,
      pointer,
      cite: pod.cite(`pull secret ${name}`, pointer),
    });
  }
  return uses;
}

function environmentUses(pod: KubeObject, container: unknown, base: string): readonly ConfigurationUse[] {
  const uses: ConfigurationUse[] = [];
  const inContainer = textAt(container, 'name') ?? '';
  for (const [index, variable] of listAt(container, 'env').entries()) {
    for (const [field, kind] of [
      ['configMapKeyRef', 'ConfigMap'],
      ['secretKeyRef', 'Secret'],
    ] as const) {
      const name = textAt(variable, 'valueFrom', field, 'name');
      const key = textAt(variable, 'valueFrom', field, 'key');
      if (name === undefined || key === undefined) continue;
      const label = textAt(variable, 'name') ?? '';
      const pointer = `${base}/env/${index}/valueFrom/${field}/key`;
      uses.push({
        kind,
        name,
        key,
        through: 'env',
        container: inContainer,
        label,
        optional: booleanAt(variable, 'valueFrom', field, 'optional') ?? false,
        pointer,
        cite: pod.cite(`variable ${label} of container ${inContainer}`, `${base}/env/${index}`),
      });
    }
  }
  for (const [index, source] of listAt(container, 'envFrom').entries()) {
    for (const [field, kind] of [
      ['configMapRef', 'ConfigMap'],
      ['secretRef', 'Secret'],
    ] as const) {
      const name = textAt(source, field, 'name');
      if (name === undefined) continue;
      uses.push({
        kind,
        name,
        through: 'envFrom',
        container: inContainer,
        label: name,
        optional: booleanAt(source, field, 'optional') ?? false,
        pointer: `${base}/envFrom/${index}/${field}/name`,
        cite: pod.cite(`envFrom of container ${inContainer}`, `${base}/envFrom/${index}`),
      });
    }
  }
  return uses;
}

function volumeUses(pod: KubeObject, volume: unknown, base: string): readonly ConfigurationUse[] {
  const label = textAt(volume, 'name') ?? '';
  // The service account's own volume (kubernetes plugin/pkg/admission/serviceaccount): Kubernetes writes it and keeps its ConfigMap, nobody configures it.
  if (label.startsWith('kube-api-access-')) return [];
  const sources: {
    readonly source: unknown;
    readonly kind: ConfigurationKind;
    readonly nameField: string;
    readonly pointer: string;
  }[] = [
    { source: at(volume, 'configMap'), kind: 'ConfigMap', nameField: 'name', pointer: `${base}/configMap` },
    { source: at(volume, 'secret'), kind: 'Secret', nameField: 'secretName', pointer: `${base}/secret` },
  ];
  for (const [index, projected] of listAt(volume, 'projected', 'sources').entries()) {
    const pointer = `${base}/projected/sources/${index}`;
    sources.push({
      source: at(projected, 'configMap'),
      kind: 'ConfigMap',
      nameField: 'name',
      pointer: `${pointer}/configMap`,
    });
    sources.push({ source: at(projected, 'secret'), kind: 'Secret', nameField: 'name', pointer: `${pointer}/secret` });
  }
  return sources.flatMap(({ source, kind, nameField, pointer }) => {
    const name = textAt(source, nameField);
    if (name === undefined) return [];
    const optional = booleanAt(source, 'optional') ?? false;
    const cite = pod.cite(`volume ${label}`, base);
    const common = { kind, name, through: 'volume', label, optional, cite } as const;
    const items = listAt(source, 'items').flatMap((item, index) => {
      const key = textAt(item, 'key');
      return key === undefined ? [] : [{ ...common, key, pointer: `${pointer}/items/${index}/key` }];
    });
    return [{ ...common, pointer: `${pointer}/${nameField}` }, ...items];
  });
}
