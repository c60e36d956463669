/**
 * What belongs to a question: from the object that a person asks about to the workload behind it and everything around that workload.
 * Asking for a Pod, a ReplicaSet, a Service or an owner leads to the same set.
 */
import type { KubeObject, ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { azuremlNeeds, isShort } from '../views/azureml/azureml-needs.ts';
import { ownerTree } from '../views/owner-tree.ts';
import { chainBelow } from '../views/serving-chain.ts';
import { mounts, runsOn, scales, selects } from './relations/index.ts';

export interface Closure {
  /** The topmost owners behind the asked object (a Deployment, a Job, an InferenceService). */
  readonly roots: readonly ResourceRef[];
  /** Everything that may take part in the answer, the asked object among it. */
  readonly members: readonly ResourceRef[];
}

export function closureOf(context: ViewContext, asked: ResourceRef): Closure {
  const members = new Map<string, ResourceRef>();
  const add = (ref: ResourceRef): void => void (members.has(refKey(ref)) || members.set(refKey(ref), ref));
  add(asked);
  const roots = rootsBehind(context, asked);
  for (const root of roots) {
    add(root);
    const tree = context.use(ownerTree, root);
    for (const object of tree.descendants) add(object.ref);
    for (const ref of context.use(chainBelow, root)) {
      add(ref);
      // An InferenceGraph stands on InferenceServices of its namespace, whose pods are not among its own.
      if (!tree.descendants.some((object) => refKey(object.ref) === refKey(ref)))
        for (const pod of context.use(ownerTree, ref).pods) addAround(context, pod, add);
    }
    for (const pod of tree.pods) addAround(context, pod, add);
    for (const object of [
      context.object(root),
      ...tree.descendants.map((descendant) => context.object(descendant.ref)),
    ]) {
      if (object.state !== 'present') continue;
      for (const autoscaler of scales.backward(context, object.value)) add(autoscaler);
    }
  }
  const needing = [...members.values()];
  for (const ref of needing) addPrograms(context, ref, add);
  return { roots, members: [...members.values()] };
}

/** A program of the platform that the answer needs and that does not run: what keeps it down is part of the answer. */
function addPrograms(context: ViewContext, ref: ResourceRef, add: (ref: ResourceRef) => void): void {
  for (const needed of context.use(azuremlNeeds, ref)) {
    const { component } = needed;
    if (component.state !== 'present' || !isShort(needed) || component.value.desired === 0) continue;
    const { workload } = component.value;
    add(workload.ref);
    for (const object of context.use(ownerTree, workload.ref).descendants) add(object.ref);
  }
}

function addAround(context: ViewContext, pod: KubeObject, add: (ref: ResourceRef) => void): void {
  for (const service of selects.backward(context, pod)) add(service);
  for (const mounted of mounts.forward(context, pod)) if (mounted.kind === 'PersistentVolumeClaim') add(mounted);
}

function rootsBehind(context: ViewContext, asked: ResourceRef): readonly ResourceRef[] {
  const found = context.object(asked);
  const roots = new Map<string, ResourceRef>();
  const addRoot = (ref: ResourceRef): void => {
    const { root } = context.use(ownerTree, ref);
    roots.set(refKey(root), root);
  };
  if (found.state !== 'present') {
    addRoot(asked);
    return [...roots.values()];
  }
  const object = found.value;
  switch (asked.kind) {
    case 'Service': {
      addRoot(asked);
      const pods = selects.forward(context, object);
      if (pods.length > 0 && context.use(ownerTree, asked).root.kind === 'Service') roots.clear();
      for (const pod of pods) addRoot(pod);
      break;
    }
    case 'HorizontalPodAutoscaler':
      for (const target of scales.forward(context, object)) addRoot(target);
      break;
    case 'PersistentVolumeClaim':
    case 'ConfigMap':
    case 'Secret':
    case 'ServiceAccount':
      for (const pod of mounts.backward(context, object)) addRoot(pod);
      break;
    case 'Node':
      for (const pod of runsOn.backward(context, object)) addRoot(pod);
      break;
    default:
      addRoot(asked);
  }
  return [...roots.values()];
}
