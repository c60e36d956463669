/** Cause: the metrics API that an autoscaler on CPU or memory reads is missing, does not work, or knows nothing of the pods. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import { autoscalerState, unavailability } from '../../../views/autoscaler-state.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { spanText } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';

/** metrics-server scrapes every 15 s and needs two samples; a new pod or autoscaler has no numbers before that. */
const STARTING_SECONDS = 120;
const SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1beta1.metrics.k8s.io' };

export default defineRule({
  code: 'IS8102',
  name: 'MetricsUnavailable',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'The metrics API that the autoscaler reads is missing or does not work',
  appliesTo: ['HorizontalPodAutoscaler'],
  looksAt: 'asked',
  effects: ['not-scaled'],
  aliases: [
    'metrics-server-missing',
    'unable to fetch metrics from resource metrics API',
    'could not find the requested resource (get pods.metrics.k8s.io)',
    'no metrics returned from resource metrics API',
    'Metrics API not available',
  ],
  needs: { autoscaler: autoscalerState },
  messages: {
    missing: 'The cluster serves no metrics.k8s.io API, and HorizontalPodAutoscaler {name} scales on it',
    unavailable: 'The metrics.k8s.io API does not answer, and HorizontalPodAutoscaler {name} scales on it',
    empty:
      'The metrics.k8s.io API has had no numbers for HorizontalPodAutoscaler {name} for {span} ({ready} of its pods ready)',
  },
  check({ autoscaler }, context) {
    if (autoscaler.state === 'unknown') return context.unknown(autoscaler.gap);
    if (autoscaler.state === 'absent') return context.notApplicable('the autoscaler does not exist');
    const { failing, object, readyPods, apiService } = autoscaler.value;
    if (failing === undefined)
      return context.ruledOut(
        'it computes and scales',
        object.cite('conditions of the autoscaler', '/status/conditions'),
      );
    const { trouble } = failing;
    if (trouble.class === 'pods-unready')
      return context.ruledOut('the pods are not ready, and an unready pod has no metrics to count', failing.cite);
    if (
      !('group' in trouble) ||
      trouble.group !== 'metrics.k8s.io' ||
      trouble.class === 'metric-unknown' ||
      trouble.class === 'forbidden'
    ) {
      return context.ruledOut('the controller gives another reason', failing.cite);
    }
    const service = apiService('metrics.k8s.io');
    const down = service.state === 'present' ? unavailability(service.value) : undefined;
    const subject = service.state === 'present' ? service.value.ref : SERVICE;
    const common = {
      subject,
      affects: [context.on],
      consequence: 'No autoscaler on CPU or memory scales while this lasts, and `kubectl top` shows nothing.',
    } as const;
    const verify = verifyWithInferscope(object.ref);
    if (trouble.class === 'no-metrics' && down === undefined) {
      if (failing.seconds < STARTING_SECONDS)
        return context.notApplicable('it is new: the first numbers take up to two minutes');
      if (readyPods === 0)
        return context.notApplicable('no pod of its target is ready, so there is nothing to measure');
      return context.found({
        message: 'empty',
        args: { name: object.ref.name, span: spanText(failing.seconds), ready: readyPods },
        ...common,
        certainty: 'likely',
        basis: 'the API answers without numbers for longer than a start takes, while pods are ready',
        cite: [failing.cite, ...(service.state === 'present' ? [service.cite] : [])],
        fixes: [lookAtScraping(verify)],
      });
    }
    const args = { name: object.ref.name };
    if (down !== undefined || trouble.class === 'api-unavailable') {
      return context.found({
        message: 'unavailable',
        args,
        ...common,
        trace: [
          {
            text: `the API is not available: ${quoted(down?.message ?? failing.detail)}`,
            cite: [down?.cite ?? failing.cite],
          },
        ],
        certainty: 'confirmed',
        basis: down === undefined ? 'the autoscaler quotes the API server' : 'the APIService says so itself',
        cite: [failing.cite, ...(down === undefined ? [] : [down.cite])],
        fixes: [bringServerBack(subject.name, verify)],
      });
    }
    return context.found({
      message: 'missing',
      args,
      ...common,
      certainty: service.state === 'present' ? 'likely' : 'confirmed',
      basis:
        service.state === 'present'
          ? 'the autoscaler quotes the API server; the APIService exists by now'
          : 'the autoscaler quotes the API server, which does not know the API',
      cite: [failing.cite, ...(service.state === 'unknown' ? [] : [service.cite])],
      fixes: [installMetricsServer(verify)],
    });
  },
});

function lookAtScraping(verify: Step): Fix {
  return fix({
    title: 'Find out why metrics-server does not scrape the nodes of these pods',
    applicability: 'advice',
    effect: 'Changes nothing by itself.',
    steps: [
      kubectl({ namespace: 'kube-system' }, ['logs', '-l', 'k8s-app=metrics-server', '--tail=50'], false),
      manual('Look for nodes that it cannot scrape: certificates of the kubelet, a blocked port 10250.'),
    ],
    verify,
  });
}

function bringServerBack(apiService: string, verify: Step): Fix {
  return fix({
    title: 'Bring the server behind metrics.k8s.io back',
    applicability: 'advice',
    effect: 'Autoscalers compute again within a minute.',
    steps: [
      kubectl({}, ['get', 'apiservice', apiService, '-o', 'yaml'], false),
      kubectl({ namespace: 'kube-system' }, ['get', 'pods', '-l', 'k8s-app=metrics-server', '-o', 'wide'], false),
      manual('Mend what the condition Available of the APIService names: its Service, endpoints or certificate.'),
    ],
    verify,
  });
}

/** As its own manual says (github.com/kubernetes-sigs/metrics-server, README "Installation"). */
function installMetricsServer(verify: Step): Fix {
  const manifest = 'https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';
  return fix({
    title: 'Install metrics-server',
    applicability: 'review',
    effect: 'Adds a Deployment in kube-system that scrapes every kubelet and serves metrics.k8s.io.',
    steps: [kubectl({}, ['apply', '-f', manifest], true)],
    undo: [kubectl({}, ['delete', '-f', manifest], true)],
    verify,
  });
}
