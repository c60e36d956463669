/**
 * The gateway in front: which one it is, by the class of a Knative Ingress or of an Ingress, by the Gateway of an HTTPRoute, by the Istio Gateway of a
 * VirtualService. What it answers is `gateway-answers.ts`' part. Names are those that the projects ship.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { gatewayOf, gatewayRef, type GatewayState } from '../gateway-api.ts';
import { gatewayTargets } from '../gateway-targets.ts';
import { istioGateway, type IstioGateway } from '../istio-gateways.ts';
import { ingressClassOf, NETWORKING_LAYERS, serviceAddress, type NamedObject } from '../parse/gateway-config.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import { KINGRESS_GROUP } from './knative-route.ts';
import type { Caller } from './path-types.ts';

export type GatewayKind = 'kourier' | 'istio' | 'contour' | 'gateway-api' | 'nginx' | 'other';

export interface Gateway {
  readonly kind: GatewayKind;
  /** As the line of hops calls it. */
  readonly title: string;
  /** Its access log carries Envoy's response flags. */
  readonly envoy: boolean;
  readonly service?: NamedObject;
  /** An object or a ConfigMap names the Service; else it is the one that the project ships, and may be called otherwise here. */
  readonly serviceNamed?: boolean;
  readonly component?: ComponentId;
  /** The object that says which it is. */
  readonly by?: KubeObject;
  /** Of the Gateway API. */
  readonly state?: Lookup<GatewayState>;
  /** Gateways of Istio that a VirtualService names. */
  readonly istio?: readonly IstioGateway[];
  /** The IngressClass that an Ingress names, and the Ingress. */
  readonly ingress?: { readonly object: KubeObject; readonly className?: string; readonly class?: Lookup<KubeObject> };
}

type Layer = Pick<Gateway, 'kind' | 'title' | 'component'> & { readonly external?: string; readonly local?: string };

// knative-extensions/{net-kourier,net-istio,net-contour} config: the Services that each writes into the status of an Ingress.
const LAYERS: Readonly<Partial<Record<ComponentId, Layer>>> = {
  'net-kourier': {
    kind: 'kourier',
    title: 'Kourier',
    component: 'kourier-gateway',
    external: 'kourier.kourier-system',
    local: 'kourier-internal.kourier-system',
  },
  'net-istio': {
    kind: 'istio',
    title: 'Istio gateway',
    component: 'istio-ingressgateway',
    external: 'istio-ingressgateway.istio-system',
    local: 'knative-local-gateway.istio-system',
  },
  'net-contour': {
    kind: 'contour',
    title: 'Contour',
    external: 'envoy.contour-external',
    local: 'envoy.contour-internal',
  },
  'net-gateway-api': { kind: 'gateway-api', title: 'Gateway' },
};

/** The gateway of a Knative Ingress, by its class; where there is no Ingress yet, by one beside it. */
export function knativeGateway(context: ViewContext, ingress: KubeObject | undefined, caller: Caller): Gateway {
  const any = ingress ?? context.list('Ingress', { group: KINGRESS_GROUP }).items[0];
  const className = any === undefined ? undefined : ingressClassOf(any.body)?.className;
  const controller = NETWORKING_LAYERS.find((layer) => layer.className === className)?.controller;
  const known = controller === undefined ? undefined : LAYERS[controller];
  const written = writtenService(context, ingress, caller);
  const usual = serviceAddress((caller === 'external' ? known?.external : known?.local) ?? '');
  const service = written ?? usual;
  return {
    kind: known?.kind ?? 'other',
    title: known?.title ?? 'gateway',
    envoy: known !== undefined,
    ...(service === undefined ? {} : { service, serviceNamed: written !== undefined }),
    ...(known?.component === undefined ? {} : { component: known.component }),
    ...(any === undefined ? {} : { by: any }),
  };
}

/** What the status of the Ingress says; before there is one, the ConfigMap of the networking layer. */
function writtenService(
  context: ViewContext,
  ingress: KubeObject | undefined,
  caller: Caller,
): NamedObject | undefined {
  if (ingress === undefined) return undefined;
  const field = caller === 'external' ? 'publicLoadBalancer' : 'privateLoadBalancer';
  for (const entry of listAt(ingress.body, 'status', field, 'ingress')) {
    const service = serviceAddress(textAt(entry, 'domainInternal') ?? '');
    if (service !== undefined) return service;
  }
  const { name, namespace } = ingress.ref;
  const route = { apiVersion: 'serving.knative.dev/v1', kind: 'Route', name, ...(namespace ? { namespace } : {}) };
  const told = context.use(gatewayTargets, route);
  if (told.state !== 'present') return undefined;
  const target = told.value.targets.find(
    (one) => one.named !== undefined && one.local === (caller === 'cluster-local'),
  );
  return target === undefined
    ? undefined
    : { namespace: target.service.namespace ?? 'default', name: target.service.name };
}

