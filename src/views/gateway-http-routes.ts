/**
 * The HTTPRoutes of an object and the Gateways that they, or Knative in its stead, want to be at: what each Gateway said of the route, and what the
 * Gateway is. An InferenceService of Standard mode has HTTPRoutes of its own; a Knative Route with Gateway API has what `config-gateway` names.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import { gatewayApiGateway, gatewayOf, gatewayRef, type GatewayState } from './gateway-api.ts';
import { gatewayTargets } from './gateway-targets.ts';
import { ownerTree } from './owner-tree.ts';
import { byName } from './parse/by-name.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';

export interface RouteParent {
  readonly ref: ResourceRef;
  /** One listener only. */
  readonly section?: string;
  /** Who names the Gateway. */
  readonly by: KubeObject;
  readonly named: Citation;
  readonly gateway: Lookup<GatewayState>;
  /** What the Gateway's controller says of the route; undefined where it said nothing. */
  readonly said?: readonly Condition[];
}

export interface RouteBackend {
  readonly ref: ResourceRef;
  readonly found: Lookup<KubeObject>;
  readonly cite: Citation;
}

export interface HttpRouteState {
  readonly route: KubeObject;
  readonly hostnames: readonly string[];
  readonly parents: readonly RouteParent[];
  readonly backends: readonly RouteBackend[];
}

export interface HttpRoutes {
  /** What a person deployed. */
  readonly root: ResourceRef;
  /** The objects that show the trouble: the route first. */
  readonly affects: readonly ResourceRef[];
  readonly routes: readonly HttpRouteState[];
  /** All Gateways in question, those of Knative's configuration too. */
  readonly parents: readonly RouteParent[];
  /** The object says of itself that it is not ready for want of a route. */
  readonly unready: boolean;
}

/** Absent where the object has no HTTPRoutes and wants none. */
export const httpRoutes = defineView<Lookup<HttpRoutes>>({
  id: 'gateway-http-routes',
  needs: [
    { type: 'object', kind: 'HTTPRoute' },
    { type: 'object', kind: '*' },
    { type: 'object', kind: '**' },
    { type: 'object', kind: 'Service' },
  ],
  uses: [ownerTree, gatewayApiGateway, gatewayTargets],
  derive(context, subject) {
    if (subject.kind === 'Route') return ofKnative(context, subject);
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const { root, descendants } = context.use(ownerTree, subject);
    const own = byName([found.value, ...descendants]).filter((object) => object.ref.kind === 'HTTPRoute');
    const waits = waitsForRoute(found.value);
    if (own.length === 0) {
      // A list of the namespace is worth a request only where the object itself says that it waits for its route.
      const { complete } = context.list(
        'HTTPRoute',
        found.value.ref.namespace === undefined ? {} : { namespace: found.value.ref.namespace },
      );
      return waits && complete.state === 'unknown' ? complete : { state: 'absent', cite: found.cite };
    }
    const routes = own.map((route) => stateOf(context, route));
    return {
      state: 'present',
      cite: found.cite,
      value: {
        root: sameRef(root, subject) ? found.value.ref : root,
        affects: [...own.map((route) => route.ref), found.value.ref],
        routes,
        parents: routes.flatMap((route) => route.parents),
        unready: waits || subject.kind === 'HTTPRoute',
      },
    };
  },
});

/**
 * KServe copies the reason of the parent into IngressReady (kserve ingress/httproute_reconciler.go); LLMInferenceService has conditions of its own.
 * A bare IngressReady says nothing of HTTPRoutes: Knative mode has it too.
 */
const OF_ROUTES =
  /HTTP-?Route|Gateway|ParentStatusNotAvailable|NoMatching|NotAllowedByListeners|BackendNotFound|RefNotPermitted|InvalidKind|UnsupportedValue/i;

function waitsForRoute(object: KubeObject): boolean {
  return conditionsOf(object.body).some(
    ({ type, status, reason, message }) =>
      status !== 'True' &&
      (OF_ROUTES.test(type) || (type === 'IngressReady' && OF_ROUTES.test(`${reason} ${message}`))),
  );
}

function ofKnative(context: ViewContext, subject: ResourceRef): Lookup<HttpRoutes> {
  const found = context.use(gatewayTargets, subject);
  if (found.state !== 'present') return found;
  const { route, targets, config } = found.value;
  if (route.layer?.controller !== 'net-gateway-api' || route.state === 'ready')
    return { state: 'absent', cite: found.cite };
  const own = byName(context.ownedBy(route.ingress.ref)).filter((object) => object.ref.kind === 'HTTPRoute');
  const routes = own.map((object) => stateOf(context, object));
  const configured = targets.flatMap((target): readonly RouteParent[] => {
    if (target.gateway === undefined) return [];
    const ref = gatewayRef(target.gateway.namespace, target.gateway.name);
    const by = config.object.state === 'present' ? config.object.value : route.ingress;
    return [{ ref, by, named: target.named ?? route.said, gateway: gatewayOf(context, ref) }];
  });
  return {
    state: 'present',
    cite: found.cite,
    value: {
      root: route.root,
      affects: route.affects,
      routes,
      parents: [...routes.flatMap((one) => one.parents), ...configured],
      unready: true,
    },
  };
}

function stateOf(context: ViewContext, route: KubeObject): HttpRouteState {
  const namespace = route.ref.namespace ?? 'default';
  const told = listAt(route.body, 'status', 'parents');
  const parents = listAt(route.body, 'spec', 'parentRefs').flatMap((parent, index): readonly RouteParent[] => {
    const name = textAt(parent, 'name');
    if (name === undefined || (textAt(parent, 'kind') ?? 'Gateway') !== 'Gateway') return [];
    const ref = gatewayRef(textAt(parent, 'namespace') ?? namespace, name);
    const section = textAt(parent, 'sectionName');
    const place = told.findIndex(
      (entry) =>
        textAt(entry, 'parentRef', 'name') === name &&
        (textAt(entry, 'parentRef', 'namespace') ?? namespace) === ref.namespace &&
        textAt(entry, 'parentRef', 'sectionName') === section,
    );
    return [
      {
        ref,
        ...(section === undefined ? {} : { section }),
        by: route,
        named: route.cite(`parentRef ${ref.namespace ?? ''}/${name}`, `/spec/parentRefs/${index}`),
        gateway: gatewayOf(context, ref),
        ...(place < 0
          ? {}
          : {
              said: conditionsOf(told[place], 'conditions').map((condition) => ({
                ...condition,
                pointer: `/status/parents/${place}${condition.pointer}`,
              })),
            }),
      },
    ];
  });
  const backends = listAt(route.body, 'spec', 'rules').flatMap((rule, index) =>
    listAt(rule, 'backendRefs').flatMap((backend, place): readonly RouteBackend[] => {
      const name = textAt(backend, 'name');
      if (name === undefined || (textAt(backend, 'kind') ?? 'Service') !== 'Service') return [];
      const ref = { apiVersion: 'v1', kind: 'Service', namespace: textAt(backend, 'namespace') ?? namespace, name };
      return [
        {
          ref,
          found: context.object(ref),
          cite: route.cite(`backend ${name}`, `/spec/rules/${index}/backendRefs/${place}`),
        },
      ];
    }),
  );
  return {
    route,
    hostnames: listAt(route.body, 'spec', 'hostnames').flatMap((host) => (typeof host === 'string' ? [host] : [])),
    parents,
    backends,
  };
}
