/** The nodes hold as many pods as they may, whatever these pods ask for. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2112',
  name: 'TooManyPods',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The nodes hold as many pods as they may',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: ['Too many pods', 'maxPods', 'max-pods', 'too-many-pods', 'OutOfQuota'],
  needs: { placement: scheduling },
  messages: {
    full: 'Every node left ({count}) holds as many pods as it may ({most} on Node {node}), so {workload} finds no node',
    unseen: 'Every node left ({count}) holds as many pods as it may, so {workload} finds no node',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['too-many-pods'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const workload = nameWithKind(waiting.workload);
    const { count } = decisive.reason;
    const common = {
      ...commonOf(waiting),
      certainty: 'confirmed' as const,
      basis: 'the scheduler says so',
      consequence: 'The limit is the kubelet’s maxPods (often set by the network plugin), not CPU or memory.',
      fixes: [
        fix({
          title: 'Add a node, or use nodes with a higher limit of pods',
          applicability: 'advice',
          effect: 'The pending pods are placed as soon as a node has room.',
          steps: [
            manual(
              'Add a node to the pool; or create a pool whose nodes allow more pods (maxPods of the kubelet), or remove pods that are not needed.',
            ),
          ],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    };
    if (decisive.misfit?.kind !== 'too-many-pods' || decisive.node === undefined) {
      return context.found({ ...common, message: 'unseen', args: { workload, count }, cite: waiting.cites });
    }
    return context.found({
      ...common,
      message: 'full',
      args: { workload, count, most: decisive.misfit.allocatable, node: decisive.node.name },
      cite: [
        ...waiting.cites,
        decisive.node.node.cite(`pods that Node ${decisive.node.name} may hold`, '/status/allocatable/pods'),
      ],
    });
  },
});
