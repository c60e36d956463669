/**
 * The way of a Knative Route to its gateway: the Knative Ingress that it made, of which class, and how far the networking controller came with it.
 * Tells what the objects say; who is at fault is for the rules. A Route that has no revision to route to yet is none of the gateway's business.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { ownerTree } from './owner-tree.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';
import { ingressClassOf, NETWORKING_LAYERS, type NetworkingLayer } from './parse/gateway-config.ts';
import { secondsBetween } from './parse/time.ts';

export interface GatewayRoute {
  readonly route: KubeObject;
  /** Knative's own Ingress. */
  readonly ingress: KubeObject;
  readonly className: string;
  /** Undefined for a class that none of Knative's own layers takes. */
  readonly layer?: NetworkingLayer;
  /** untouched: no controller wrote a status for this generation. waiting: it did, and the gateway is not ready. ready: it is. */
  readonly state: 'untouched' | 'waiting' | 'ready';
  /** Seconds in that state, as far as it is told. */
  readonly seconds: number;
  /** The condition Ready of the Ingress. */
  readonly ready?: Condition;
  /** Conditions of the Ingress that are not True, other than Ready. */
  readonly unhappy: readonly Condition[];
  /** The Ingress, then the Route: what shows the trouble. */
  readonly affects: readonly [ResourceRef, ResourceRef];
  /** What the Route says of its way to the gateway; its Ready where it says nothing. */
  readonly said: Citation;
  /** What a person deployed: the topmost owner of the Route. */
  readonly root: ResourceRef;
  /** Hosts that the Ingress publishes, those of the cluster only among them. */
  readonly hosts: readonly PublishedHost[];
}

export interface PublishedHost {
  readonly host: string;
  readonly clusterLocal: boolean;
}

/** On a Route or a DomainMapping. Absent: there is nothing for a gateway to do yet. Unknown only where the Route is not Ready and its Ingress was not read. */
export const gatewayRoute = defineView<Lookup<GatewayRoute>>({
  id: 'gateway-route',
  needs: [
    { type: 'object', kind: 'Route' },
    { type: 'object', kind: 'DomainMapping' },
    { type: 'object', kind: 'Ingress.networking.internal.knative.dev' },
  ],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    const { root } = context.use(ownerTree, subject);
    // Routes and DomainMappings make the Ingress of their own name (knative serving pkg/reconciler/route/resources/names).
    const ingress = context.object({
      apiVersion: 'networking.internal.knative.dev/v1alpha1',
      kind: 'Ingress',
      name: route.ref.name,
      ...(route.ref.namespace === undefined ? {} : { namespace: route.ref.namespace }),
    });
    if (ingress.state === 'present')
      return { state: 'present', cite: ingress.cite, value: stateOf(route, ingress.value, root, context.now) };
    const conditions = conditionsOf(route.body);
    const assigned = conditions.find((condition) => condition.type === 'AllTrafficAssigned');
    const routed = conditions.find((condition) => condition.type === 'IngressReady');
    const blocking = routed?.status === 'True' ? routed : assigned?.status === 'True' ? undefined : assigned;
    if (ingress.state === 'unknown' && (blocking !== undefined || routed === undefined))
      return {
        state: 'absent',
        cite: route.cite(`condition ${(blocking ?? routed)?.type ?? 'none'}`, blocking?.pointer),
      };
    return ingress;
  },
});

function stateOf(route: KubeObject, ingress: KubeObject, root: ResourceRef, now: string): GatewayRoute {
  const conditions = conditionsOf(ingress.body);
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const observed = numberAt(ingress.body, 'status', 'observedGeneration');
  const generation = numberAt(ingress.body, 'metadata', 'generation');
  const current = observed === undefined || generation === undefined || observed >= generation;
  const state =
    conditions.length === 0 || !current || ready === undefined
      ? 'untouched'
      : ready.status === 'True'
        ? 'ready'
        : 'waiting';
  const since = state === 'untouched' ? textAt(ingress.body, 'metadata', 'creationTimestamp') : ready?.since;
  const className = ingressClassOf(ingress.body)?.className ?? '';
  const layer = NETWORKING_LAYERS.find((known) => known.className === className);
  return {
    route,
    ingress,
    className,
    ...(layer === undefined ? {} : { layer }),
    state,
    ...(ready === undefined ? {} : { ready }),
    seconds: secondsBetween(since, now) ?? 0,
    unhappy: conditions.filter((condition) => condition.type !== 'Ready' && condition.status !== 'True'),
    affects: [ingress.ref, route.ref],
    said: saidBy(route),
    root,
    hosts: listAt(ingress.body, 'spec', 'rules').flatMap((rule) => {
      // Until 0.15 a whole Ingress had one visibility (networking v1alpha1 IngressSpec.DeprecatedVisibility).
      const visibility = textAt(rule, 'visibility') ?? textAt(ingress.body, 'spec', 'visibility') ?? '';
      return listAt(rule, 'hosts').flatMap((host) =>
        typeof host === 'string' ? [{ host, clusterLocal: visibility === 'ClusterLocal' }] : [],
      );
    }),
  };
}

function saidBy(route: KubeObject): Citation {
  const conditions = conditionsOf(route.body);
  const said =
    conditions.find((condition) => condition.type === 'IngressReady') ??
    conditions.find((condition) => condition.type === 'Ready');
  return route.cite(
    `${nameWithKind(route.ref)}: ${said === undefined ? 'no condition' : `condition ${said.type}`}`,
    said?.pointer,
  );
}
