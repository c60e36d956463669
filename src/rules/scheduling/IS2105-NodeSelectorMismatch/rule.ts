/** No node carries the labels that the pod's nodeSelector or required node affinity asks for. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { labelDemand } from '../../../views/label-demand.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2105',
  name: 'NodeSelectorMismatch',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node has the labels that a pod wants',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    "node(s) didn't match Pod's node affinity/selector",
    "node(s) didn't match node selector",
    'node-selector-mismatch',
    'nodeSelector',
    'nodeAffinity',
    'PodUnschedulable',
  ],
  needs: { placement: scheduling },
  messages: {
    value: '{workload} wants nodes with {wanted}; the nodes have {have}',
    key: '{workload} wants nodes with {wanted}; none has a label {key}',
    together: '{workload} wants nodes with {wanted}; no node has all of it at once',
    unseen: '{workload} wants nodes with {wanted}; the scheduler finds no such node',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['node-selector', 'node-name'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting } = opened;
    const demand = labelDemand(waiting);
    const workload = nameWithKind(waiting.workload);
    const { key, wanted, have, nearest } = demand;
    return context.found({
      ...commonOf(waiting),
      message:
        waiting.capacity.nodesComplete.state !== 'present'
          ? 'unseen'
          : key === undefined
            ? 'together'
            : have.length === 0
              ? 'key'
              : 'value',
      args: { workload, wanted, key: key ?? '', have: have.map((value) => `${key ?? ''}=${value}`).join(', ') },
      certainty: 'confirmed',
      basis: 'the scheduler says that the node labels do not match',
      consequence: 'The pod stays Pending until a node with these labels joins.',
      cite: [...waiting.cites, ...demand.cite],
      fixes: [
        demand.inSelector
          ? changePodSpec(waiting, {
              title:
                nearest === undefined
                  ? 'Correct the labels that the pod wants'
                  : `Want ${key ?? ''}=${nearest}, which nodes have`,
              applicability: nearest === undefined ? 'fill-in' : 'review',
              spec: { nodeSelector: { [key ?? '<KEY>']: nearest ?? '<VALUE>' } },
              what:
                nearest === undefined ? 'a nodeSelector that nodes meet' : `the nodeSelector ${key ?? ''}=${nearest}`,
            })
          : fix({
              title: 'Correct the node affinity of the pod template',
              applicability: 'advice',
              effect: 'A change of the pod template rolls out new pods.',
              steps: [
                manual(
                  `Change the required nodeAffinity (and nodeSelector) of ${workload} so that one node meets all of it.`,
                ),
              ],
              verify: verifyWithInferscope(waiting.workload),
            }),
        fix({
          title: `Create the node pool, or label a node that is meant for it`,
          applicability: 'fill-in',
          effect: 'Pods that want this label may be placed on that node.',
          steps: [kubectl({}, ['label', 'node', '<NODE>', demand.label ?? '<KEY>=<VALUE>'], true)],
          undo: [kubectl({}, ['label', 'node', '<NODE>', `${demand.label?.split('=')[0] ?? '<KEY>'}-`], true)],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    });
  },
});
