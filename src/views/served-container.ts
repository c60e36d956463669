/**
 * Where the spec of an InferenceService (serving.kserve.io/v1beta1) describes a container of its pods: a change there reaches the pods, one of the
 * objects that KServe makes of it does not stay. Reads the spec only.
 */
import { at, isObject, listAt, objectAt, textAt } from '../model/json.ts';
import type { PodTemplate } from './pod-template.ts';

export interface ServedContainer {
  /** JSON pointer from the InferenceService: `/spec/predictor/model`, `/spec/transformer/containers/0`. */
  readonly pointer: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The container that answers, in every component (kserve pkg/constants `InferenceServiceContainerName`). */
const SERVING_CONTAINER = 'kserve-container';

/** Undefined where it comes from elsewhere: the ServingRuntime, or what KServe and Knative add. */
export function servedContainer(template: PodTemplate, name: string): ServedContainer | undefined {
  if (template.served === undefined) return undefined;
  const { object, component } = template.served;
  const containers = listAt(object.body, 'spec', component, 'containers');
  const named = containers.findIndex((container) => textAt(container, 'name') === name);
  const index = named < 0 && name === SERVING_CONTAINER && containers.length === 1 ? 0 : named;
  const container = containers[index];
  if (isObject(container)) return { pointer: `/spec/${component}/containers/${index}`, spec: container };
  if (name !== SERVING_CONTAINER) return undefined;
  // `model`, or one of the older fields named after a framework: each tells where the model lies.
  const parts = objectAt(object.body, 'spec', component) ?? {};
  const field = Object.keys(parts).find(
    (key) => key === 'model' || at(parts, key, 'storageUri') !== undefined || at(parts, key, 'storage') !== undefined,
  );
  const spec = field === undefined ? undefined : parts[field];
  return isObject(spec) ? { pointer: `/spec/${component}/${field}`, spec } : undefined;
}
