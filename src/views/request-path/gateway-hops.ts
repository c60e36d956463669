/**
 * The first hops of a request: the address that leads to the gateway, and whether the gateway is there to take it.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { useComponent } from '../platform-component.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import { entryPoint } from './entry-point.ts';
import { missingIstioGateway, programmedHop, selectedProxies, servedIngressHop } from './gateway-object-hops.ts';
import type { Gateway } from './gateway.ts';
import { fact, failing, passing, unknownHop, type Caller, type EntryPoint, type Hop } from './path-types.ts';
import { askWhy } from './published.ts';

export interface GatewayHops {
  readonly hops: readonly Hop[];
  readonly entry?: EntryPoint;
}

/**
 * What is known of the gateway from the route: `answered`, its controller lately saw it answer; `moot`, the request ends at the route whatever the
 * gateway is; `open`, nothing.
 */
export type Told = 'answered' | 'moot' | 'open';

/** The address that leads to the gateway, and its pods. */
export function gatewayHops(context: ViewContext, gateway: Gateway, caller: Caller, told: Told): GatewayHops {
  const { service } = gateway;
  const ref: ResourceRef | undefined =
    service === undefined ? undefined : { apiVersion: 'v1', kind: 'Service', ...service };
  const found = ref === undefined ? undefined : context.object(ref);
  const entry = found?.state === 'present' ? entryPoint(context, found.value) : undefined;
  const hops = [
    ...(caller === 'external' ? addressHops(gateway, found, entry) : []),
    takingHop(context, gateway, ref, told),
  ];
  return { hops, ...(entry === undefined ? {} : { entry }) };
}

/** None where nothing is known of the address, and nothing could be read. */
function addressHops(
  gateway: Gateway,
  found: Lookup<KubeObject> | undefined,
  entry: EntryPoint | undefined,
): readonly Hop[] {
  const parts = { id: 'address' as const, title: 'address' };
  if (found?.state === 'present') return [passing({ ...parts, ...serviceAddressOf(found.value, entry) })];
  if (found?.state === 'absent' && gateway.serviceNamed === true)
    return [
      failing({
        ...parts,
        says: `Service ${gateway.service?.namespace ?? ''}/${gateway.service?.name ?? ''}, which is named as the gateway’s, does not exist`,
        citations: [found.cite],
        answer: { words: 'no connection' },
        ...(gateway.by === undefined ? {} : askWhy(gateway.by.ref)),
      }),
    ];
  const address = listAt(gateway.by?.body, 'status', 'addresses')
    .concat(listAt(gateway.by?.body, 'status', 'loadBalancer', 'ingress'))
    .map((one) => textAt(one, 'value') ?? textAt(one, 'ip') ?? textAt(one, 'hostname'))
    .find((value) => value !== undefined);
  const object = gateway.by === undefined ? {} : { object: gateway.by.ref };
  if (address !== undefined) return [passing({ ...parts, ...object, says: `The gateway has the address ${address}` })];
  if (found?.state !== 'unknown') return [];
  return [
    passing({
      ...parts,
      ...object,
      says: 'Which address leads to the gateway was not read, and decides nothing here',
      gaps: [found.gap],
    }),
  ];
}

/** The address that a Service has outside the cluster, in words. */
export function serviceAddressOf(
  service: KubeObject,
  entry: EntryPoint | undefined,
): Pick<Hop, 'object' | 'says' | 'facts' | 'citations'> {
  const type = textAt(service.body, 'spec', 'type') ?? 'ClusterIP';
  const balanced = entry?.addresses.find((address) => address.kind === 'load-balancer');
  const node = entry?.addresses.find((address) => address.kind === 'node-port');
  const name = `Service ${service.ref.name}`;
  const waits = type === 'LoadBalancer' ? ': no load balancer has given it an address' : '';
  const says =
    balanced !== undefined
      ? `${name} has the address ${balanced.host}:${balanced.port}`
      : node !== undefined || type === 'NodePort'
        ? `${name} is reached by its node port${node === undefined ? '' : ` ${node.port}`}${waits}`
        : type === 'LoadBalancer'
          ? `No load balancer has given ${name} an address`
          : `${name} (${type}) has no address outside the cluster: something in front must lead to it`;
  return {
    object: service.ref,
    says,
    facts: fact('type', type),
    citations: [
      service.cite(`type ${type}`, '/spec/type'),
      ...(balanced === undefined ? [] : [service.cite('its address', '/status/loadBalancer')]),
    ],
  };
}

