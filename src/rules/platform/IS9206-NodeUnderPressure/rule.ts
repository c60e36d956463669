/** The nodes that would take a pod are short of memory, disk or process ids and keep new pods away. */
import { defineRule } from '../../define.ts';
import { relieveNode } from '../../../fixes/nodes.ts';
import { decisiveTaint } from '../../../views/decisive-taint.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS9206',
  name: 'NodeUnderPressure',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A node under pressure takes no new pods',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'node.kubernetes.io/memory-pressure',
    'node.kubernetes.io/disk-pressure',
    'node.kubernetes.io/pid-pressure',
    'DiskPressure',
    'MemoryPressure',
    'node-under-pressure',
  ],
  needs: { placement: scheduling },
  messages: {
    pressed: '{count} of {all} nodes are under {what}, among them Node {node}, and {workload} finds no other',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['taint'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const taint = decisiveTaint(waiting, decisive);
    const [first] = taint?.nodes ?? [];
    if (taint === undefined || first === undefined) {
      const { nodesComplete } = waiting.capacity;
      return nodesComplete.state === 'unknown'
        ? context.unknown(nodesComplete.gap)
        : context.notApplicable('no node carries such a taint any more');
    }
    if (taint.role !== 'pressure') return context.notApplicable('the taint is not one of pressure');
    const what = taint.key.slice(taint.key.indexOf('/') + 1).replaceAll('-', ' ');
    return context.found({
      ...commonOf(waiting),
      message: 'pressed',
      args: {
        count: taint.nodes.length,
        all: waiting.nodes.length,
        what,
        node: first.name,
        workload: nameWithKind(waiting.workload),
      },
      subject: first.node.ref,
      affects: [waiting.pod.ref],
      certainty: 'confirmed',
      basis: 'the scheduler speaks of a taint, and the nodes carry that of pressure',
      consequence: 'The kubelet of such a node evicts pods and admits no new ones until the pressure has ended.',
      cite: [...waiting.cites, ...first.pressures.map((pressure) => pressure.cite), ...taint.cite],
      fixes: [relieveNode(first.node.ref, what.replace(/ pressure$/, ''))],
    });
  },
});
