/** The cluster has no node at all. Nodes that exist and are not Ready are IS9201. */
import { defineRule } from '../../define.ts';
import { command, fix, manual } from '../../../fixes/build.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2113',
  name: 'NoNodes',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The cluster has no node',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: ['no nodes available to schedule pods', '0/0 nodes are available', 'no-nodes'],
  needs: { placement: scheduling },
  messages: { none: 'The cluster has no node that could run {workload}' },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['no-nodes'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting } = opened;
    const { nodesComplete } = waiting.capacity;
    return context.found({
      ...commonOf(waiting),
      message: 'none',
      args: { workload: nameWithKind(waiting.workload) },
      certainty: 'confirmed',
      basis: 'the scheduler knows of no node',
      cite:
        nodesComplete.state === 'present' && waiting.nodes.length === 0
          ? [...waiting.cites, nodesComplete.cite]
          : waiting.cites,
      fixes: [
        fix({
          title: 'Add nodes to the cluster',
          applicability: 'advice',
          effect: 'Pending pods are placed as soon as a node is Ready.',
          steps: [
            manual(
              'Scale the node pool up from zero, or find out why its machines do not join (the cloud’s quota, the autoscaler’s log).',
            ),
          ],
          verify: command(['kubectl', 'get', 'nodes'], false),
        }),
      ],
    });
  },
});
