/** The nodes that are left for a pod keep it off with taints that it does not tolerate. Taints of broken nodes are IS9201 and IS9206. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { listAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { decisiveTaint } from '../../../views/decisive-taint.ts';

export default defineRule({
  code: 'IS2106',
  name: 'UntoleratedTaint',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The nodes are tainted, and a pod does not tolerate the taint',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'node(s) had untolerated taint',
    "node(s) had taint that the pod didn't tolerate",
    'untolerated-taint',
    'taint-not-tolerated',
    'PodUnschedulable',
  ],
  needs: { placement: scheduling },
  messages: {
    tainted: '{count} of {all} nodes have the taint {taint}, which {workload} does not tolerate',
    unseen: 'Nodes have the taint {taint}, which {workload} does not tolerate',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['taint'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const taint = decisiveTaint(waiting, decisive);
    if (taint === undefined) {
      const { nodesComplete } = waiting.capacity;
      return nodesComplete.state === 'unknown'
        ? context.unknown(nodesComplete.gap)
        : context.notApplicable('no node carries such a taint any more');
    }
    if (taint.role === 'not-ready' || taint.role === 'pressure')
      return context.notApplicable('the taint says that the node is in trouble itself');
    const { key, value, effect } = taint;
    const toleration = {
      key,
      ...(value === '' ? { operator: 'Exists' } : { operator: 'Equal', value }),
      ...(effect === '' ? {} : { effect }),
    };
    const known = listAt(waiting.template?.body, 'spec', 'template', 'spec', 'tolerations');
    return context.found({
      ...commonOf(waiting),
      message: taint.nodes.length === 0 ? 'unseen' : 'tainted',
      args: {
        workload: nameWithKind(waiting.workload),
        taint: taint.text,
        count: taint.nodes.length,
        all: waiting.nodes.length,
      },
      certainty: 'confirmed',
      basis:
        taint.nodes.length === 0
          ? 'the scheduler names the taint'
          : 'the scheduler speaks of a taint, and the nodes carry this one',
      consequence: 'The taint keeps these nodes for pods that tolerate it; the pod stays Pending.',
      cite: [...waiting.cites, ...taint.cite],
      fixes: [
        changePodSpec(waiting, {
          title:
            taint.role === 'control-plane'
              ? 'Add a worker node (or tolerate the control plane’s taint)'
              : `Tolerate the taint ${taint.key}, or use other nodes`,
          // A list of tolerations is replaced as a whole by a patch, so the present ones go with it.
          spec: { tolerations: [...known, toleration] },
          what: `a toleration for ${taint.text}`,
        }),
      ],
    });
  },
});
