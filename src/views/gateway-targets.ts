/**
 * The gateways that a networking layer sends a Route's requests through: which Services, whether pods stand behind them, and which Gateway objects are
 * meant. Where the layer reads its ConfigMap, that decides; where not, its defaults. What could not be read is unknown, never missing.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { KNATIVE_NAMESPACE } from './knative-config.ts';
import { gatewayRoute, type GatewayRoute } from './gateway-route.ts';
import { configuredGateways, serviceAddress, type NamedObject } from './parse/gateway-config.ts';
import { platformComponent, useComponent, type PlatformComponent } from './platform-component.ts';
import { serviceEndpoints, type ServiceEndpoints } from './service-endpoints.ts';

export interface GatewayTarget {
  readonly local: boolean;
  /** The Gateway object, for layers that have one. */
  readonly gateway?: NamedObject;
  readonly service: ResourceRef;
  /** Who names it: a ConfigMap, or the status of the Ingress. Absent for a default. */
  readonly named?: Citation;
  readonly endpoints: Lookup<ServiceEndpoints>;
}

export interface GatewayTargets {
  readonly route: GatewayRoute;
  readonly config: { readonly ref: ResourceRef; readonly object: Lookup<KubeObject> };
  readonly targets: readonly GatewayTarget[];
  /** The gateway's own Deployment, where the layer ships one. */
  readonly workload?: Lookup<PlatformComponent>;
  /** What the controller's events say: `no gateway pods available`, newest last. */
  readonly noPods?: Citation;
}

const GATEWAY_OF = {
  'net-istio': 'istio-ingressgateway',
  'net-kourier': 'kourier-gateway',
} as const;

/** Absent where the gateway serves the Ingress, unless what was read anyway shows otherwise. */
export const gatewayTargets = defineView<Lookup<GatewayTargets>>({
  id: 'gateway-targets',
  needs: [{ type: 'object', kind: 'ConfigMap' }, { type: 'event' }],
  uses: [gatewayRoute, serviceEndpoints, ...Object.values(GATEWAY_OF).map((id) => platformComponent(id))],
  derive(context, subject) {
    const found = context.use(gatewayRoute, subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    const { layer } = route;
    if (layer === undefined) return { state: 'absent', cite: route.ingress.cite('class', '/metadata/annotations') };
    const ref: ResourceRef = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: KNATIVE_NAMESPACE,
      name: layer.configMap,
    };
    const config = context.object(ref);
    const data = config.state === 'present' ? textMapAt(config.value.body, 'data') : {};
    const told = targetsOf(context, route, config, data);
    const events = context.events(route.ingress.ref);
    const noPods = route.state === 'ready' ? undefined : events.findLast((event) => NO_PODS.test(event.message));
    const gatewayId =
      layer.controller === 'net-istio' || layer.controller === 'net-kourier' ? GATEWAY_OF[layer.controller] : undefined;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        route,
        config: { ref, object: config },
        targets: told,
        ...(gatewayId === undefined ? {} : { workload: useComponent(context, gatewayId) }),
        ...(noPods === undefined ? {} : { noPods: noPods.cite() }),
      },
    };
  },
});

// net-kourier pkg/reconciler/ingress/lister.go, net-gateway-api pkg/reconciler/ingress/lister.go.
const NO_PODS = /no gateway pods available|failed to get internal service/;

function targetsOf(
  context: ViewContext,
  route: GatewayRoute,
  config: Lookup<KubeObject>,
  data: Readonly<Record<string, string>>,
): readonly GatewayTarget[] {
  const { layer } = route;
  if (layer === undefined) return [];
  // A ConfigMap that was not read may name other gateways than the defaults.
  const known = config.state === 'unknown' ? [] : configuredGateways(layer, data);
  const targets = known.flatMap((gateway): readonly GatewayTarget[] =>
    gateway.service === undefined
      ? []
      : [
          {
            ...target(context, gateway.service, gateway.local),
            ...(gateway.gateway === undefined ? {} : { gateway: gateway.gateway }),
            ...(gateway.key === undefined || config.state !== 'present'
              ? {}
              : { named: config.value.cite(`${gateway.key} of ${config.value.ref.name}`, `/data/${gateway.key}`) }),
          },
        ],
  );
  return targets.length > 0 ? targets : statusTargets(context, route);
}

/** What the controller wrote into the status: `kourier.kourier-system.svc.cluster.local`. */
function statusTargets(context: ViewContext, route: GatewayRoute): readonly GatewayTarget[] {
  return (['publicLoadBalancer', 'privateLoadBalancer'] as const).flatMap((field) =>
    listAt(route.ingress.body, 'status', field, 'ingress').flatMap((entry, index): readonly GatewayTarget[] => {
      const service = serviceAddress(textAt(entry, 'domainInternal') ?? '');
      return service === undefined
        ? []
        : [
            {
              ...target(context, service, field === 'privateLoadBalancer'),
              named: route.ingress.cite(`${field} of the Knative Ingress`, `/status/${field}/ingress/${index}`),
            },
          ];
    }),
  );
}

function target(
  context: ViewContext,
  name: NamedObject,
  local: boolean,
): Pick<GatewayTarget, 'local' | 'service' | 'endpoints'> {
  const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', ...name };
  return { local, service, endpoints: context.use(serviceEndpoints, service) };
}

/** Without the request to fetch it: for what is worth a look only where it was read anyway. */
export function unasked(gap: EvidenceGap): EvidenceGap {
  const { request: _, ...rest } = gap;
  return rest;
}
