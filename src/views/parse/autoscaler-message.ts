/**
 * Says why a HorizontalPodAutoscaler cannot compute or scale, from the message of its condition
 * (kubernetes `pkg/controller/podautoscaler/{horizontal,replica_calculator}.go` and `metrics/client.go`).
 */

export type AutoscalerTrouble =
  | { readonly class: 'request-missing'; readonly resource: string; readonly container?: string; readonly pod?: string }
  /** The metrics API of that group answers with an error: `missing` is not registered, `unavailable` does not work. */
  | { readonly class: 'api-missing' | 'api-unavailable'; readonly group: MetricsGroup }
  | { readonly class: 'forbidden'; readonly group?: MetricsGroup }
  /** The API answers and has no numbers. */
  | { readonly class: 'no-metrics'; readonly group: MetricsGroup }
  /** A consequence: the pods do not run. */
  | { readonly class: 'pods-unready' }
  /** The adapter does not know the metric. */
  | { readonly class: 'metric-unknown'; readonly group: MetricsGroup; readonly metric?: string }
  | { readonly class: 'target-missing'; readonly detail: string }
  | { readonly class: 'target-kind-unknown'; readonly detail: string }
  | { readonly class: 'selector' | 'metric-source' | 'other' };

export type MetricsGroup = 'metrics.k8s.io' | 'custom.metrics.k8s.io' | 'external.metrics.k8s.io';

const LONGEST = 8000;

export function parseAutoscalerMessage(reason: string, message: string): AutoscalerTrouble {
  const text = message.slice(0, LONGEST);
  // Up to 1.26 without the container; both orders of the pod's name are matched by their own word.
  const missing = /missing request for ([a-z0-9./-]{1,200})(?: in container (\S{1,63}) of Pod (\S{1,253}))?/.exec(text);
  if (missing) {
    const [, resource = '', container, pod] = missing;
    return {
      class: 'request-missing',
      resource,
      ...(container === undefined ? {} : { container }),
      ...(pod === undefined ? {} : { pod }),
    };
  }
  if (reason === 'FailedGetScale' || reason === 'FailedUpdateScale') return ofScale(text);
  if (reason === 'InvalidSelector' || reason === 'AmbiguousSelector') return { class: 'selector' };
  if (reason === 'InvalidMetricSourceType') return { class: 'metric-source' };
  const group = groupOf(reason, text);
  if (/did not receive metrics for (?:targeted|any ready) pods|no ready pods/.test(text))
    return { class: 'pods-unready' };
  if (/no metrics returned from/.test(text)) return { class: 'no-metrics', group };
  if (/the server could not find the metric\b/.test(text) || /could not find the descriptor for metric/.test(text)) {
    const metric = /could not find (?:the metric|the descriptor for metric) ([^\s:]{1,253})/.exec(text)?.[1];
    return { class: 'metric-unknown', group, ...(metric === undefined ? {} : { metric }) };
  }
  if (
    /could not find the requested resource|no custom metrics API|no external metrics API|no matches for kind|unable to fetch metrics.*: the server doesn't have a resource type/.test(
      text,
    )
  ) {
    return { class: 'api-missing', group };
  }
  if (/is forbidden: |cannot (?:list|get) resource/.test(text)) return { class: 'forbidden', group };
  if (
    /currently unable to handle the request|service unavailable|connection refused|i\/o timeout|deadline exceeded|no endpoints available|x509: |request timed out/i.test(
      text,
    )
  ) {
    return { class: 'api-unavailable', group };
  }
  if (group !== 'metrics.k8s.io' && /unable to get (?:external )?metric/.test(text))
    return { class: 'metric-unknown', group };
  return { class: 'other' };
}

function ofScale(text: string): AutoscalerTrouble {
  const detail = text.replace(
    /^the HPA controller was unable to (?:get the target's current|update the target) scale: /,
    '',
  );
  if (/no matches for kind/.test(text)) return { class: 'target-kind-unknown', detail };
  if (/not found/.test(text)) return { class: 'target-missing', detail };
  if (/is forbidden: /.test(text)) return { class: 'forbidden' };
  return { class: 'other' };
}

function groupOf(reason: string, text: string): MetricsGroup {
  if (/external[. ]metrics/.test(text) || reason === 'FailedGetExternalMetric') return 'external.metrics.k8s.io';
  if (/custom[. ]metrics/.test(text) || reason === 'FailedGetPodsMetric' || reason === 'FailedGetObjectMetric')
    return 'custom.metrics.k8s.io';
  return 'metrics.k8s.io';
}
