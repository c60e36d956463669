/**
 * From a route or a name to the pods of an ordinary Service: whether it has the port, and anybody Ready behind it.
 */
import { textAt } from '../../model/json.ts';
import type { ViewContext } from '../../model/reader.ts';
import { nameWithKind } from '../../model/kinds.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import { behind } from './backend.ts';
import { noBackend, noService, refused } from './gateway-answers.ts';
import { fact, failing, passing, unknownHop, type Hop } from './path-types.ts';
import { choosePod, podHops } from './pod-hops.ts';
import { askWhy } from './published.ts';
import { poolHops } from './pool-hops.ts';
import type { RouteBackend } from './route-match.ts';
import { callerOfPods, NOBODY, timeoutOf, type Way } from './way.ts';

export function serviceHops(context: ViewContext, to: RouteBackend, way: Way): readonly Hop[] {
  const { service } = to;
  const title = service.kind === 'Service' ? 'Service' : service.kind;
  const facts = [
    ...fact('port', to.port === 0 ? undefined : to.port),
    ...fact('percent', to.percent === 100 ? undefined : `${to.percent} %`),
  ];
  if (service.kind === 'InferencePool') return poolHops(context, to, way);
  if (service.kind !== 'Service')
    return [
      unknownHop({
        id: 'service',
        title,
        object: service,
        says: `${nameWithKind(service)} chooses the pod: which one is not in the configuration`,
        facts,
      }),
    ];
  const found = context.use(serviceEndpoints, service);
  const nobody = way.gateway === undefined ? NOBODY : noBackend(way.gateway);
  if (found.state === 'unknown')
    return [
      unknownHop({ id: 'service', title, object: service, says: 'The Service was not read', facts, gaps: [found.gap] }),
    ];
  if (found.state === 'absent')
    return [
      failing({
        id: 'service',
        title,
        object: service,
        says: `Service ${service.name} does not exist`,
        facts,
        citations: [found.cite],
        answer: way.gateway === undefined ? { words: 'the name does not resolve' } : noService(way.gateway),
      }),
    ];
  const { value } = found;
  const port =
    value.ports.find((entry) => entry.port === to.port || entry.name === to.port) ??
    (to.port === 0 || to.headless === true ? value.ports[0] : undefined);
  if (port === undefined)
    return [
      failing({
        id: 'service',
        title,
        object: service,
        says: `Service ${service.name} has no port ${to.port}; it has ${value.ports.map((entry) => entry.port).join(', ') || 'none'}`,
        facts,
        citations: [value.service.cite('its ports', '/spec/ports')],
        answer: nobody,
      }),
    ];
  if (Object.keys(value.selector).length === 0) {
    const addresses = behind(context, service);
    const external = textAt(value.service.body, 'spec', 'externalName');
    const says =
      external === undefined
        ? 'A Service without a selector: who stands behind it is written by hand'
        : `It stands for ${external}`;
    return [
      addresses.state === 'present' && addresses.value.addresses.length === 0 && external === undefined
        ? failing({
            id: 'service',
            title,
            object: service,
            says: 'Nobody stands behind the Service',
            facts,
            citations: [addresses.cite],
            answer: nobody,
          })
        : unknownHop({ id: 'service', title, object: service, says, facts, citations: [found.cite] }),
    ];
  }
  const pods = value.selected.map((selected) => selected.pod);
  const state = choosePod(context, pods);
  const caller = callerOfPods(context, way, false);
  const usable = value.publishesNotReady ? value.selected.length : value.readyPods;
  const written = to.headless === true ? to.port : port.targetPort;
  const target = typeof written === 'number' ? written : undefined;
  if (to.headless === true && typeof port.targetPort === 'number' && port.targetPort !== to.port)
    return [
      failing({
        id: 'service',
        title,
        object: service,
        says: `Service ${service.name} is headless, so its ports are those of the pods: ${port.targetPort}, not ${to.port}`,
        facts,
        citations: [value.service.cite('clusterIP None', '/spec/clusterIP')],
        answer: nobody,
        todo: `Call port ${port.targetPort}`,
      }),
    ];
  const serviceFacts = [...facts, ...fact('target port', port.targetPort)];
  if (usable === 0 && value.podsSeen.state === 'unknown' && pods.length === 0)
    return [
      unknownHop({
        id: 'service',
        title,
        object: service,
        says: 'Its pods were not read',
        facts: serviceFacts,
        gaps: [value.podsSeen.gap],
      }),
    ];
  if (usable === 0)
    return [
      failing({
        id: 'service',
        title,
        object: service,
        says: pods.length === 0 ? 'Its selector matches no pod' : `None of its ${pods.length} pods is Ready`,
        facts: serviceFacts,
        citations: [
          value.service.cite('its selector', '/spec/selector'),
          ...pods.slice(0, 2).map((pod) => pod.cite('a pod that is not Ready', '/status')),
        ],
        answer: nobody,
        ...askWhy(way.asked),
      }),
    ];
  return [
    passing({
      id: 'service',
      title,
      object: service,
      says: `${usable} of ${value.selected.length} pods behind it are Ready`,
      facts: serviceFacts,
      citations: [found.cite],
    }),
    ...(state === undefined
      ? []
      : podHops(context, state, {
          request: way.request,
          asked: way.asked,
          host: way.host,
          activator: false,
          ...(caller === undefined ? {} : { caller }),
          refused: way.gateway === undefined ? NOBODY : refused(way.gateway),
          ...(target === undefined ? {} : { port: target }),
          ...timeoutOf(way),
        })),
  ];
}
