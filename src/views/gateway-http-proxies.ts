/** The HTTPProxies of Contour that belong to an object or to Knative's Ingress of a Route, and what Contour says of them. */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { byName } from './parse/by-name.ts';
import { gatewayRoute } from './gateway-route.ts';

export interface HttpProxyState {
  readonly proxy: KubeObject;
  /** `valid`, `invalid`, `orphaned`; empty where Contour has said nothing. */
  readonly status: string;
  readonly description: string;
}

export interface HttpProxies {
  readonly root: ResourceRef;
  readonly affects: readonly ResourceRef[];
  readonly proxies: readonly HttpProxyState[];
}

/** Absent where there are none that were read. */
export const httpProxies = defineView<Lookup<HttpProxies>>({
  id: 'gateway-http-proxies',
  needs: [{ type: 'object', kind: 'HTTPProxy' }],
  uses: [gatewayRoute],
  derive(context, subject) {
    const route = context.use(gatewayRoute, subject);
    if (route.state !== 'present') return route;
    const { ingress, layer, state, root, affects } = route.value;
    if (layer?.controller !== 'net-contour' || state === 'ready') return { state: 'absent', cite: route.cite };
    const namespace = ingress.ref.namespace;
    const listing = context.list('HTTPProxy', namespace === undefined ? {} : { namespace });
    const proxies = byName(context.ownedBy(ingress.ref)).filter((object) => object.ref.kind === 'HTTPProxy');
    if (proxies.length === 0)
      return listing.complete.state === 'unknown' && state === 'waiting'
        ? listing.complete
        : { state: 'absent', cite: route.cite };
    return {
      state: 'present',
      cite: route.cite,
      value: {
        root,
        affects,
        proxies: proxies.map((proxy) => ({
          proxy,
          status: textAt(proxy.body, 'status', 'currentStatus') ?? '',
          description: textAt(proxy.body, 'status', 'description') ?? '',
        })),
      },
    };
  },
});
