/** Cause: a Service leads to a port by a name that none of its pods declares; the endpoints controller then leaves the port out, in silence. */
import { declareThePort, targetThePort } from '../../../fixes/services.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { controllerOfService } from '../../../views/selector-candidates.ts';
import { serviceTarget } from '../../../views/service-target.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7103',
  name: 'ServiceNamedPortMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A Service leads to a named port that its pods do not declare',
  appliesTo: ['Service'],
  looksAt: 'asked',
  effects: ['service-without-endpoints', 'requests-fail'],
  aliases: [
    'service-named-port-missing',
    'targetPort name not found',
    'no endpoints available for service',
    'MissingEndpoints',
  ],
  needs: { target: serviceTarget, owner: fieldOwner },
  messages: {
    none: 'Service {service} leads to the port named {name}; its pods declare no named port',
    other: 'Service {service} leads to the port named {name}; its pods declare {declared}',
  },
  check({ target, owner }, context) {
    if (target.state !== 'present') return context.notApplicable('the Service is not there to be looked at');
    const { endpoints, ports, pods } = target.value;
    const { service } = endpoints;
    const named = ports.filter(({ port }) => typeof port.targetPort === 'string');
    if (named.length === 0) return context.notApplicable('it leads to no port by name');
    const controller = controllerOfService(service);
    if (controller !== undefined) return context.notApplicable(`its ports are written by its ${controller}`);
    const [pod] = pods;
    if (!pod) return context.notApplicable('it selects no pods');
    const missing = named.find((port) => port.named.length === 0);
    const cite = service.cite(`ports of Service ${service.ref.name}`, '/spec/ports');
    if (!missing) return context.ruledOut('its pods declare the ports that it names', cite);
    const { port } = missing;
    const name = String(port.targetPort);
    const candidates = pod.declared.filter((declared) => declared.protocol === port.protocol);
    const names = [...new Set(candidates.map((declared) => declared.name).filter((own) => own !== ''))];
    const [near] = nearestNames(name, names, 1);
    // Without a name or number alike, the one port that the kubelet finds the server on is as good a guess as any.
    const [only] = candidates.length === 1 && ports.length === 1 ? candidates : [];
    const answers = pod.answering.some((answering) => answering.port === only?.port) ? only : undefined;
    const alike = candidates.find((declared) => declared.port === port.port) ?? answers;
    const to = near ?? (alike === undefined || alike.name === '' ? alike?.port : alike.name);
    const common = {
      subject: service.ref,
      certainty: 'confirmed',
      basis: 'the specs of the Service and of its pods say so',
      consequence: `The endpoints of the Service leave out its port ${port.port}: requests to it find nobody, and no event tells of it.`,
      cite: [
        service.cite(`targetPort ${name}`, `${port.pointer}/targetPort`),
        candidates[0]?.cite ?? pod.pod.cite(`containers of Pod ${pod.pod.ref.name}`, '/spec/containers'),
      ],
      effects:
        named.length === 1 && ports.length === 1
          ? (['service-without-endpoints', 'requests-fail'] as const)
          : (['requests-fail'] as const),
      fixes: [to === undefined ? declareThePort(service, name, owner) : targetThePort(service, port, to, owner)],
    } as const;
    if (names.length === 0)
      return context.found({ message: 'none', args: { service: service.ref.name, name }, ...common });
    return context.found({
      message: 'other',
      args: { service: service.ref.name, name, declared: names.join(', ') },
      ...common,
    });
  },
});
