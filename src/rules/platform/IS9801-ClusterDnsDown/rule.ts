/** Check: nothing answers behind the Service of the cluster DNS. */
import { startAgain } from '../../../fixes/gateway.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { kubectl } from '../../../fixes/build.ts';
import { clusterDns } from '../../../views/cluster/cluster-dns.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9801',
  name: 'ClusterDnsDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The cluster DNS answers nobody',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', also: ['azureml', 'kserve'], title: 'cluster DNS', weight: 'blocking' },
  aliases: ['cluster-dns-down', 'coredns down', 'kube-dns without endpoints', 'Temporary failure in name resolution'],
  needs: { dns: clusterDns },
  messages: {
    scaled: 'The cluster DNS has no server: {workload} is scaled to 0',
    unready: 'The cluster DNS has no server: {workload} has 0 of {desired} replicas ready',
    empty: 'The cluster DNS has no server: Service {service} has no ready endpoint',
  },
  check({ dns }, context) {
    if (dns.state === 'unknown') return context.unknown(dns.gap);
    if (dns.state === 'absent')
      return context.notApplicable('the cloud answers for names itself (Cloud DNS of GKE, nodes of EKS Auto Mode)');
    const { service, backends, workload, crashing } = dns.value;
    const name = `${service.namespace ?? ''}/${service.name}`;
    if (backends.ready > 0) return context.ruledOut(`Service ${name} has a ready endpoint`, ...backends.cites);
    const common = {
      certainty: 'confirmed',
      basis: 'no endpoint and no pod behind its Service is ready',
      consequence:
        'No pod resolves a name: neither Services of the cluster nor model stores and registries outside of it are found by name.',
      cite: [...backends.cites, ...(crashing === undefined ? [] : [crashing.cite])],
      trace:
        crashing === undefined
          ? []
          : [
              {
                text: `container ${crashing.container} of Pod ${crashing.pod} ends again and again`,
                cite: [crashing.cite],
              },
            ],
    } as const;
    if (workload === undefined)
      return context.found({
        message: 'empty',
        args: { service: name },
        subject: service,
        ...common,
        fixes: [
          adviseCluster({
            profile: 'kubernetes',
            title: `Bring the pods behind Service ${service.name} back`,
            effect: 'Names are resolved as soon as one of them is Ready.',
            look: [kubectl(service, ['get', 'service,endpointslices,pods', '-o', 'wide'], false)],
            what: 'Start the pods that the Service selects, or correct its selector.',
          }),
        ],
      });
    const { ref } = workload.object;
    const rest = { subject: ref, ...common, fixes: [startAgain(workload.object)] };
    const label = `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`;
    return workload.desired === 0
      ? context.found({ message: 'scaled', args: { workload: label }, ...rest })
      : context.found({ message: 'unready', args: { workload: label, desired: workload.desired }, ...rest });
  },
});
