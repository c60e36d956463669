/** Cause: a custom or external metric that an autoscaler scales on is not served, or its specification is wrong. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { autoscalerState, unavailability } from '../../../views/autoscaler-state.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

const STARTING_SECONDS = 120;

export default defineRule({
  code: 'IS8104',
  name: 'AutoscalerMetricInvalid',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'A custom or external metric of the autoscaler is not served',
  appliesTo: ['HorizontalPodAutoscaler'],
  looksAt: 'asked',
  effects: ['not-scaled'],
  aliases: [
    'FailedGetPodsMetric',
    'FailedGetObjectMetric',
    'FailedGetExternalMetric',
    'InvalidMetricSourceType',
    'InvalidSelector',
    'unable to get external metric',
    'autoscaler-metric-invalid',
    'no metrics returned from external metrics API',
  ],
  needs: { autoscaler: autoscalerState },
  messages: {
    api: 'The API {group}, which HorizontalPodAutoscaler {name} reads, is not served',
    metric: 'The metric that HorizontalPodAutoscaler {name} reads from {group} has no value',
    specification: 'HorizontalPodAutoscaler {name} cannot be computed: {reason}',
  },
  check({ autoscaler }, context) {
    if (autoscaler.state === 'unknown') return context.unknown(autoscaler.gap);
    if (autoscaler.state === 'absent') return context.notApplicable('the autoscaler does not exist');
    const { failing, object, apiService, owner } = autoscaler.value;
    if (failing === undefined)
      return context.ruledOut(
        'it computes and scales',
        object.cite('conditions of the autoscaler', '/status/conditions'),
      );
    const { trouble } = failing;
    const writer = owner === undefined ? `HorizontalPodAutoscaler ${object.ref.name}` : nameWithKind(owner);
    const common = {
      affects: [context.on],
      certainty: 'confirmed',
      basis: 'the autoscaler says so in its condition',
      consequence: 'The autoscaler does not scale on this metric.',
      cite: [failing.cite, object.cite('metrics of the autoscaler', '/spec/metrics')],
      trace: [{ text: `the autoscaler computes nothing: ${quoted(failing.detail)}`, cite: [failing.cite] }],
    } as const;
    const mend = (title: string, text: string) =>
      fix({
        title,
        applicability: 'advice',
        effect: 'The autoscaler computes again at its next round, within half a minute.',
        steps: [manual(text)],
        verify: verifyWithInferscope(object.ref),
      });
    if (trouble.class === 'selector' || trouble.class === 'metric-source') {
      return context.found({
        message: 'specification',
        args: { name: object.ref.name, reason: quoted(failing.detail, BRIEF) },
        subject: object.ref,
        ...common,
        fixes: [mend(`Correct ${writer}`, `Correct what the condition names in ${writer}: ${quoted(failing.detail)}.`)],
      });
    }
    if (!('group' in trouble) || trouble.group === undefined || trouble.group === 'metrics.k8s.io')
      return context.ruledOut('it is not about a custom or external metric', failing.cite);
    if (trouble.class === 'no-metrics' && failing.seconds < STARTING_SECONDS)
      return context.notApplicable('it is new: the first numbers take up to two minutes');
    const { group } = trouble;
    const service = apiService(group);
    const down = service.state === 'present' ? unavailability(service.value) : undefined;
    if (trouble.class === 'api-missing' || trouble.class === 'api-unavailable' || down !== undefined) {
      return context.found({
        message: 'api',
        args: { name: object.ref.name, group },
        subject:
          service.state === 'present'
            ? service.value.ref
            : { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: `v1beta1.${group}` },
        ...common,
        cite: [
          failing.cite,
          ...(down === undefined ? (service.state === 'absent' ? [service.cite] : []) : [down.cite]),
        ],
        fixes: [
          fix({
            title: `Install or mend the adapter that serves ${group}`,
            applicability: 'advice',
            effect: 'Autoscalers on such metrics compute again.',
            steps: [
              kubectl({}, ['get', 'apiservices'], false),
              manual(
                'Install the adapter (Prometheus adapter, KEDA) that registers this API, or mend what its APIService names.',
              ),
            ],
            verify: verifyWithInferscope(object.ref),
          }),
        ],
      });
    }
    return context.found({
      message: 'metric',
      args: { name: object.ref.name, group },
      subject: object.ref,
      ...common,
      fixes: [
        mend(
          'Name a metric that the adapter serves',
          `Compare the metric and its selector in ${writer} with what the adapter lists: kubectl get --raw /apis/${group}/v1beta1 prints it.`,
        ),
      ],
    });
  },
});
