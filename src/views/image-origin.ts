/**
 * Where a container's image is written by a person: in the workload itself, or in what the platform takes it from (a ServingRuntime, a ConfigMap).
 * Compares texts only; an image that it finds nowhere is taken for the topmost owner's.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { isObject, pointerTo, textAt } from '../model/json.ts';
import type { KubeObject, ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { kubeObject } from './kube-object.ts';

export interface ImageOrigin {
  /** The object in which the image is to be changed. */
  readonly ref: ResourceRef;
  /** JSON pointer to the image in it; absent where it was not seen there. */
  readonly pointer?: string;
  readonly cite?: Citation;
  /** Present where it may be written in an object that was not read. */
  readonly gap?: EvidenceGap;
}

// InferenceService: spec.predictor.model.image is four deep; a CronJob's template eight.
const DEEPEST = 9;

/** The caller declares `kubeObject` among its `uses`. */
export function imageOrigin(context: ViewContext, root: ResourceRef, image: string, container: string): ImageOrigin {
  const found = context.use(kubeObject, root);
  if (found.state !== 'present') return { ref: root };
  const own = originIn(found.value, image, container);
  if (own !== undefined) return own;
  if (root.kind !== 'InferenceService') return { ref: root };
  let gap: EvidenceGap | undefined;
  for (const ref of runtimesOf(found.value)) {
    const runtime = context.use(kubeObject, ref);
    if (runtime.state === 'unknown') gap ??= runtime.gap;
    if (runtime.state !== 'present') continue;
    const theirs = originIn(runtime.value, image, container);
    if (theirs !== undefined) return theirs;
  }
  return { ref: root, ...(gap === undefined ? {} : { gap }) };
}

function originIn(object: KubeObject, image: string, container: string): ImageOrigin | undefined {
  const pointers: string[] = [];
  const walk = (value: unknown, pointer: string, depth: number): void => {
    if (depth > DEEPEST) return;
    if (Array.isArray(value)) {
      for (const [index, entry] of value.entries()) walk(entry, `${pointer}/${index}`, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    if (textAt(value, 'image') === image) {
      // The container of that name goes before others with the same image.
      if (textAt(value, 'name') === container) pointers.unshift(`${pointer}/image`);
      else pointers.push(`${pointer}/image`);
    }
    for (const [key, entry] of Object.entries(value)) walk(entry, pointer + pointerTo(key), depth + 1);
  };
  walk(object.body['spec'], '/spec', 0);
  const [pointer] = pointers;
  if (pointer === undefined) return undefined;
  return {
    ref: object.ref,
    pointer,
    cite: object.cite(`${nameWithKind(object.ref)} names the image`, pointer),
  };
}

/** kserve pkg/apis/serving/v1beta1: the status tells which runtime was chosen, the spec which was wished for. */
function runtimesOf(service: KubeObject): readonly ResourceRef[] {
  const { body, ref } = service;
  const scope = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const runtime = (name: string): ResourceRef => ({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    name,
    ...scope,
  });
  const cluster = (name: string): ResourceRef => ({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterServingRuntime',
    name,
  });
  const chosen = textAt(body, 'status', 'servingRuntimeName');
  const chosenOfCluster = textAt(body, 'status', 'clusterServingRuntimeName');
  if (chosen !== undefined || chosenOfCluster !== undefined)
    return [
      ...(chosen === undefined ? [] : [runtime(chosen)]),
      ...(chosenOfCluster === undefined ? [] : [cluster(chosenOfCluster)]),
    ];
  const wished = textAt(body, 'spec', 'predictor', 'model', 'runtime');
  return wished === undefined ? [] : [runtime(wished), cluster(wished)];
}
