/** Check: some nodes are not Ready or under pressure while others take pods. */
import { mendNode, relieveNode } from '../../../fixes/nodes.ts';
import { usableNodes } from '../../../views/cluster/usable-nodes.ts';
import type { NodeCondition } from '../../../views/node-capacity.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9808',
  name: 'NodesTroubled',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Some nodes are not Ready or under pressure',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', title: 'health of nodes', weight: 'advisory' },
  aliases: ['nodes-troubled', 'Kubelet stopped posting node status', 'kubelet has disk pressure'],
  needs: { nodes: usableNodes },
  messages: {
    unready: 'Node {node} is not Ready: {words}',
    pressure: 'Node {node} is under {pressure}: {words}',
  },
  check({ nodes: { nodes, usable, complete } }, context) {
    if (complete.state === 'unknown' && nodes.length === 0) return context.unknown(complete.gap);
    if (usable.length === 0) return context.notApplicable('no node takes pods at all, which is another check');
    const found = nodes.flatMap(({ state, isPassing }) => {
      if (isPassing) return [];
      const { ready, pressures, node, name } = state;
      const common = {
        subject: node.ref,
        affects: [context.on],
        certainty: 'confirmed',
        basis: 'its own condition',
      } as const;
      if (ready?.status !== 'True')
        return [
          context.found({
            message: 'unready',
            args: { node: name, words: quoted(saidBy(ready), BRIEF) },
            ...common,
            consequence: 'Its pods are lost or made anew elsewhere, and it takes no new ones.',
            cite: [ready?.cite ?? node.cite(`Node ${name}`)],
            fixes: [mendNode(node.ref)],
          }),
        ];
      return pressures.map((pressure) =>
        context.found({
          message: 'pressure',
          args: { node: name, pressure: pressure.type, words: quoted(pressure.message, BRIEF) },
          ...common,
          consequence: 'It takes no new pods meanwhile and ends some that it runs.',
          cite: [pressure.cite],
          fixes: [relieveNode(node.ref, pressure.type.replace('Pressure', '').toLowerCase())],
        }),
      );
    });
    const [first, ...more] = found;
    if (first !== undefined) return context.all([first, ...more]);
    const [cite, ...others] = usable.flatMap(({ state }) => state.ready?.cite ?? []);
    return cite === undefined
      ? context.notApplicable('no node says anything of itself')
      : context.ruledOut(
          nodes.some(({ obstacle }) => obstacle === 'not Ready')
            ? `every node but those that join or leave just now is Ready and without pressure (${nodes.length} in all)`
            : `every node is Ready and without pressure (${nodes.length} in all)`,
          cite,
          ...others.slice(0, 2),
        );
  },
});

function saidBy(ready: NodeCondition | undefined): string {
  if (ready === undefined) return 'it has not reported yet';
  return ready.message || ready.reason || `its condition is ${ready.status}`;
}
