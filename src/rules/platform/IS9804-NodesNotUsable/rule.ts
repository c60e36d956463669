/** Check: no node takes a pod that says nothing of nodes. */
import type { Citation } from '../../../model/evidence.ts';
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { nodeMakers } from '../../../views/cluster/node-makers.ts';
import { usableNodes, type NodeUse } from '../../../views/cluster/usable-nodes.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9804',
  name: 'NodesNotUsable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'No node takes pods',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', also: ['kserve'], title: 'nodes that take pods', weight: 'blocking' },
  aliases: [
    'nodes-not-usable',
    'no nodes available to schedule pods',
    'node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }',
    'node(s) were unschedulable',
  ],
  needs: { nodes: usableNodes, added: nodeMakers },
  messages: {
    none: 'No node takes pods ({count} in all): {reasons}',
    empty: 'The cluster has no nodes',
  },
  check({ nodes: { nodes, usable, complete }, added }, context) {
    const [one] = usable;
    if (one !== undefined)
      return context.ruledOut(
        `${usable.length} of ${nodes.length} nodes take pods`,
        one.state.ready?.cite ?? one.state.node.cite(`Node ${one.state.name}`),
      );
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    if (complete.state === 'absent') return context.notApplicable('there are no nodes to judge');
    const [maker] = added.makers;
    // Where every node is out of order, new ones may be as well.
    const isBroken = nodes.length > 0 && nodes.every(({ obstacle }) => obstacle === 'not Ready');
    if (maker !== undefined && !isBroken)
      return context.ruledOut(
        `no node takes pods now (${nodes.length} in all), and ${maker.title} adds one when a pod waits`,
        maker.cite,
        complete.cite,
      );
    // Who adds nodes from outside of the cluster may not have been seen.
    const certainty = added.complete.state === 'unknown' ? 'likely' : 'confirmed';
    const consequence = 'Nothing that is deployed now starts: its pods stay Pending.';
    const look = kubectl({}, ['get', 'nodes', '-o', 'wide'], false);
    const [first, ...more] = nodes;
    if (first === undefined)
      return context.found({
        message: 'empty',
        args: {},
        subject: context.on,
        certainty,
        basis: 'the list of nodes is empty, and nobody was seen who adds nodes',
        consequence,
        cite: [complete.cite],
        fixes: [
          adviseCluster({
            profile: 'kubernetes',
            title: 'Add a node pool',
            effect: 'Pods that wait are placed as soon as a node is Ready.',
            look: [look],
            what: 'Add a pool, or let the autoscaler add nodes: some start the first one only when a pod waits.',
          }),
        ],
      });
    return context.found({
      message: 'none',
      args: { count: nodes.length, reasons: reasonsOf(nodes) },
      subject: first.state.node.ref,
      affects: [context.on, ...nodes.map(({ state }) => state.node.ref)],
      certainty,
      basis: 'the state of every node was seen, and nobody who adds nodes for pods that wait',
      consequence,
      cite: [proofOf(first), ...more.slice(0, 2).map(proofOf)],
      fixes: [
        adviseCluster({
          profile: 'kubernetes',
          title: 'Make a node take pods',
          effect: 'Pods that wait are placed as soon as one does.',
          look: [look],
          what: 'Uncordon a node, mend one that is not Ready, take the taint off it, or add a pool for models. Where a taint is meant, give the pods a toleration for it.',
        }),
      ],
    });
  },
});

/** `2 not Ready (a, b), 1 tainted (c: sku=gpu)`. */
function reasonsOf(nodes: readonly NodeUse[]): string {
  const groups = new Map<string, string[]>();
  for (const { obstacle, taint, state } of nodes) {
    const word = taint === undefined ? (obstacle ?? '') : `tainted ${taint.key}`;
    groups.set(word, [...(groups.get(word) ?? []), state.name]);
  }
  return [...groups].map(([word, names]) => `${names.length} ${word} (${listed(names, 2)})`).join(', ');
}

function proofOf({ state, obstacle, taint }: NodeUse): Citation {
  const { node, name } = state;
  if (taint !== undefined) return node.cite(`taint of Node ${name}`, `/spec/taints/${taint.index}`);
  if (obstacle === 'cordoned') return node.cite(`Node ${name} is cordoned`, '/spec/unschedulable');
  return obstacle === 'Windows'
    ? node.cite(`labels of Node ${name}`, '/metadata/labels')
    : (state.ready?.cite ?? node.cite(`Node ${name}`));
}
