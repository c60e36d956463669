/** Check: an internal load balancer is asked for, which only AKS can give the router. */
import { changeSettings } from '../../../fixes/azureml.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { nodePlatform } from '../../../views/cluster/node-platform.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

const SETTING = 'internalLoadBalancerProvider';

export default defineRule({
  code: 'IS9603',
  name: 'InternalLoadBalancerUnsupported',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'An internal load balancer is asked for on a cluster that is not AKS',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'E40003',
    'INTERNAL_LOAD_BALANCER_NOT_SUPPORT',
    'internal-load-balancer-unsupported',
    'internalLoadBalancerProvider',
  ],
  preflight: {
    profile: 'azureml',
    title: 'internal load balancer',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40003',
  },
  needs: { plan: extensionPlan, platform: nodePlatform },
  messages: {
    value: 'internalLoadBalancerProvider is {value}; azure is the only one that the extension knows',
    foreign: 'internalLoadBalancerProvider=azure is for AKS, and the nodes are of {provider}',
    selfMade: 'internalLoadBalancerProvider=azure is for AKS, and the nodes carry no mark of an AKS node pool',
  },
  check({ plan, platform }, context) {
    if (plan === undefined) return context.notApplicable('nothing is to be installed');
    const { intent } = plan;
    const value = intent.setting(SETTING)?.trim();
    if (value === undefined || value === '') return context.notApplicable(`${SETTING} is not given`);
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('inference is not enabled: there is no router');
    const setting = intent.citeSetting(SETTING);
    const common = {
      subject: PREFLIGHT,
      consequence: 'The installation fails its own check (E40003), or the Service of the router never gets an address.',
      fixes: [
        changeSettings(
          intent,
          `Leave ${SETTING} out`,
          { [SETTING]: undefined },
          'The router gets the load balancer that the cluster gives every Service; it is reached from outside where that is a public one.',
        ),
      ],
    };
    if (value.toLowerCase() !== 'azure')
      return context.found({
        message: 'value',
        args: { value: quoted(value, 60) },
        certainty: 'confirmed',
        basis: 'the setting takes this one value',
        cite: [setting],
        ...common,
      });
    if (plan.serviceType === 'nodeport' || plan.serviceType === 'clusterip')
      return context.notApplicable('the router gets no load balancer: inferenceRouterServiceType is another');
    const aks = platform.nodes.find(({ isAks }) => isAks);
    if (aks !== undefined)
      return context.ruledOut(
        `Node ${aks.node.ref.name} carries labels of an AKS node pool`,
        aks.node.cite(`labels of Node ${aks.node.ref.name}`, '/metadata/labels'),
        setting,
      );
    if (platform.complete.state === 'unknown') return context.unknown(platform.complete.gap);
    const foreign = platform.nodes.find(({ scheme }) => scheme !== undefined && scheme !== 'azure');
    if (foreign !== undefined)
      return context.found({
        message: 'foreign',
        args: { provider: foreign.scheme ?? '' },
        certainty: 'confirmed',
        basis: 'the providerID of the nodes names another provider',
        cite: [foreign.cite, setting],
        ...common,
      });
    const [node] = platform.nodes;
    if (node === undefined) return context.notApplicable('the cluster has no node at all');
    return context.found({
      message: 'selfMade',
      args: {},
      certainty: 'likely',
      basis: 'AKS labels every node with kubernetes.azure.com/…; the list of Nodes is whole',
      cite: [node.node.cite(`labels of Node ${node.node.ref.name}`, '/metadata/labels'), node.cite, setting],
      ...common,
    });
  },
});
