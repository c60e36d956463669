/** Whether the Services that KServe's own VirtualService of an InferenceService sends requests to exist. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { destinationsOf, istioGateways } from './istio-gateways.ts';

export interface CheckedDestination {
  readonly host: string;
  readonly service: ResourceRef;
  readonly cite: Citation;
  readonly found: Lookup<KubeObject>;
}

export interface IstioDestinations {
  readonly virtualService: KubeObject;
  readonly destinations: readonly CheckedDestination[];
}

/** Absent where it has no VirtualService. */
export const istioDestinations = defineView<Lookup<IstioDestinations>>({
  id: 'istio-destinations',
  needs: [{ type: 'object', kind: 'Service' }],
  uses: [istioGateways],
  derive(context, subject) {
    const found = context.use(istioGateways, subject);
    if (found.state !== 'present') return found;
    const { virtualService } = found.value;
    if (virtualService === undefined) return { state: 'absent', cite: found.cite };
    const destinations = destinationsOf(virtualService).map((destination) => ({
      ...destination,
      found: context.object(destination.service),
    }));
    return { state: 'present', cite: found.cite, value: { virtualService, destinations } };
  },
});
