/**
 * The workload to name as the place of a mistake that lies in a pod template: the topmost owner of a Pod, or the Pod itself.
 */
import type { KubeObject, ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';

export function workloadOf(context: ViewContext, pod: ResourceRef): ResourceRef {
  return context.use(ownerTree, pod).root;
}

/** The nearest owner whose pod template a person or a chart wrote (Deployment, StatefulSet, Job …), to patch or to cite; undefined for bare pods. Uses `kubeObject`. */
export function templateOwnerOf(context: ViewContext, pod: ResourceRef): KubeObject | undefined {
  for (const owner of context.use(ownerTree, pod).owners) {
    if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController'].includes(owner.kind))
      continue;
    const found = context.use(kubeObject, owner);
    if (found.state === 'present') return found.value;
  }
  return undefined;
}
