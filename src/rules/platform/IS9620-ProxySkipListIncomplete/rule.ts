/** Check of preflight: pods leave the cluster through a proxy, and addresses of the cluster itself are not kept away from it. */
import type { Fix } from '../../../model/finding.ts';
import { setProxySkipRange } from '../../../fixes/azure-arc.ts';
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { command, fix, manual } from '../../../fixes/build.ts';
import { clusterProxies, type ClusterProxy } from '../../../views/azureml/cluster-proxy.ts';
import { preflightIntent, type PreflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9620',
  name: 'ProxySkipListIncomplete',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Addresses of the cluster itself go to the proxy',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'skip list of the proxy',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: [
    'proxy-skip-range',
    'NO_PROXY',
    'Azure Machine Learning Kubernetes job failed. 137:PodPattern matched',
    '127.0.0.1:12342',
    'training-identity-sidecar',
  ],
  needs: { intent: preflightIntent, proxy: clusterProxies },
  messages: {
    incomplete: 'The skip list of the proxy, as {place} has it, lacks {lack}',
    empty: '{place} has a proxy and no skip list: it lacks {lack}',
  },
  check({ intent, proxy }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be installed');
    const { proxies, gaps, looked, cites } = proxy;
    const lacking = proxies.find(({ lack }) => lack.length > 0);
    if (lacking !== undefined) {
      const { object, skipList, lack, cite } = lacking;
      return context.found({
        message: skipList === undefined ? 'empty' : 'incomplete',
        args: {
          place: `${object.ref.kind} ${object.ref.namespace ?? ''}/${object.ref.name}`,
          lack: lack.join(', '),
        },
        subject: object.ref,
        container: lacking.container,
        certainty: 'confirmed',
        basis: 'the list stands in the environment of the container',
        consequence: lack.includes('127.0.0.1')
          ? 'Training jobs end with 137, since their sidecar at 127.0.0.1:12342 is asked through the proxy; that is no lack of memory.'
          : 'Calls to Services of the cluster go to the proxy, which does not know them.',
        cite: [cite],
        fixes: [complete(intent, lacking)],
      });
    }
    const [gap, ...more] = gaps;
    if (gap !== undefined) return context.unknown(gap, ...more);
    const [known] = proxies;
    if (known !== undefined)
      return context.ruledOut('the skip list of the proxy holds the addresses of the cluster', known.cite);
    const [cite, ...others] = cites;
    return cite === undefined || looked === 0
      ? context.notApplicable('no program of Azure runs in the cluster whose proxy could be seen')
      : context.ruledOut(
          `${looked === 1 ? "the one container of Azure's programs that was seen has no proxy" : `none of ${looked} containers of Azure's programs has a proxy`}`,
          cite,
          ...others,
        );
  },
});

function complete(intent: PreflightIntent, { object, skipList, lack }: ClusterProxy): Fix {
  const network = lack.some((entry) => entry.includes(' '));
  const list = [
    ...(skipList === undefined ? [] : [skipList]),
    ...lack.filter((entry) => !entry.includes(' ')),
    ...(network ? ['<SERVICE-CIDR>'] : []),
  ].join(',');
  const verify = verifyWithPreflight(intent);
  if (object.ref.namespace === 'azure-arc')
    return fix({
      title: 'Complete the skip list of Azure Arc',
      applicability: 'fill-in',
      effect: "Arc's agents restart; parts of the extension take the list over when they are upgraded or restarted.",
      steps: [setProxySkipRange(list)],
      undo: [setProxySkipRange(skipList ?? '')],
      verify,
    });
  return fix({
    title: 'Complete noProxy in the proxy configuration of the cluster',
    applicability: 'fill-in',
    effect: 'AKS makes its nodes anew, one after the other; pods get the new list when they are made.',
    steps: [
      manual(`Write the file of the proxy configuration with noProxy: ${list}`),
      command(
        [
          'az',
          'aks',
          'update',
          '--name',
          '<CLUSTER>',
          '--resource-group',
          '<RESOURCE-GROUP>',
          '--http-proxy-config',
          '<FILE>.json',
        ],
        true,
      ),
    ],
    undo: [manual(`The same with noProxy as it was: ${skipList ?? 'none'}`)],
    verify,
  });
}
