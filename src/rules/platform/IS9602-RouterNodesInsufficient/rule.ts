/** Check: three routers are wanted, each on a node of its own, and fewer than three nodes can take one. */
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { nodeMakers } from '../../../views/cluster/node-makers.ts';
import {
  amountText,
  byReason,
  eligibleNodes,
  hasRoomFor,
  MEBI,
  type JudgedNode,
} from '../../../views/azureml/eligible-nodes.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { ROUTER, ROUTERS_WANTED } from '../../../views/parse/azureml-components.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9602',
  name: 'RouterNodesInsufficient',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Fewer than three nodes can take a router of the Azure ML extension',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'E40002',
    'INSUFFICIENT_NODE',
    'router-nodes-insufficient',
    'insufficient-nodes-for-ha',
    'inferenceRouterHA',
    "node(s) didn't match pod anti-affinity rules",
    'ScoringFeUnhealthy',
  ],
  preflight: {
    profile: 'azureml',
    title: 'nodes for three routers',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40002',
  },
  needs: { plan: extensionPlan, nodes: eligibleNodes, added: nodeMakers },
  messages: {
    tooFew: 'The cluster has {total} of the 3 nodes that three routers want, one each',
    unfit: '{able} of {total} nodes can take a router, and three routers want one each ({why})',
  },
  check({ plan, nodes, added }, context) {
    if (plan === undefined || nodes === undefined) return context.notApplicable('nothing is to be installed');
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('inference is not enabled: there is no router');
    if (!plan.highlyAvailable) return context.notApplicable('inferenceRouterHA is off: one router is enough');
    const { all, eligible, nodesComplete, podsComplete } = nodes;
    const able = eligible.filter(({ free }) => hasRoomFor(free, ROUTER));
    const [first] = able;
    if (first !== undefined && able.length >= ROUTERS_WANTED) {
      if (podsComplete.state === 'unknown') return context.unknown(podsComplete.gap);
      return context.ruledOut(`${able.length} nodes can take a router`, ...first.cites, plan.citeHighlyAvailable);
    }
    if (nodesComplete.state === 'unknown') return context.unknown(nodesComplete.gap);
    const [maker] = added.makers;
    const unfit = all.filter((node) => !able.includes(node));
    const [worst] = unfit.length > 0 ? unfit : all;
    if (worst === undefined) return context.notApplicable('the cluster has no node at all');
    const { intent } = plan;
    const isGiven = intent.setting('inferenceRouterHA') !== undefined || !plan.installing;
    const common = {
      subject: PREFLIGHT,
      cite: [...worst.cites, ...unfit.slice(1, 3).flatMap(({ cites }) => cites), plan.citeHighlyAvailable],
      fixes: [
        changeSettings(
          intent,
          'Run one router',
          { inferenceRouterHA: 'False' },
          'One router takes all requests: while it restarts, none is answered.',
        ),
        moreNodes(unfit),
      ],
    } as const;
    if (all.length < ROUTERS_WANTED)
      return context.found({
        message: 'tooFew',
        args: { total: all.length },
        certainty: isGiven ? 'confirmed' : 'likely',
        basis: isGiven
          ? 'the list of Nodes is whole, and high availability is asked for'
          : 'the list of Nodes is whole; high availability is the default, which the Azure CLI alone changes by itself',
        consequence: isGiven
          ? 'Routers stay Pending, and the installation fails its own check (E40002).'
          : 'The Azure CLI sees so few nodes and sets inferenceRouterHA=false and clusterPurpose=DevTest by itself; a template (ARM, Bicep, Terraform) does not, and routers stay Pending.',
        ...common,
      });
    return context.found({
      message: 'unfit',
      args: {
        able: able.length,
        total: all.length,
        why: byReason(unfit, (node) => reasonOf(node) ?? ''),
      },
      certainty: maker === undefined ? 'confirmed' : 'likely',
      basis:
        maker === undefined
          ? 'the Nodes themselves say so; the Azure CLI runs one router by itself only where fewer than 3 Nodes exist at all'
          : `the Nodes themselves say so; ${maker.title} may add some, and the extension counts those that are there`,
      consequence: 'Routers stay Pending, and the installation fails its own check (E40002).',
      ...common,
    });

    function moreNodes(out: readonly JudgedNode[]): ReturnType<typeof fix> {
      const cordoned = out.filter(({ refusals }) => refusals.length === 1 && refusals[0] === 'it is cordoned');
      if (cordoned.length > 0 && able.length + cordoned.length >= ROUTERS_WANTED)
        return fix({
          title: `Let nodes take pods again: ${listed(cordoned.map(({ state }) => state.name))}`,
          applicability: 'review',
          effect: 'Pods that wait are placed there; find out first why somebody cordoned them.',
          steps: cordoned.map(({ state }) => kubectl({}, ['uncordon', state.name], true)),
          undo: cordoned.map(({ state }) => kubectl({}, ['cordon', state.name], true)),
          verify: verifyWithPreflight(intent),
        });
      return fix({
        title: 'Bring three nodes to take a router each',
        applicability: 'advice',
        effect: 'Three routers run, and one may fail.',
        steps: [
          kubectl({}, ['describe', 'nodes'], false),
          manual(
            `Each wants to be Ready, linux, not cordoned, with the labels of the nodeSelector settings, without taints but ml.azure.com/amlarc=true and ml.azure.com/amlarc-system=true, and with ${amountText(ROUTER.cpu.request / 1000, ROUTER.memory.request * MEBI)} free.`,
          ),
        ],
        verify: verifyWithPreflight(intent),
      });
    }
  },
});

/** Undefined where it can take one. */
function reasonOf({ refusals, free }: JudgedNode): string | undefined {
  if (refusals.length > 0) return refusals.join(', ');
  if (hasRoomFor(free, ROUTER)) return undefined;
  return `${amountText(free.cpu, free.memory)} free, a router asks for ${amountText(ROUTER.cpu.request / 1000, ROUTER.memory.request * MEBI)}`;
}
