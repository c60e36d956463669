/**
 * Which other VirtualServices claim a host of a Route at one of the same gateways. Istio puts their rules together in an order that nobody chose
 * (istio pilot/pkg/model/virtualservice.go), so that one of them may never see a request.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { sameRef } from '../model/reference.ts';
import { byName } from './parse/by-name.ts';
import { gatewayRoute, type GatewayRoute } from './gateway-route.ts';
import { controllerOf } from './owner-tree.ts';

export interface HostClaim {
  readonly virtualService: KubeObject;
  readonly host: string;
  readonly cite: Citation;
}

export interface IstioHosts {
  readonly route: GatewayRoute;
  readonly claims: readonly HostClaim[];
}

/** Absent where the layer is not Istio or the gateway serves the Route. */
export const istioHosts = defineView<Lookup<IstioHosts>>({
  id: 'istio-hosts',
  needs: [{ type: 'object', kind: 'VirtualService' }],
  uses: [gatewayRoute],
  derive(context, subject) {
    const found = context.use(gatewayRoute, subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    if (route.layer?.controller !== 'net-istio' || route.state !== 'waiting')
      return { state: 'absent', cite: found.cite };
    const all = byName(context.list('VirtualService', { group: 'networking.istio.io' }).items);
    const own = all.filter((service) => {
      const owner = controllerOf(service);
      return owner !== undefined && sameRef(owner, route.ingress.ref);
    });
    const gateways = new Set(own.flatMap(gatewaysOf));
    const hosts = new Set(route.hosts.filter((known) => !known.clusterLocal).map((known) => known.host.toLowerCase()));
    const claims = all.flatMap((service): readonly HostClaim[] => {
      if (own.includes(service)) return [];
      // Without its own VirtualService nothing tells at which gateways the Route is.
      if (gateways.size > 0 && !gatewaysOf(service).some((gateway) => gateways.has(gateway))) return [];
      const index = hostsOf(service).findIndex((host) => hosts.has(host.toLowerCase()));
      const host = hostsOf(service)[index];
      return host === undefined
        ? []
        : [{ virtualService: service, host, cite: service.cite(`host ${host}`, `/spec/hosts/${index}`) }];
    });
    return { state: 'present', cite: found.cite, value: { route, claims } };
  },
});

function hostsOf(service: KubeObject): readonly string[] {
  return listAt(service.body, 'spec', 'hosts').flatMap((host) => (typeof host === 'string' ? [host] : []));
}

/** With their namespace, without the sidecars' `mesh`. */
function gatewaysOf(service: KubeObject): readonly string[] {
  return listAt(service.body, 'spec', 'gateways').flatMap((name) =>
    typeof name !== 'string' || name === 'mesh'
      ? []
      : [name.includes('/') ? name : `${service.ref.namespace ?? ''}/${name}`],
  );
}
