/** A Pod mounts PersistentVolumeClaims, ConfigMaps and Secrets, and runs as a ServiceAccount. */
import { at, listAt, textAt } from '../../model/json.ts';
import type { KubeObject } from '../../model/reader.ts';
import { refKey, type ResourceRef } from '../../model/reference.ts';
import type { Relation } from './relation.ts';

export const mounts: Relation = {
  id: 'mounts',
  from: ['Pod'],
  to: ['PersistentVolumeClaim', 'ConfigMap', 'Secret', 'ServiceAccount'],
  forward: (_context, pod) => referencesOf(pod),
  backward: (context, object) => {
    const key = refKey(object.ref);
    const scope = object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace };
    return context
      .list('Pod', scope)
      .items.filter((pod) => referencesOf(pod).some((reference) => refKey(reference) === key))
      .map((pod) => pod.ref);
  },
};

/** Every object that a Pod's spec names, in its own namespace. */
function referencesOf(pod: KubeObject): readonly ResourceRef[] {
  const found: ResourceRef[] = [];
  const add = (kind: string, name: string | undefined): void => {
    if (name === undefined || name === '') return;
    found.push({
      apiVersion: 'v1',
      kind,
      name,
      ...(pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace }),
    });
  };
  const spec = at(pod.body, 'spec');
  for (const volume of listAt(spec, 'volumes')) {
    add('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName'));
    add('ConfigMap', textAt(volume, 'configMap', 'name'));
    add('Secret', textAt(volume, 'secret', 'secretName'));
    for (const source of listAt(volume, 'projected', 'sources')) {
      add('ConfigMap', textAt(source, 'configMap', 'name'));
      add('Secret', textAt(source, 'secret', 'name'));
    }
  }
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) {
    for (const source of listAt(container, 'envFrom')) {
      add('ConfigMap', textAt(source, 'configMapRef', 'name'));
      add('Secret', textAt(source, 'secretRef', 'name'));
    }
    for (const variable of listAt(container, 'env')) {
      add('ConfigMap', textAt(variable, 'valueFrom', 'configMapKeyRef', 'name'));
      add('Secret', textAt(variable, 'valueFrom', 'secretKeyRef', 'name'));
    }
  }
  for (const secret of listAt(spec, 'imagePullSecrets')) add('Secret', textAt(secret, 'name'));
  add('ServiceAccount', textAt(spec, 'serviceAccountName'));
  return found;
}
