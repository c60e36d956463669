/**
 * Who is to route requests to Knative Services by default, and whether that is there: the networking controller of the class in config-network, the
 * program that it tells, and the kind that it writes. It looks at no Service.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { definitionRef } from '../installed-versions.ts';
import { configRef, knativeConfig, settingsOf } from '../knative-config.ts';
import { NETWORKING_LAYERS, type NetworkingLayer } from '../parse/gateway-config.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import { platformComponent, useComponent, type PlatformComponent } from '../platform-component.ts';

export interface KnativeNetworking {
  readonly className: string;
  /** Shows the class, or that the ConfigMap sets none. */
  readonly classCite: Citation;
  readonly config: KubeObject;
  /** Undefined for a class of somebody else. */
  readonly layer?: {
    readonly is: NetworkingLayer;
    readonly controller: Lookup<PlatformComponent>;
    /** Who takes what the controller writes; undefined where any may. */
    readonly gateway?: Lookup<PlatformComponent>;
    /** CRD of what the controller writes. */
    readonly definition?: { readonly name: string; readonly found: Lookup<KubeObject> };
  };
  /** Layers that are installed besides. */
  readonly others: readonly { readonly layer: NetworkingLayer; readonly component: PlatformComponent }[];
}

/** knative networking pkg/config/config.go DefaultIngressClass. */
const DEFAULT_CLASS = 'istio.ingress.networking.knative.dev';
const GATEWAYS: Partial<Readonly<Record<ComponentId, ComponentId>>> = {
  'net-istio': 'istiod',
  'net-kourier': 'kourier-gateway',
  'net-contour': 'contour',
};
const WRITES: Partial<Readonly<Record<ComponentId, string>>> = {
  'net-istio': 'virtualservices.networking.istio.io',
  'net-contour': 'httpproxies.projectcontour.io',
  'net-gateway-api': 'httproutes.gateway.networking.k8s.io',
};

/** Derive it on `CLUSTER`. Absent where there is no config-network. */
export const knativeNetworking = defineView<Lookup<KnativeNetworking>>({
  id: 'knative-networking',
  needs: [
    { type: 'object', kind: 'ConfigMap' },
    { type: 'object', kind: 'CustomResourceDefinition' },
  ],
  uses: [
    ...NETWORKING_LAYERS.map((layer) => platformComponent(layer.controller)),
    ...Object.values(GATEWAYS).map((id) => platformComponent(id)),
  ],
  derive(context) {
    const found = knativeConfig(context, 'config-network');
    if (found.state !== 'present') return found;
    const settings = settingsOf(found.value);
    // `ingress.class` until 0.25.
    const key =
      settings['ingress-class'] === undefined && settings['ingress.class'] !== undefined
        ? 'ingress.class'
        : 'ingress-class';
    const className = settings[key] ?? DEFAULT_CLASS;
    const layer = NETWORKING_LAYERS.find((known) => known.className === className);
    return {
      state: 'present',
      cite: found.cite,
      value: {
        className,
        config: found.value,
        classCite:
          textAt(found.value.body, 'data', key) === undefined
            ? found.value.cite(`${configRef(context, 'config-network').name} does not set ingress-class`, '/data')
            : found.value.cite(`${key}: ${className.slice(0, 80)}`, `/data/${key}`),
        ...(layer === undefined ? {} : { layer: layerOf(context, layer) }),
        others: NETWORKING_LAYERS.flatMap((other) => {
          const component = other === layer ? undefined : useComponent(context, other.controller);
          return component?.state === 'present' ? [{ layer: other, component: component.value }] : [];
        }),
      },
    };
  },
});

function layerOf(context: ViewContext, is: NetworkingLayer): NonNullable<KnativeNetworking['layer']> {
  const gateway = GATEWAYS[is.controller];
  const name = WRITES[is.controller];
  return {
    is,
    controller: useComponent(context, is.controller),
    ...(gateway === undefined ? {} : { gateway: useComponent(context, gateway) }),
    ...(name === undefined ? {} : { definition: { name, found: context.object(definitionRef(name)) } }),
  };
}
