/** Cause: a DaemonSet that somebody asks for runs nowhere, since no node has the labels that it selects. */
import { fix, kubectl, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { daemonSetNodes } from '../../../views/daemon-set-nodes.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6104',
  name: 'DaemonSetSelectsNoNode',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'No node has the labels that a DaemonSet selects',
  appliesTo: ['DaemonSet'],
  looksAt: 'asked',
  effects: ['rollout-stopped'],
  aliases: ['DESIRED 0', 'desiredNumberScheduled: 0', 'daemonset-selects-no-node', 'nodeSelector'],
  needs: { placed: daemonSetNodes, owner: fieldOwner },
  messages: {
    key: 'DaemonSet {name} runs on nodes with {wanted}; none of the {count} nodes has a label {key}',
    value: 'DaemonSet {name} runs on nodes with {wanted}; the nodes have {have}',
    together: 'DaemonSet {name} runs on nodes with {wanted}; none of the {count} nodes has all of it',
  },
  check({ placed, owner }, context) {
    if (placed.state === 'unknown') return context.unknown(placed.gap);
    if (placed.state === 'absent') return context.notApplicable('the DaemonSet is gone');
    const { set, desired, observed, selector, nodes, nodesSeen } = placed.value;
    if (!observed) return context.notApplicable('its controller has not looked at its newest spec yet');
    if (desired > 0) return context.ruledOut('it wants pods on nodes', set.cite('status', '/status'));
    const pairs = Object.entries(selector);
    if (pairs.length === 0) return context.notApplicable('it selects no labels of nodes');
    if (nodesSeen.state === 'unknown') return context.unknown(nodesSeen.gap);
    if (nodes.some((labels) => pairs.every(([key, value]) => labels[key] === value)))
      return context.ruledOut('a node has the labels', set.cite('nodeSelector', '/spec/template/spec/nodeSelector'));
    const missing = pairs.find(([key, value]) => nodes.every((labels) => labels[key] !== value));
    const have =
      missing === undefined
        ? []
        : [...new Set(nodes.map((labels) => labels[missing[0]]).filter((value) => value !== undefined))].sort();
    const wanted = pairs.map(([key, value]) => `${key}=${value}`).join(', ');
    const [nearest, ...others] = missing === undefined ? [] : nearestNames(missing[1], have);
    const meant = others.length === 0 ? nearest : undefined;
    const verify = verifyWithInferscope(context.on);
    const select = (value: string) =>
      patch(
        context.on,
        { spec: { template: { spec: { nodeSelector: { [missing?.[0] ?? '<KEY>']: value } } } } },
        'strategic',
      );
    const label = missing === undefined ? wanted.replaceAll(', ', ' ') : `${missing[0]}=${missing[1]}`;
    return context.found({
      message: missing === undefined ? 'together' : have.length === 0 ? 'key' : 'value',
      args: {
        name: context.on.name,
        wanted,
        count: nodes.length,
        key: missing?.[0] ?? '',
        have: have
          .slice(0, 6)
          .map((value) => `${missing?.[0] ?? ''}=${value}`)
          .join(', '),
      },
      subject: context.on,
      certainty: 'confirmed',
      basis: 'its controller wants it on no node, and the labels of all nodes were seen',
      consequence: 'Nothing of it runs, and nothing reports a failure.',
      cite: [set.cite('nodeSelector', '/spec/template/spec/nodeSelector'), set.cite('status', '/status')],
      fixes: [
        ...(meant === undefined || missing === undefined
          ? []
          : [
              fix({
                title: `Select ${missing[0]}=${meant}, which nodes have`,
                applicability: 'review',
                effect: 'A pod starts on each of these nodes.',
                steps: [select(meant)],
                undo: [select(missing[1])],
                verify,
                owner,
              }),
            ]),
        fix({
          title: 'Label the nodes that it is meant for',
          applicability: 'fill-in',
          effect: 'A pod starts on each node that gets the label.',
          steps: [kubectl({}, ['label', 'node', '<NODE>', ...label.split(' ')], true)],
          undo: [
            kubectl(
              {},
              ['label', 'node', '<NODE>', ...label.split(' ').map((pair) => `${pair.split('=')[0] ?? ''}-`)],
              true,
            ),
          ],
          verify,
        }),
      ],
    });
  },
});
