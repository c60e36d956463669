/** Check: the API server has no resource metrics, so autoscalers by CPU or memory do nothing. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { METRICS_API, metricsApi } from '../../../views/cluster/metrics-api.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9803',
  name: 'MetricsApiUnavailable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The API of resource metrics is not there or does not answer',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kubernetes', title: 'resource metrics', weight: 'advisory' },
  aliases: [
    'metrics-api-unavailable',
    'Metrics API not available',
    'metrics-server missing',
    'the server could not find the requested resource (get pods.metrics.k8s.io)',
    'v1beta1.metrics.k8s.io',
  ],
  needs: { metrics: metricsApi },
  messages: {
    missing: 'The cluster has no API of resource metrics: APIService {name} does not exist',
    unavailable: 'APIService {name} is not available ({reason}): {words}',
  },
  check({ metrics }, context) {
    if (metrics.state === 'unknown') return context.unknown(metrics.gap);
    const common = {
      subject: METRICS_API,
      certainty: 'confirmed',
      consequence:
        'HorizontalPodAutoscalers by CPU or memory scale nothing. Autoscaling by requests (Knative, KEDA with Prometheus) does not need it.',
    } as const;
    const verify = kubectl({}, ['get', 'apiservice', METRICS_API.name], false);
    if (metrics.state === 'absent')
      return context.found({
        message: 'missing',
        args: { name: METRICS_API.name },
        ...common,
        basis: 'the list of APIServices does not hold it',
        cite: [metrics.cite],
        fixes: [
          adviseCluster({
            profile: 'kubernetes',
            title: 'Install metrics-server',
            effect: 'Autoscalers work from the next interval of 15 seconds on.',
            look: [verify],
            what: 'Install metrics-server as the cloud or distribution offers it (an add-on in most), or from its own manifests.',
          }),
        ],
      });
    const { available, service } = metrics.value;
    if (available?.status === 'True') return context.ruledOut('the API server reaches it', metrics.cite);
    return context.found({
      message: 'unavailable',
      args: {
        name: METRICS_API.name,
        reason: available?.reason ?? 'no condition',
        words: quoted(available?.message ?? 'nobody has looked at it yet', 2 * BRIEF),
      },
      ...common,
      basis: 'its condition Available says so',
      cite: [metrics.cite],
      fixes: [
        adviseCluster({
          profile: 'kubernetes',
          title: `Mend Service ${service ?? 'kube-system/metrics-server'}`,
          effect: 'The API server asks it every few seconds; the condition follows by itself.',
          look: [verify, kubectl({}, ['get', 'pods', '-A', '-l', 'k8s-app=metrics-server', '-o', 'wide'], false)],
          what: 'MissingEndpoints: bring the pods behind the Service up. FailedDiscoveryCheck: they run, and the API server does not reach them or does not trust their certificate (network between control plane and nodes; --kubelet-insecure-tls where kubelets have self-signed certificates).',
        }),
      ],
    });
  },
});
