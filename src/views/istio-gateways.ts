/**
 * The Istio Gateways that the routes of a model name: whether each exists, which pods it selects, and whether those are the pods that its requests go
 * to. On a Route: what net-istio is told; on an InferenceService: what KServe's own VirtualService names. It names no fault.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { gatewayTargets, type GatewayTargets } from './gateway-targets.ts';
import { byName } from './parse/by-name.ts';
import { matchesLabels } from './parse/selector.ts';
import { serviceAddress, type NamedObject } from './parse/gateway-config.ts';
import { podState } from './pod-state.ts';
import type { ServiceEndpoints } from './service-endpoints.ts';

export interface IstioGateway {
  readonly ref: ResourceRef;
  /** Who names it. */
  readonly named: { readonly by: ResourceRef; readonly words: string; readonly cite: Citation };
  readonly found: Lookup<KubeObject>;
  readonly selector: Readonly<Record<string, string>>;
  /** Ports of its servers. */
  readonly ports: readonly number[];
  /** Pods with those labels, wherever they were read. */
  readonly selected: readonly KubeObject[];
  readonly readyPods: number;
  /** All pods of the cluster were seen. */
  readonly podsSeen: Lookup<true>;
  /** The Service that requests for it go through, where it is known. */
  readonly service?: Lookup<ServiceEndpoints>;
}

export interface IstioGateways {
  /** The Knative side, where the question is about a Route. */
  readonly targets?: GatewayTargets;
  /** The VirtualService of KServe's own, where it is about an InferenceService. */
  readonly virtualService?: KubeObject;
  readonly gateways: readonly IstioGateway[];
}

/** Absent where Istio has nothing to do with the object. */
export const istioGateways = defineView<Lookup<IstioGateways>>({
  id: 'istio-gateways',
  needs: [
    { type: 'object', kind: 'InferenceService' },
    { type: 'object', kind: 'VirtualService' },
    { type: 'object', kind: 'Gateway.networking.istio.io' },
    { type: 'object', kind: 'Pod' },
  ],
  uses: [gatewayTargets, podState],
  derive: (context, subject) =>
    subject.kind === 'Route' ? ofRoute(context, subject) : ofVirtualService(context, subject),
});

function ofRoute(context: ViewContext, subject: ResourceRef): Lookup<IstioGateways> {
  const found = context.use(gatewayTargets, subject);
  if (found.state !== 'present') return found;
  const { route, targets, config } = found.value;
  // What works needs no look at how, and what no controller has taken in hand yet is at no gateway.
  if (route.layer?.controller !== 'net-istio' || route.state !== 'waiting')
    return { state: 'absent', cite: found.cite };
  const gateways = targets.flatMap(({ gateway, service, endpoints, named }) =>
    gateway === undefined
      ? []
      : [
          istioGateway(
            context,
            gateway,
            {
              by: config.ref,
              words: named === undefined ? 'the default of net-istio' : `ConfigMap ${config.ref.name}`,
              cite: named ?? route.ingress.cite(`class ${route.className}`, '/metadata/annotations'),
            },
            service.name === '' ? undefined : endpoints,
          ),
        ],
  );
  return { state: 'present', cite: found.cite, value: { targets: found.value, gateways } };
}

function ofVirtualService(context: ViewContext, subject: ResourceRef): Lookup<IstioGateways> {
  const found = context.object(subject);
  if (found.state !== 'present') return found;
  const virtualService = byName(context.ownedBy(found.value.ref)).find((owned) => owned.ref.kind === 'VirtualService');
  if (virtualService === undefined) return { state: 'absent', cite: found.cite };
  const namespace = virtualService.ref.namespace ?? 'default';
  const names = listAt(virtualService.body, 'spec', 'gateways').flatMap((name, index) =>
    typeof name === 'string' && name !== 'mesh' ? [{ name, index }] : [],
  );
  const gateways = names.flatMap(({ name, index }): readonly IstioGateway[] => {
    const address = name.includes('/') ? serviceAddress(name) : { namespace, name };
    return address === undefined
      ? []
      : [
          istioGateway(context, address, {
            by: virtualService.ref,
            words: `VirtualService ${virtualService.ref.name}`,
            cite: virtualService.cite(`gateway ${name}`, `/spec/gateways/${index}`),
          }),
        ];
  });
  return {
    state: 'present',
    cite: virtualService.cite('gateways', '/spec/gateways'),
    value: { virtualService, gateways },
  };
}

function gatewayRef(name: NamedObject): ResourceRef {
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', ...name };
}

/** One Istio Gateway, from whoever names it. The caller declares the needs and views of `istioGateways`. */
export function istioGateway(
  context: ViewContext,
  name: NamedObject,
  named: IstioGateway['named'],
  service?: Lookup<ServiceEndpoints>,
): IstioGateway {
  const ref = gatewayRef(name);
  const found = context.object(ref);
  const selector = found.state === 'present' ? textMapAt(found.value.body, 'spec', 'selector') : {};
  const pods = context.list('Pod');
  const selected =
    Object.keys(selector).length === 0
      ? []
      : pods.items.filter((pod) => matchesLabels(selector, textMapAt(pod.body, 'metadata', 'labels')));
  const ready = selected.filter((pod) => {
    const state = context.use(podState, pod.ref);
    return state.state === 'present' && state.value.ready;
  });
  return {
    ref,
    named,
    found,
    selector,
    ports:
      found.state === 'present'
        ? listAt(found.value.body, 'spec', 'servers').flatMap((server) => numberAt(server, 'port', 'number') ?? [])
        : [],
    selected,
    readyPods: ready.length,
    podsSeen: pods.complete,
    ...(service === undefined ? {} : { service }),
  };
}

export interface IstioDestination {
  readonly host: string;
  readonly service: ResourceRef;
  readonly cite: Citation;
}

/** The Services of the cluster that a VirtualService sends requests to; hosts of ServiceEntries cannot be told from them and are left out. */
export function destinationsOf(virtualService: KubeObject): readonly IstioDestination[] {
  return listAt(virtualService.body, 'spec', 'http').flatMap((rule, index) =>
    listAt(rule, 'route').flatMap((route, part) => {
      const host = textAt(objectAt(route, 'destination'), 'host') ?? '';
      const address = host.includes('.svc') ? serviceAddress(host) : undefined;
      return address === undefined
        ? []
        : [
            {
              host,
              service: { apiVersion: 'v1', kind: 'Service', ...address },
              cite: virtualService.cite(`destination ${host}`, `/spec/http/${index}/route/${part}/destination`),
            },
          ];
    }),
  );
}
