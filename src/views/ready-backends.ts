/**
 * Whether anything answers behind a Service, from its EndpointSlices and from the pods that it selects; either proves that something does. What was
 * not read is unknown, never empty.
 */
import type { Citations, Lookup } from '../model/evidence.ts';
import { at, listAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { serviceEndpoints, type ServiceEndpoints } from './service-endpoints.ts';
import { matchesLabels } from './parse/selector.ts';
import { countsOf } from './workload-state.ts';

export interface BackendWorkload {
  readonly object: KubeObject;
  readonly desired: number;
  readonly ready: number;
}

export interface ReadyBackends {
  readonly service: KubeObject;
  readonly endpoints: ServiceEndpoints;
  /** Ready endpoints; 0 only where that was really seen. */
  readonly ready: number;
  /** Deployments, StatefulSets and DaemonSets whose pods it selects. */
  readonly workloads: readonly BackendWorkload[];
  /** Shows `ready`. */
  readonly cites: Citations;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
/** kubernetes staging/src/k8s.io/api/discovery/v1/well_known_labels.go. */
const SERVICE_NAME = 'kubernetes.io/service-name';

export const readyBackends = defineView<Lookup<ReadyBackends>>({
  id: 'ready-backends',
  needs: ['EndpointSlice', ...WORKLOADS].map((kind) => ({ type: 'object', kind }) as const),
  uses: [serviceEndpoints],
  derive(context, subject) {
    const found = context.use(serviceEndpoints, subject);
    if (found.state !== 'present') return found;
    const { service, selector, selected, publishesNotReady, podsSeen } = found.value;
    const scope = service.ref.namespace === undefined ? {} : { namespace: service.ref.namespace };
    const workloads = workloadsOf(context, selector, scope);
    const present = (ready: number, cites: Citations): Lookup<ReadyBackends> => ({
      state: 'present',
      cite: cites[0],
      value: { service, endpoints: found.value, ready, workloads, cites },
    });
    const answering = selected.filter((pod) => pod.ready || publishesNotReady);
    const [pod] = answering;
    if (pod !== undefined)
      return present(answering.length, [
        pod.pod.cite(`a pod behind Service ${service.ref.name} is Ready`, '/status/conditions'),
      ]);
    const slices = context.list('EndpointSlice', scope);
    const own = slices.items.filter(
      (slice) => textMapAt(slice.body, 'metadata', 'labels')[SERVICE_NAME] === service.ref.name,
    );
    const filled = own.find((slice) => readyIn(slice) > 0);
    if (filled !== undefined)
      return present(
        own.reduce((sum, slice) => sum + readyIn(slice), 0),
        [filled.cite(`endpoints of Service ${service.ref.name}`, '/endpoints')],
      );
    const [slice] = own;
    if (slice !== undefined && slices.complete.state === 'present')
      return present(0, [slice.cite(`no ready endpoint of Service ${service.ref.name}`)]);
    const hasSelector = Object.keys(selector).length > 0;
    if (hasSelector && podsSeen.state === 'present')
      return present(0, [
        service.cite(`no Ready pod behind Service ${service.ref.name}`, '/spec/selector'),
        podsSeen.cite,
      ]);
    if (hasSelector && podsSeen.state === 'unknown') return podsSeen;
    if (slices.complete.state === 'present') return present(0, [slices.complete.cite]);
    return slices.complete.state === 'unknown' ? slices.complete : { state: 'absent', cite: slices.complete.cite };
  },
});

/** An endpoint without the condition counts as ready (discovery/v1 types.go EndpointConditions). */
function readyIn(slice: KubeObject): number {
  return listAt(slice.body, 'endpoints').filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false).length;
}

function workloadsOf(
  context: ViewContext,
  selector: Readonly<Record<string, string>>,
  scope: { readonly namespace?: string },
): readonly BackendWorkload[] {
  if (Object.keys(selector).length === 0) return [];
  return WORKLOADS.flatMap((kind) =>
    context
      .list(kind, scope)
      .items.toSorted((a, b) => (a.ref.name < b.ref.name ? -1 : 1))
      .filter((object) => matchesLabels(selector, textMapAt(object.body, 'spec', 'template', 'metadata', 'labels')))
      .map((object) => {
        const { desired, ready } = countsOf(object);
        return { object, desired, ready };
      }),
  );
}
