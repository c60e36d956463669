/**
 * From an HTTPRoute to an InferencePool: the endpoint picker that chooses the pod, and the pods that the pool selects (Gateway API Inference Extension
 * v1, and v1alpha2 with other field names).
 */
import { listAt, numberAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { matchesLabels } from '../parse/selector.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import { noBackend, noService, refused } from './gateway-answers.ts';
import { fact, failing, passing, unknownHop, type Hop } from './path-types.ts';
import { choosePod, podHops } from './pod-hops.ts';
import { askWhy } from './published.ts';
import type { RouteBackend } from './route-match.ts';
import { callerOfPods, NOBODY, timeoutOf, type Way } from './way.ts';

export function poolHops(context: ViewContext, to: RouteBackend, way: Way): readonly Hop[] {
  const parts = { id: 'service' as const, title: 'InferencePool', object: to.service };
  const found = context.object(to.service);
  if (found.state === 'unknown')
    return [unknownHop({ ...parts, says: 'The InferencePool was not read', gaps: [found.gap] })];
  if (found.state === 'absent')
    return [
      failing({
        ...parts,
        says: `InferencePool ${to.service.name} does not exist`,
        citations: [found.cite],
        answer: way.gateway === undefined ? NOBODY : noService(way.gateway),
      }),
    ];
  const pool = found.value;
  const picker = pickerHop(context, pool, way);
  const namespace = pool.ref.namespace ?? 'default';
  const wrapped = textMapAt(pool.body, 'spec', 'selector', 'matchLabels');
  const selector = Object.keys(wrapped).length > 0 ? wrapped : textMapAt(pool.body, 'spec', 'selector');
  const pods = context.list('Pod', { namespace });
  const selected = pods.items.filter(
    (pod) => Object.keys(selector).length > 0 && matchesLabels(selector, textMapAt(pod.body, 'metadata', 'labels')),
  );
  const state = choosePod(context, selected);
  const [first] = listAt(pool.body, 'spec', 'targetPorts');
  const port = numberAt(first, 'number') ?? numberAt(pool.body, 'spec', 'targetPortNumber');
  const about = { ...parts, facts: fact('port', port), citations: [pool.cite('its selector', '/spec/selector')] };
  if (state?.ready === true) {
    const caller = callerOfPods(context, way, false);
    return [
      ...picker,
      passing({ ...about, says: 'It selects a pod that is Ready' }),
      ...podHops(context, state, {
        request: way.request,
        asked: way.asked,
        host: way.host,
        activator: false,
        refused: way.gateway === undefined ? NOBODY : refused(way.gateway),
        ...(port === undefined ? {} : { port }),
        ...(caller === undefined ? {} : { caller }),
        ...timeoutOf(way),
      }),
    ];
  }
  if (selected.length === 0 && pods.complete.state === 'unknown')
    return [...picker, unknownHop({ ...about, says: 'Its pods were not read', gaps: [pods.complete.gap] })];
  return [
    ...picker,
    failing({
      ...about,
      says: selected.length === 0 ? 'Its selector matches no pod' : `None of its ${selected.length} pods is Ready`,
      answer: way.gateway === undefined ? NOBODY : noBackend(way.gateway),
      ...askWhy(way.asked),
    }),
  ];
}

/** The gateway asks the picker for every request; `FailOpen` lets it choose by itself where that does not answer. */
function pickerHop(context: ViewContext, pool: KubeObject, way: Way): readonly Hop[] {
  const ref = objectAt(pool.body, 'spec', 'endpointPickerRef') ?? objectAt(pool.body, 'spec', 'extensionRef');
  const name = textAt(ref, 'name');
  if (ref === undefined || name === undefined) return [];
  const namespace = pool.ref.namespace ?? 'default';
  const service = { apiVersion: 'v1', kind: 'Service', namespace, name };
  const found = context.use(serviceEndpoints, service);
  const parts = {
    id: 'service' as const,
    title: 'endpoint picker',
    object: service,
    citations: [pool.cite(`endpoint picker ${name}`, '/spec')],
  };
  if (found.state === 'unknown')
    return [unknownHop({ ...parts, says: 'The endpoint picker was not read', gaps: [found.gap] })];
  const open = textAt(ref, 'failureMode') === 'FailOpen';
  const ready = found.state === 'present' && found.value.readyPods > 0;
  if (ready) return [passing({ ...parts, says: `${name} chooses the pod; it has Ready pods` })];
  if (found.state === 'present' && found.value.podsSeen.state === 'unknown')
    return [
      unknownHop({ ...parts, says: 'The pods of the endpoint picker were not read', gaps: [found.value.podsSeen.gap] }),
    ];
  const says = found.state === 'absent' ? `Service ${name} does not exist` : `No pod behind Service ${name} is Ready`;
  if (open) return [passing({ ...parts, says: `${says}; failureMode FailOpen lets the gateway choose` })];
  return [
    failing({
      ...parts,
      says: `${says}: the gateway asks it which pod to take`,
      // Envoy ext_proc without failure_mode_allow: 500, or 503 where the cluster has no host.
      answer: { words: '500 or 503 of the gateway: no answer of the endpoint picker' },
      ...askWhy(way.asked),
    }),
  ];
}