/** Whether the gateway takes requests: by its object, by its own workload, by the pods behind its Service. */
function takingHop(context: ViewContext, gateway: Gateway, ref: ResourceRef | undefined, told: Told): Hop {
  const parts = { id: 'gateway' as const, title: gateway.title };
  if (gateway.state !== undefined) return programmedHop(parts, gateway.state);
  if (gateway.ingress !== undefined) return servedIngressHop(parts, gateway.ingress);
  const missing = missingIstioGateway(parts, gateway.istio ?? []);
  if (missing !== undefined) return missing;
  const own =
    componentHop(context, parts, gateway) ??
    selectedProxies(parts, gateway.istio ?? []) ??
    podsHop(context, parts, ref);
  if (own !== undefined && !(own.state === 'unknown' && told !== 'open')) return own;
  if (told === 'answered')
    return passing({
      ...parts,
      says: 'It answered when its networking controller last asked it',
      gaps: own?.gaps ?? [],
    });
  // Whatever the gateway is, it was told nothing of the host.
  if (told === 'moot') return passing({ ...parts, says: 'Whether its pods run decides nothing here' });
  return own ?? unknownHop({ ...parts, says: 'Which gateway stands in front was not read' });
}

type Parts = Pick<Hop, 'id' | 'title'>;

function componentHop(context: ViewContext, parts: Parts, { component }: Gateway): Hop | undefined {
  if (component === undefined) return undefined;
  const found = useComponent(context, component);
  if (found.state === 'absent') return undefined;
  if (found.state === 'unknown')
    return unknownHop({ ...parts, says: 'Whether the pods of the gateway run was not read', gaps: [found.gap] });
  const { workload, ready, desired, down, cites, version } = found.value;
  const about = { ...parts, object: workload.ref, facts: fact('version', version), citations: [...cites] };
  if (!down) return passing({ ...about, says: `${ready} of its ${desired} pods ${ready === 1 ? 'is' : 'are'} ready` });
  return failing({
    ...about,
    says: `No pod of the gateway is ready (${ready} of ${desired})`,
    answer: NO_GATEWAY,
    ...askWhy(workload.ref),
  });
}

function podsHop(context: ViewContext, parts: Parts, ref: ResourceRef | undefined): Hop | undefined {
  const found = ref === undefined ? undefined : context.use(serviceEndpoints, ref);
  if (found?.state !== 'present') return undefined;
  const { selected, readyPods, podsSeen, service } = found.value;
  if (readyPods > 0)
    return passing({
      ...parts,
      says: `${readyPods} ${readyPods === 1 ? 'pod' : 'pods'} of the gateway ${readyPods === 1 ? 'is' : 'are'} ready`,
      citations: [found.cite],
    });
  if (podsSeen.state !== 'present')
    return unknownHop({
      ...parts,
      says: 'Whether the pods of the gateway run was not read',
      gaps: podsSeen.state === 'unknown' ? [podsSeen.gap] : [],
    });
  return failing({
    ...parts,
    object: service.ref,
    says:
      selected.length === 0
        ? `Service ${service.ref.name} of the gateway selects no pod`
        : 'No pod of the gateway is ready',
    citations: [service.cite('its selector', '/spec/selector')],
    answer: NO_GATEWAY,
    ...askWhy(selected[0]?.pod.ref ?? service.ref),
  });
}

const NO_GATEWAY = { words: 'connection refused or no answer' };
