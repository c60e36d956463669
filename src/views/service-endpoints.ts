/**
 * Which pods stand behind a Service and through which ports, computed as the endpoints controller computes it
 * (kubernetes staging/src/k8s.io/endpointslice/reconciler.go): phase Failed/Succeeded and pods without an address are left out.
 */
import type { Lookup } from '../model/evidence.ts';
import { at, booleanAt, listAt, numberAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { podState } from './pod-state.ts';

export interface SelectedPod {
  readonly pod: KubeObject;
  readonly ready: boolean;
  readonly failing: boolean;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** As written: a number or the name of a container port. */
  readonly targetPort: number | string;
  readonly pointer: string;
}

export interface ServiceEndpoints {
  readonly service: KubeObject;
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
  /** Pods that match the selector and have not ended. */
  readonly selected: readonly SelectedPod[];
  readonly readyPods: number;
  /** Whether all pods of the namespace were seen; only then is a Service without ready pods known to have none. */
  readonly podsSeen: Lookup<true>;
  /** Pods count as endpoints before they are Ready (`publishNotReadyAddresses`). */
  readonly publishesNotReady: boolean;
  readonly ports: readonly ServicePort[];
}

export const serviceEndpoints = defineView<Lookup<ServiceEndpoints>>({
  id: 'service-endpoints',
  needs: [
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [podState],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const service = found.value;
    const selector = textMapAt(service.body, 'spec', 'selector');
    const pairs = Object.entries(selector);
    const pods = context.list('Pod', subject.namespace === undefined ? {} : { namespace: subject.namespace });
    const candidates = pairs.length === 0 ? [] : pods.items;
    const selected: SelectedPod[] = [];
    for (const pod of candidates) {
      const labels = at(pod.body, 'metadata', 'labels');
      if (!pairs.every(([key, value]) => textAt(labels, key) === value)) continue;
      const state = context.use(podState, pod.ref);
      if (state.state !== 'present' || state.value.finished || state.value.phase === 'Failed') continue;
      selected.push({ pod, ready: state.value.ready && !state.value.terminating, failing: !state.value.healthy });
    }
    return {
      state: 'present',
      cite: found.cite,
      value: {
        service,
        type: textAt(service.body, 'spec', 'type') ?? 'ClusterIP',
        selector,
        selected,
        readyPods: selected.filter((pod) => pod.ready).length,
        podsSeen: pods.complete,
        publishesNotReady: booleanAt(service.body, 'spec', 'publishNotReadyAddresses') ?? false,
        ports: portsOf(service),
      },
    };
  },
});

function portsOf(service: KubeObject): readonly ServicePort[] {
  return listAt(service.body, 'spec', 'ports').map((port, index) => {
    const number = numberAt(port, 'port') ?? 0;
    return {
      name: textAt(port, 'name') ?? '',
      port: number,
      protocol: textAt(port, 'protocol') ?? 'TCP',
      targetPort: numberAt(port, 'targetPort') ?? textAt(port, 'targetPort') ?? number,
      pointer: `/spec/ports/${index}`,
    };
  });
}
