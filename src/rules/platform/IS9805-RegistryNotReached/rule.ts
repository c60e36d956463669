/** Check: several workloads wait for images of one registry that nodes do not reach. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { registryRef } from '../../../model/reference.ts';
import { unreachedRegistries } from '../../../views/cluster/unreached-registries.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9805',
  name: 'RegistryNotReached',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Nodes do not reach a registry that several workloads need',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', title: 'registries of the workloads that run', weight: 'advisory' },
  aliases: ['registry-not-reached', 'ImagePullBackOff everywhere'],
  needs: { registries: unreachedRegistries },
  messages: {
    unreached: '{pods} pods of {workloads} workloads wait for images of {host}: {why}',
  },
  check({ registries: { registries, podsSeen } }, context) {
    const [first, ...more] = registries.map((registry) =>
      context.found({
        message: 'unreached',
        args: {
          host: registry.host,
          pods: registry.pods.length,
          workloads: registry.workloads.length,
          why: registry.why,
        },
        subject: registryRef(registry.host),
        affects: [context.on, ...registry.workloads],
        certainty: 'likely',
        basis: 'several workloads fail at it alike at this moment; a single node was not tried from here',
        consequence: `Whatever else needs an image of ${registry.host} does not start on a node that has not got it.`,
        cite: registry.cites,
        trace: [{ text: `the kubelet: ${registry.detail}`, cite: [registry.cites[0]] }],
        fixes: [
          adviseCluster({
            profile: 'kubernetes',
            title: `Let nodes reach ${registry.host}`,
            effect: 'The kubelet tries again by itself, after five minutes at most.',
            look: [kubectl({}, ['get', 'events', '-A', '--field-selector', 'reason=Failed'], false)],
            what: 'Look from a node, not from a pod: the node has its own resolver, proxy and certificates. Correct its DNS, firewall, proxy or the certificate authorities of its container runtime.',
          }),
        ],
      }),
    );
    if (first !== undefined) return context.all([first, ...more]);
    if (podsSeen.state === 'unknown') return context.unknown(podsSeen.gap);
    if (podsSeen.state === 'absent') return context.notApplicable('there are no pods');
    return context.ruledOut('no two workloads wait for a registry that is not reached', podsSeen.cite);
  },
});
