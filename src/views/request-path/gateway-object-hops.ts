/**
 * Whether a gateway that an object stands for takes requests: a Gateway of the Gateway API, an Istio Gateway, an Ingress with its class. Says what the
 * objects say; why they are so is for a diagnosis.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import type { GatewayState } from '../gateway-api.ts';
import type { IstioGateway } from '../istio-gateways.ts';
import { controllerOf } from '../owner-tree.ts';
import type { Condition } from '../parse/conditions.ts';
import type { Gateway } from './gateway.ts';
import { fact, failing, passing, unknownHop, type Hop } from './path-types.ts';
import { askWhy } from './published.ts';

type Parts = Pick<Hop, 'id' | 'title'>;

const NOBODY = { words: 'connection refused or no answer' };

/** Gateway API: its class has a controller, and the controller says that it is programmed (`Ready` in v1alpha2). */
export function programmedHop(parts: Parts, found: Lookup<GatewayState>): Hop {
  if (found.state === 'unknown') return unknownHop({ ...parts, says: 'The Gateway was not read', gaps: [found.gap] });
  if (found.state === 'absent')
    return failing({
      ...parts,
      says: 'The Gateway that the HTTPRoute names does not exist',
      citations: [found.cite],
      answer: NOBODY,
    });
  const { gateway, className, class: gatewayClass, classAccepted, conditions, controllerName, addresses } = found.value;
  const about = {
    ...parts,
    object: gateway.ref,
    facts: [...fact('class', className), ...fact('controller', controllerName)],
  };
  const condition = named(conditions, 'Programmed') ?? named(conditions, 'Ready');
  if (condition?.status === 'True')
    return passing({
      ...about,
      says: `It is programmed${addresses[0] === undefined ? '' : `, at ${addresses[0]}`}`,
      citations: [gateway.cite(`condition ${condition.type}`, condition.pointer)],
    });
  if (gatewayClass.state === 'absent' && className !== '')
    return failing({
      ...about,
      says: `Its GatewayClass ${className} does not exist, so nobody takes the Gateway`,
      citations: [gatewayClass.cite, gateway.cite(`class ${className}`, '/spec/gatewayClassName')],
      answer: NOBODY,
      ...askWhy(gateway.ref),
    });
  const accepted = named(conditions, 'Accepted');
  const said = [accepted, condition].find((one) => one !== undefined && one.status !== 'True');
  if (said === undefined || said.reason === 'Pending' || classAccepted?.status !== 'True')
    return unknownHop({
      ...about,
      says: 'No controller says that the Gateway is programmed',
      citations: [gateway.cite('its conditions', condition?.pointer ?? '/status')],
      ...askWhy(gateway.ref),
    });
  return failing({
    ...about,
    says: `${said.type} of the Gateway is ${said.status}, ${said.reason}${said.message === '' ? '' : `: ${said.message.slice(0, 160)}`}`,
    citations: [gateway.cite(`condition ${said.type}`, said.pointer)],
    answer: NOBODY,
    ...askWhy(gateway.ref),
  });
}

function named(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Istio: none of the Gateways that are named exists, so no proxy learns of the host. */
export function missingIstioGateway(parts: Parts, gateways: readonly IstioGateway[]): Hop | undefined {
  const [first] = gateways;
  if (first?.found.state !== 'absent' || gateways.some(({ found }) => found.state !== 'absent')) return undefined;
  return failing({
    ...parts,
    object: first.ref,
    says: `Istio Gateway ${first.ref.namespace ?? ''}/${first.ref.name}, which ${first.named.words} names, does not exist: no proxy learns of the host`,
    citations: [first.named.cite, first.found.cite],
    answer: { status: 404, flag: 'NR', words: 'no route' },
    ...askWhy(first.named.by),
  });
}

/** Istio: the pods that the Gateways select; undefined where that says nothing. */
export function selectedProxies(parts: Parts, gateways: readonly IstioGateway[]): Hop | undefined {
  const serving = gateways.find((gateway) => gateway.readyPods > 0);
  if (serving !== undefined)
    return passing({
      ...parts,
      object: serving.ref,
      says: `${serving.readyPods} Ready ${serving.readyPods === 1 ? 'pod has' : 'pods have'} the labels of Istio Gateway ${serving.ref.name}`,
      citations: [serving.named.cite],
    });
  const [bare] = gateways;
  if (
    bare?.found.state !== 'present' ||
    gateways.length > 1 ||
    bare.podsSeen.state !== 'present' ||
    Object.keys(bare.selector).length === 0
  )
    return undefined;
  return failing({
    ...parts,
    object: bare.ref,
    says:
      bare.selected.length === 0
        ? `No pod has the labels that Istio Gateway ${bare.ref.name} selects`
        : `None of the ${bare.selected.length} pods that Istio Gateway ${bare.ref.name} selects is Ready`,
    citations: [bare.found.value.cite('its selector', '/spec/selector')],
    answer: NOBODY,
    ...askWhy(bare.selected[0]?.ref ?? bare.ref),
  });
}

/** An Ingress is served once its controller gives it an address; a class that does not exist is nobody's. */
export function servedIngressHop(parts: Parts, ingress: Gateway['ingress'] & {}): Hop {
  const { object, className, class: found } = ingress;
  const about = { ...parts, object: object.ref, facts: fact('class', className) };
  const [address] = listAt(object.body, 'status', 'loadBalancer', 'ingress');
  if (address !== undefined)
    return passing({
      ...about,
      says: `Its controller took Ingress ${object.ref.name}${at(address)}`,
      citations: [object.cite('the address that its controller wrote', '/status/loadBalancer')],
    });
  const says = `No controller has given Ingress ${object.ref.name} an address`;
  const citations = [object.cite('its status', '/status')];
  if (found?.state !== 'absent')
    return unknownHop({
      ...about,
      says: `${says}: whether one takes it is not known`,
      citations,
      gaps: found?.state === 'unknown' ? [found.gap] : [],
    });
  const classless = {
    ...about,
    says: `${says}, and IngressClass ${className ?? ''} does not exist`,
    citations: [found.cite, ...citations],
  };
  // KServe writes Ingresses that nobody need ever serve, and some controllers know a class by its name alone.
  return controllerOf(object) === undefined
    ? failing({ ...classless, answer: { words: 'no controller serves the host' }, ...askWhy(object.ref) })
    : unknownHop(classless);
}

function at(address: unknown): string {
  const text = textAt(address, 'ip') ?? textAt(address, 'hostname');
  return text === undefined ? '' : `, at ${text}`;
}
