/**
 * The environment variables of a Pod's containers as far as their values can be seen: literals of the spec and values from ConfigMaps.
 * Values of Secrets are never in a snapshot.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';

export interface Variable {
  readonly container: string;
  readonly name: string;
  readonly value: string;
  /** Present where the value comes from there. */
  readonly configMap?: ResourceRef;
  /** Of that ConfigMap. */
  readonly key?: string;
  /** Pointer into the Pod to the value, or to the reference. */
  readonly pointer: string;
  /** Shows the value. */
  readonly cite: Citation;
}

export interface ContainerEnvironment {
  readonly variables: readonly Variable[];
  /** Names of all variables, also of those whose value is not visible. */
  readonly names: ReadonlySet<string>;
}

export const containerEnvironment = defineView<Lookup<ContainerEnvironment>>({
  id: 'container-environment',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'ConfigMap' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const pod = found.value;
    const variables: Variable[] = [];
    const names = new Set<string>();
    for (const field of ['initContainers', 'containers']) {
      for (const [index, spec] of listAt(pod.body, 'spec', field).entries()) {
        const pointer = `/spec/${field}/${index}`;
        for (const variable of listAt(spec, 'env')) names.add(textAt(variable, 'name') ?? '');
        variables.push(...variablesOf(context, pod, spec, pointer));
      }
    }
    return { state: 'present', cite: found.cite, value: { variables, names } };
  },
});

function variablesOf(context: ViewContext, pod: KubeObject, spec: unknown, base: string): readonly Variable[] {
  const container = textAt(spec, 'name') ?? '';
  const result: Variable[] = [];
  for (const [index, source] of listAt(spec, 'envFrom').entries()) {
    const configMap = configMapOf(context, pod, textAt(source, 'configMapRef', 'name'));
    if (!configMap) continue;
    const prefix = textAt(source, 'prefix') ?? '';
    for (const [key, value] of Object.entries(textMapAt(configMap.body, 'data'))) {
      result.push({
        container,
        name: `${prefix}${key}`,
        value,
        configMap: configMap.ref,
        key,
        pointer: `${base}/envFrom/${index}`,
        cite: configMap.cite(`${key} of ConfigMap ${configMap.ref.name}`, pointerTo('data', key)),
      });
    }
  }
  for (const [index, variable] of listAt(spec, 'env').entries()) {
    const name = textAt(variable, 'name') ?? '';
    const literal = textAt(variable, 'value');
    const pointer = `${base}/env/${index}`;
    if (literal !== undefined) {
      result.push({
        container,
        name,
        value: literal,
        pointer: `${pointer}/value`,
        cite: pod.cite(`variable ${name} of container ${container}`, pointer),
      });
      continue;
    }
    const configMap = configMapOf(context, pod, textAt(variable, 'valueFrom', 'configMapKeyRef', 'name'));
    const key = textAt(variable, 'valueFrom', 'configMapKeyRef', 'key');
    const value = key === undefined ? undefined : textAt(configMap?.body, 'data', key);
    if (!configMap || key === undefined || value === undefined) continue;
    result.push({
      container,
      name,
      value,
      configMap: configMap.ref,
      key,
      pointer,
      cite: configMap.cite(`${key} of ConfigMap ${configMap.ref.name}`, pointerTo('data', key)),
    });
  }
  return result;
}

function configMapOf(context: ViewContext, pod: KubeObject, name: string | undefined): KubeObject | undefined {
  if (name === undefined || pod.ref.namespace === undefined) return undefined;
  const found = context.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace: pod.ref.namespace, name });
  return found.state === 'present' ? found.value : undefined;
}
