/** The node that a Pod was given, and whether that node reports. Absent where the pod has no node or has ended. */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type EventRecord, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nodeOfPod, type NodeState } from './node-capacity.ts';
import { podState } from './pod-state.ts';

export interface PodNode {
  readonly pod: KubeObject;
  readonly phase: string;
  readonly nodeRef: ResourceRef;
  readonly node: Lookup<NodeState>;
  /** The node controller's event on the pod, where it speaks of now: the pod is not Ready since. */
  readonly marked?: EventRecord;
}

export const podNode = defineView<Lookup<PodNode>>({
  id: 'pod-node',
  needs: [{ type: 'object', kind: 'Node' }, { type: 'event' }],
  uses: [podState],
  derive(context, subject) {
    const found = context.use(podState, subject);
    if (found.state !== 'present') return found;
    const { pod, phase, ready } = found.value;
    const node = nodeOfPod(context, pod);
    if (node === undefined || phase === 'Succeeded' || phase === 'Failed') {
      return { state: 'absent', cite: pod.cite(`status of Pod ${pod.ref.name}`, '/status') };
    }
    const nodeRef: ResourceRef = { apiVersion: 'v1', kind: 'Node', name: textAt(pod.body, 'spec', 'nodeName') ?? '' };
    // kubernetes pkg/controller/util/node/controller_utils.go, MarkPodsNotReady: `Node is not ready`.
    const marked = ready ? undefined : context.events(pod.ref).findLast((event) => event.reason === 'NodeNotReady');
    return {
      state: 'present',
      cite: found.cite,
      value: { pod, phase, nodeRef, node, ...(marked === undefined ? {} : { marked }) },
    };
  },
});
