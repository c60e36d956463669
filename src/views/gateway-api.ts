/**
 * Gateways of the Gateway API as they say of themselves: class, listeners, addresses, conditions. Quotes; it judges no route. `gatewayOf` is for any
 * view that has the name of one.
 */
import type { Lookup } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';

const GROUP = 'gateway.networking.k8s.io/v1';

export interface GatewayListener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
  /** `Same`, `All`, `Selector`: namespaces whose routes it takes. */
  readonly allows: string;
  readonly attachedRoutes?: number;
  readonly conditions: readonly Condition[];
  readonly certificates: readonly ResourceRef[];
  readonly pointer: string;
}

export interface GatewayState {
  readonly gateway: KubeObject;
  readonly className: string;
  readonly class: Lookup<KubeObject>;
  /** Who works on Gateways of the class: `istio.io/gateway-controller`. */
  readonly controllerName?: string;
  /** Of the class: `Accepted`. */
  readonly classAccepted?: Condition;
  readonly conditions: readonly Condition[];
  readonly listeners: readonly GatewayListener[];
  readonly addresses: readonly string[];
}

export function gatewayRef(namespace: string, name: string): ResourceRef {
  return { apiVersion: GROUP, kind: 'Gateway', namespace, name };
}

export const gatewayApiGateway = defineView<Lookup<GatewayState>>({
  id: 'gateway-api-gateway',
  needs: [
    { type: 'object', kind: 'Gateway.gateway.networking.k8s.io' },
    { type: 'object', kind: 'GatewayClass' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: stateOf(context, found.value) };
  },
});

/** The caller declares the view `gatewayApiGateway` under `uses`. */
export function gatewayOf(context: ViewContext, ref: ResourceRef): Lookup<GatewayState> {
  return context.use(gatewayApiGateway, ref);
}

function stateOf(context: ViewContext, gateway: KubeObject): GatewayState {
  const className = textAt(gateway.body, 'spec', 'gatewayClassName') ?? '';
  const gatewayClass = context.object({ apiVersion: GROUP, kind: 'GatewayClass', name: className });
  const controllerName =
    gatewayClass.state === 'present' ? textAt(gatewayClass.value.body, 'spec', 'controllerName') : undefined;
  const accepted =
    gatewayClass.state === 'present'
      ? conditionsOf(gatewayClass.value.body).find((condition) => condition.type === 'Accepted')
      : undefined;
  return {
    gateway,
    className,
    class: gatewayClass,
    ...(controllerName === undefined ? {} : { controllerName }),
    ...(accepted === undefined ? {} : { classAccepted: accepted }),
    conditions: conditionsOf(gateway.body),
    listeners: listenersOf(gateway),
    addresses: listAt(gateway.body, 'status', 'addresses').flatMap((address) => textAt(address, 'value') ?? []),
  };
}

function listenersOf(gateway: KubeObject): readonly GatewayListener[] {
  const states = listAt(gateway.body, 'status', 'listeners');
  return listAt(gateway.body, 'spec', 'listeners').map((listener, index) => {
    const name = textAt(listener, 'name') ?? '';
    const place = states.findIndex((state) => textAt(state, 'name') === name);
    const state = states[place];
    const hostname = textAt(listener, 'hostname');
    const attachedRoutes = numberAt(state, 'attachedRoutes');
    return {
      name,
      port: numberAt(listener, 'port') ?? 0,
      protocol: textAt(listener, 'protocol') ?? '',
      ...(hostname === undefined ? {} : { hostname }),
      // Gateway API v1 AllowedRoutes: routes of the Gateway's own namespace where nothing is said.
      allows: textAt(listener, 'allowedRoutes', 'namespaces', 'from') ?? 'Same',
      ...(attachedRoutes === undefined ? {} : { attachedRoutes }),
      conditions: conditionsOf(state, 'conditions').map((condition) => ({
        ...condition,
        pointer: `/status/listeners/${place}${condition.pointer}`,
      })),
      certificates: listAt(listener, 'tls', 'certificateRefs').flatMap((ref): readonly ResourceRef[] => {
        const secret = textAt(ref, 'name');
        if (secret === undefined || (textAt(ref, 'kind') ?? 'Secret') !== 'Secret') return [];
        const namespace = textAt(ref, 'namespace') ?? gateway.ref.namespace;
        return [{ apiVersion: 'v1', kind: 'Secret', name: secret, ...(namespace === undefined ? {} : { namespace }) }];
      }),
      pointer: `/spec/listeners/${index}`,
    };
  });
}