// `spec.controller` of IngressClasses (kubernetes/ingress-nginx, istio, projectcontour, traefik, haproxytech).
const INGRESS_CONTROLLERS: readonly (readonly [RegExp, Pick<Gateway, 'kind' | 'title' | 'envoy' | 'component'>])[] = [
  [/nginx/, { kind: 'nginx', title: 'NGINX ingress', envoy: false }],
  [/istio/, { kind: 'istio', title: 'Istio gateway', envoy: true, component: 'istio-ingressgateway' }],
  [/contour/, { kind: 'contour', title: 'Contour', envoy: true }],
];

/** The gateway behind an Ingress of Kubernetes, by its class. */
export function gatewayOfIngress(context: ViewContext, ingress: KubeObject): Gateway {
  const named = textAt(ingress.body, 'spec', 'ingressClassName');
  const className = named ?? textAt(ingress.body, 'metadata', 'annotations', 'kubernetes.io/ingress.class');
  const found =
    named === undefined
      ? undefined
      : context.object({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', name: named });
  const controller = found?.state === 'present' ? textAt(found.value.body, 'spec', 'controller') : undefined;
  const known = INGRESS_CONTROLLERS.find(([pattern]) => pattern.test(controller ?? className ?? ''))?.[1];
  return {
    ...(known ?? UNKNOWN_INGRESS),
    by: ingress,
    ingress: {
      object: ingress,
      ...(className === undefined ? {} : { className }),
      ...(found === undefined ? {} : { class: found }),
    },
  };
}

/** Nobody knows who would take a request. */
export const UNKNOWN_INGRESS: Gateway = { kind: 'other', title: 'ingress', envoy: false };

/** Contour, as its HTTPProxies are served by it. */
export function contourGateway(proxy: KubeObject): Gateway {
  return { kind: 'contour', title: 'Contour', envoy: true, by: proxy };
}

// Controllers of GatewayClasses that are Envoy: istio, envoy gateway, contour, cilium, kgateway and gloo.
const ENVOYS = /istio|envoy|contour|cilium|kgateway|solo\.io|gloo/;

/** The Gateway that an HTTPRoute hangs on: of several the one that accepted it. */
export function gatewayOfRoute(context: ViewContext, route: KubeObject): Gateway {
  const namespace = route.ref.namespace ?? 'default';
  const refs = listAt(route.body, 'spec', 'parentRefs').flatMap((parent): readonly ResourceRef[] => {
    const name = textAt(parent, 'name');
    if (name === undefined || (textAt(parent, 'kind') ?? 'Gateway') !== 'Gateway') return [];
    return [gatewayRef(textAt(parent, 'namespace') ?? namespace, name)];
  });
  const accepting = listAt(route.body, 'status', 'parents').find((parent) =>
    listAt(parent, 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Accepted' && textAt(condition, 'status') === 'True',
    ),
  );
  const ref = refs.find((one) => one.name === textAt(accepting, 'parentRef', 'name')) ?? refs[0];
  if (ref === undefined) return { kind: 'gateway-api', title: 'Gateway', envoy: true };
  const state = gatewayOf(context, ref);
  const controller = state.state === 'present' ? state.value.controllerName : undefined;
  return {
    kind: 'gateway-api',
    title: `Gateway ${ref.name}`,
    envoy: controller === undefined || ENVOYS.test(controller),
    ...(state.state === 'present' ? { by: state.value.gateway } : {}),
    state,
  };
}

/** The Istio Gateways that a VirtualService names, besides `mesh`, which stands for the sidecars. */
export function gatewayOfVirtualService(context: ViewContext, service: KubeObject): Gateway {
  const istio = istioGatewaysOf(context, service);
  // The usual installation selects `istio: ingressgateway`; any other program has another Service.
  const usual = istio.every(
    ({ selector }) => Object.keys(selector).length === 0 || selector['istio'] === 'ingressgateway',
  );
  const external = serviceAddress(LAYERS['net-istio']?.external ?? '');
  return {
    kind: 'istio',
    title: 'Istio gateway',
    envoy: true,
    istio,
    by: service,
    ...(usual && external !== undefined
      ? { component: 'istio-ingressgateway' as const, service: external, serviceNamed: false }
      : {}),
  };
}

export function istioGatewaysOf(context: ViewContext, service: KubeObject): readonly IstioGateway[] {
  const namespace = service.ref.namespace ?? 'default';
  return listAt(service.body, 'spec', 'gateways').flatMap((name, index): readonly IstioGateway[] => {
    if (typeof name !== 'string' || name === 'mesh') return [];
    const address = name.includes('/') ? serviceAddress(name) : { namespace, name };
    if (address === undefined) return [];
    const named = {
      by: service.ref,
      words: `VirtualService ${service.ref.name}`,
      cite: service.cite(`gateway ${name}`, `/spec/gateways/${index}`),
    };
    return [istioGateway(context, address, named)];
  });
}
