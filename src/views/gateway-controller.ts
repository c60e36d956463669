/**
 * Who programs the gateway for a Route: the networking controller of its Ingress's class, and which others are installed. It names no fault.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { gatewayRoute, type GatewayRoute } from './gateway-route.ts';
import { KNATIVE_NAMESPACE } from './knative-config.ts';
import { ingressClassOf, NETWORKING_LAYERS, type NetworkingLayer } from './parse/gateway-config.ts';
import { platformComponent, useComponent, type PlatformComponent } from './platform-component.ts';

export interface GatewayController {
  readonly route: GatewayRoute;
  /** Undefined for a class that none of Knative's own layers takes. */
  readonly controller?: Lookup<PlatformComponent>;
  readonly others: readonly { readonly layer: NetworkingLayer; readonly component: PlatformComponent }[];
  /** All Deployments of Knative's namespace were seen: what is not among them is not installed there. */
  readonly seen: Lookup<true>;
  /** Who asked for the class: the annotation of what a person deployed, or the setting for all. */
  readonly askedBy: { readonly object: ResourceRef; readonly key: string; readonly cite?: Citation };
}

export const gatewayController = defineView<Lookup<GatewayController>>({
  id: 'gateway-controller',
  needs: [
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'ConfigMap' },
  ],
  uses: [gatewayRoute, ...NETWORKING_LAYERS.map((layer) => platformComponent(layer.controller))],
  derive(context, subject) {
    const found = context.use(gatewayRoute, subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    // A gateway that works raises no question of who set it up.
    if (route.state === 'ready') return { state: 'absent', cite: route.ingress.cite('condition Ready', '/status') };
    const installed = NETWORKING_LAYERS.flatMap((layer) => {
      const component = useComponent(context, layer.controller);
      return component.state === 'present' && layer !== route.layer ? [{ layer, component: component.value }] : [];
    });
    const config: ResourceRef = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: KNATIVE_NAMESPACE,
      name: 'config-network',
    };
    const set = context.object(config);
    return {
      state: 'present',
      cite: found.cite,
      value: {
        route,
        ...(route.layer === undefined ? {} : { controller: useComponent(context, route.layer.controller) }),
        others: installed,
        seen: context.list('Deployment', { namespace: KNATIVE_NAMESPACE }).complete,
        askedBy: askedBy(route.route, route.root, config, set),
      },
    };
  },
});

function askedBy(
  route: KubeObject,
  root: ResourceRef,
  config: ResourceRef,
  set: Lookup<KubeObject>,
): GatewayController['askedBy'] {
  const own = ingressClassOf(route.body);
  if (own !== undefined)
    return { object: root, key: own.key, cite: route.cite(`annotation ${own.key}`, '/metadata/annotations') };
  const data = set.state === 'present' ? textMapAt(set.value.body, 'data') : {};
  // `ingress.class` until 0.25 (knative networking pkg/config/config.go).
  const key =
    data['ingress-class'] === undefined && data['ingress.class'] !== undefined ? 'ingress.class' : 'ingress-class';
  return {
    object: config,
    key,
    ...(set.state === 'present' && textAt(set.value.body, 'data', key) !== undefined
      ? { cite: set.value.cite(`${key} of config-network`, `/data/${key}`) }
      : {}),
  };
}
