/** Check: an InstanceType wants labels that no node of the cluster has. */
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import { instanceTypes } from '../../../views/azureml/instance-types.ts';
import { listed } from '../../../views/parse/listed.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9624',
  name: 'InstanceTypeUnserved',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'An InstanceType of the Azure ML extension wants labels that no node has',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: ['instance-type-unserved', "node(s) didn't match Pod's node affinity/selector", 'Kubernetes unschedulable'],
  preflight: {
    profile: 'azureml',
    title: 'nodes for instance types',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  needs: { intent: preflightIntent, found: instanceTypes },
  messages: {
    unmet: 'InstanceType {type} wants nodes with {labels}, and none of the cluster has them',
  },
  check({ intent, found }, context) {
    if (intent === undefined) return context.notApplicable('nothing is to be installed');
    const { types, complete, nodesComplete } = found;
    const choosy = types.filter(({ wants }) => Object.keys(wants).length > 0);
    const [one] = choosy;
    if (one === undefined)
      return complete.state === 'unknown'
        ? context.unknown(complete.gap)
        : context.notApplicable('no InstanceType wants labels');
    if (nodesComplete.state === 'unknown') return context.unknown(nodesComplete.gap);
    const { cite } = nodesComplete;
    const [first, ...more] = choosy
      .filter(({ isServed }) => !isServed)
      .map(({ object, wants }) => {
        const labels = Object.entries(wants).map(([key, value]) => `${key}=${value}`);
        return context.found({
          message: 'unmet',
          args: { type: object.ref.name, labels: listed(labels) },
          subject: object.ref,
          certainty: 'likely',
          basis: 'the list of Nodes is whole; an autoscaler might add one that has them',
          consequence: 'Models and jobs of this instance type stay Pending.',
          cite: [object.cite('nodeSelector of the InstanceType', '/spec/nodeSelector'), cite],
          fixes: [
            fix({
              title: 'Let nodes and nodeSelector agree',
              applicability: 'fill-in',
              effect: 'Models and jobs of this instance type are placed on that node.',
              steps: [
                kubectl({}, ['get', 'nodes', '--show-labels'], false),
                kubectl({}, ['label', 'node', '<NODE>', ...labels], true),
              ],
              undo: [kubectl({}, ['label', 'node', '<NODE>', ...Object.keys(wants).map((key) => `${key}-`)], true)],
              verify: verifyWithPreflight(intent),
            }),
          ],
        });
      });
    if (first !== undefined) return context.all([first, ...more]);
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    return context.ruledOut(
      `each of ${choosy.length} InstanceTypes with a nodeSelector has a node`,
      one.object.cite('nodeSelector of the InstanceType', '/spec/nodeSelector'),
      cite,
    );
  },
});
