/** Symptom: a HorizontalPodAutoscaler cannot compute or cannot scale. */
import { listAt, textAt } from '../../../model/json.ts';
import { defineRule } from '../../define.ts';
import { autoscalerState } from '../../../views/autoscaler-state.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { secondsBetween } from '../../../views/parse/time.ts';

/** metrics-server scrapes every 15 s, and the autoscaler looks as often: the first numbers of new pods take two or three rounds. */
const FIRST_METRICS_SECONDS = 60;

/** kubernetes pkg/controller/podautoscaler/metrics/client.go, replica_calculator.go */
const NO_NUMBERS_YET = /no metrics returned from|did not receive metrics for/;

export default defineRule({
  code: 'IS8900',
  name: 'AutoscalerInactive',
  stage: 'behaviour',
  role: 'symptom',
  since: '0.1.0',
  title: 'A HorizontalPodAutoscaler cannot scale',
  appliesTo: ['HorizontalPodAutoscaler'],
  looksAt: 'always',
  effects: ['not-scaled'],
  aliases: ['FailedGetResourceMetric', 'FailedComputeMetricsReplicas', 'FailedGetScale', 'ScalingActive'],
  needs: { autoscaler: kubeObject, state: autoscalerState },
  messages: { inactive: 'HorizontalPodAutoscaler {name}: {type} is False, {reason}' },
  check({ autoscaler, state }, context) {
    if (autoscaler.state === 'unknown') return context.unknown(autoscaler.gap);
    if (autoscaler.state === 'absent') return context.notApplicable('the autoscaler is gone');
    const object = autoscaler.value;
    const conditions = listAt(object.body, 'status', 'conditions');
    // autoscaling/v1 keeps them in an annotation, and a new autoscaler has none yet.
    if (conditions.length === 0) return context.notApplicable('it reports no conditions');
    // ScalingDisabled is the wanted state of a workload at zero replicas (kubernetes pkg/controller/podautoscaler/horizontal.go).
    const index = conditions.findIndex(
      (condition) =>
        ['AbleToScale', 'ScalingActive'].includes(textAt(condition, 'type') ?? '') &&
        textAt(condition, 'status') === 'False' &&
        textAt(condition, 'reason') !== 'ScalingDisabled',
    );
    const condition = conditions[index];
    if (condition === undefined)
      return context.ruledOut('it computes and scales', object.cite('conditions', '/status/conditions'));
    const since = textAt(condition, 'lastTransitionTime');
    const seconds = secondsBetween(since, context.now) ?? FIRST_METRICS_SECONDS;
    // The condition may be older than the pods: those before them never became Ready, or were replaced.
    const ready = state.state === 'present' ? state.value.readySeconds : undefined;
    if (
      (seconds < FIRST_METRICS_SECONDS || (ready !== undefined && ready < FIRST_METRICS_SECONDS)) &&
      NO_NUMBERS_YET.test(textAt(condition, 'message') ?? '')
    ) {
      return context.notApplicable('its pods have been without numbers for less than a minute');
    }
    return context.found({
      message: 'inactive',
      args: { name: object.ref.name, type: textAt(condition, 'type') ?? '', reason: textAt(condition, 'reason') ?? '' },
      subject: object.ref,
      certainty: 'confirmed',
      basis: 'its condition says so',
      ...(since === undefined ? {} : { since }),
      cite: [object.cite(`condition ${textAt(condition, 'type') ?? ''}`, `/status/conditions/${index}`)],
    });
  },
});
