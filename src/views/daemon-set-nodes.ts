/** On how many nodes a DaemonSet's controller wants a pod, and the labels of all nodes. Concludes nothing. */
import type { Lookup } from '../model/evidence.ts';
import { numberAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';

export interface DaemonSetNodes {
  readonly set: KubeObject;
  /** `status.desiredNumberScheduled`. */
  readonly desired: number;
  /** The status is of the newest spec. */
  readonly observed: boolean;
  /** The template's nodeSelector. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of each node. */
  readonly nodes: readonly Readonly<Record<string, string>>[];
  /** Whether these are all. */
  readonly nodesSeen: Lookup<true>;
}

export const daemonSetNodes = defineView<Lookup<DaemonSetNodes>>({
  id: 'daemon-set-nodes',
  needs: [
    { type: 'object', kind: 'DaemonSet' },
    { type: 'object', kind: 'Node' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const { body } = found.value;
    const nodes = context.list('Node', { group: '' });
    const generation = numberAt(body, 'metadata', 'generation');
    const observed = numberAt(body, 'status', 'observedGeneration');
    return {
      state: 'present',
      cite: found.cite,
      value: {
        set: found.value,
        desired: numberAt(body, 'status', 'desiredNumberScheduled') ?? 0,
        observed: observed !== undefined && (generation === undefined || observed >= generation),
        selector: textMapAt(body, 'spec', 'template', 'spec', 'nodeSelector'),
        nodes: nodes.items.map((node) => textMapAt(node.body, 'metadata', 'labels')),
        nodesSeen: nodes.complete,
      },
    };
  },
});
