/**
 * A Pod that ended as a whole: evicted under pressure or refused by the kubelet. Absent where it did not, or where its owner has all the
 * replicas that it wants: left-over Failed pods beside a whole workload are no trouble.
 */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';
import { parseEviction, type Eviction } from './parse/eviction-message.ts';
import { podState } from './pod-state.ts';
import { workloadState } from './workload-state.ts';

export interface PodRejection {
  readonly pod: KubeObject;
  readonly workload: ResourceRef;
  readonly node?: ResourceRef;
  readonly reason: string;
  readonly message: string;
  readonly eviction?: Eviction;
}

export const podRejection = defineView<Lookup<PodRejection>>({
  id: 'pod-rejection',
  needs: [],
  uses: [podState, ownerTree, workloadState],
  derive(context, subject) {
    const found = context.use(podState, subject);
    if (found.state !== 'present') return found;
    const { pod, phase, reason, message, terminating } = found.value;
    const cite = pod.cite(`status of Pod ${pod.ref.name}`, '/status');
    if (phase !== 'Failed' || reason === undefined || reason === '' || terminating) return { state: 'absent', cite };
    const { owners, root } = context.use(ownerTree, subject);
    for (const owner of owners) {
      if (!['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(owner.kind)) continue;
      const state = context.use(workloadState, owner);
      if (state.state === 'unknown') return state;
      if (state.state === 'absent') continue;
      if (!state.value.short) return { state: 'absent', cite: state.value.cite };
    }
    const nodeName = textAt(pod.body, 'spec', 'nodeName');
    const eviction = reason === 'Evicted' ? parseEviction(message ?? '') : undefined;
    return {
      state: 'present',
      cite,
      value: {
        pod,
        workload: root,
        ...(nodeName === undefined ? {} : { node: { apiVersion: 'v1', kind: 'Node', name: nodeName } }),
        reason,
        message: message ?? '',
        ...(eviction === undefined ? {} : { eviction }),
      },
    };
  },
});
