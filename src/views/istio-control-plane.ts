/** Whether istiod can tell its proxies of a Route that waits for them. */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { gatewayRoute, type GatewayRoute } from './gateway-route.ts';
import { platformComponent, useComponent, type PlatformComponent } from './platform-component.ts';

export interface IstioControlPlane {
  readonly route: GatewayRoute;
  readonly istiod: Lookup<PlatformComponent>;
}

/** Absent where the Route does not wait for Istio. */
export const istioControlPlane = defineView<Lookup<IstioControlPlane>>({
  id: 'istio-control-plane',
  needs: [],
  uses: [gatewayRoute, platformComponent('istiod')],
  derive(context, subject) {
    const found = context.use(gatewayRoute, subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    if (route.layer?.controller !== 'net-istio' || route.state !== 'waiting')
      return { state: 'absent', cite: found.cite };
    return { state: 'present', cite: found.cite, value: { route, istiod: useComponent(context, 'istiod') } };
  },
});
