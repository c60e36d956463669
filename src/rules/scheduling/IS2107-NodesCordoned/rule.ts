/** The nodes that would take a pod are cordoned (`kubectl cordon`, `kubectl drain`, an upgrade that stopped half-way). */
import { defineRule } from '../../define.ts';
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2107',
  name: 'NodesCordoned',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The nodes that would take a pod are cordoned',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'node(s) were unschedulable',
    'SchedulingDisabled',
    'cordon',
    'node.kubernetes.io/unschedulable',
    'nodes-cordoned',
  ],
  needs: { placement: scheduling },
  messages: {
    cordoned: 'Node {node} is cordoned ({count} of {all} nodes are) and takes no new pods, so {workload} finds no node',
    unseen: 'Cordoned nodes ({count}) take no new pods, so {workload} finds no node',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['unschedulable'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const workload = nameWithKind(waiting.workload);
    const nodes = decisive.nodes.map((fit) => fit.state);
    const node = decisive.node;
    const common = {
      ...commonOf(waiting),
      certainty: 'confirmed' as const,
      basis: 'the scheduler says so',
      affects: [waiting.pod.ref],
    };
    if (node === undefined) {
      return context.found({
        ...common,
        message: 'unseen',
        args: { workload, count: decisive.reason.count },
        cite: waiting.cites,
      });
    }
    return context.found({
      ...common,
      message: 'cordoned',
      args: { workload, node: node.name, count: nodes.length, all: waiting.nodes.length },
      subject: node.node.ref,
      cite: [
        ...waiting.cites,
        ...nodes.slice(0, 2).map((state) => state.node.cite(`Node ${state.name} is cordoned`, '/spec/unschedulable')),
      ],
      fixes: [
        fix({
          title: `Uncordon Node ${node.name}, if its maintenance is over`,
          applicability: 'review',
          effect: 'The scheduler may place pods on the node again; nothing that runs is changed.',
          steps: [kubectl({}, ['uncordon', node.name], true)],
          undo: [kubectl({}, ['cordon', node.name], true)],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    });
  },
});
