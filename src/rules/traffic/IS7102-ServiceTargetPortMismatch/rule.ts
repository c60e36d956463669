/** Cause: a Service sends requests to a port of its pods on which nothing listens. */
import type { Citation } from '../../../model/evidence.ts';
import { targetThePort } from '../../../fixes/services.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { controllerOfService } from '../../../views/selector-candidates.ts';
import { serviceTarget, type PodPorts } from '../../../views/service-target.ts';
import { textAt } from '../../../model/json.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7102',
  name: 'ServiceTargetPortMismatch',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A Service leads to a port on which its pods do not listen',
  appliesTo: ['Service'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'service-target-port-mismatch',
    'target-port-mismatch',
    'connection refused',
    'connect() failed (111: Connection refused) while connecting to upstream',
    'upstream connect error or disconnect/reset before headers',
  ],
  needs: { target: serviceTarget, owner: fieldOwner },
  messages: {
    log: 'Service {service} leads port {port} to port {target} of its pods; the server listens on port {listens}',
    inside: 'Service {service} leads port {port} to port {target} of its pods; the server listens on {host} only',
    probe:
      'Service {service} leads port {port} to port {target} of its pods; their readiness probe finds the server on port {listens}',
    declared:
      'Service {service} leads port {port} to port {target} of its pods; their containers declare port {listens} only',
  },
  check({ target, owner }, context) {
    if (target.state !== 'present') return context.notApplicable('the Service is not there to be looked at');
    const { endpoints, ports, pods } = target.value;
    const { service } = endpoints;
    const controller = controllerOfService(service);
    if (controller !== undefined) return context.notApplicable(`its ports are written by its ${controller}`);
    if (textAt(service.body, 'spec', 'clusterIP') === 'None')
      return context.notApplicable('it is headless: clients choose the port themselves');
    const numbered = ports.filter(({ port }) => port.protocol === 'TCP' && typeof port.targetPort === 'number');
    const [one] = numbered;
    if (!one) return context.notApplicable('it names no target port by number');
    const ready = pods.filter((pod) => pod.ready);
    const [pod] = ready;
    if (!pod) return context.notApplicable('none of its pods is Ready');
    const reached = numbered.flatMap(({ port }) => knownPorts(pod).filter((known) => known.port === port.targetPort));
    const [hit] = reached;
    const socket = pod.sockets.find((candidate) => candidate.port === one.port.targetPort && candidate.loopback);
    if (hit && !socket) return context.ruledOut(`port ${hit.port} is one of its pods’ ports`, hit.cite);
    // One of several ports may be left undeclared and unmentioned for good reason.
    if (numbered.length < ports.length) return context.notApplicable('another port of it leads by name');
    const { port } = one;
    const args = { service: service.ref.name, port: port.port, target: port.targetPort };
    const cited = service.cite(`targetPort of Service ${service.ref.name}`, `${port.pointer}/targetPort`);
    const common = {
      subject: service.ref,
      consequence: 'The pods are Ready, and every connection through the Service is refused.',
    };
    const answered = pod.answering.find(
      (candidate) => candidate.port !== port.targetPort && pod.servers.includes(candidate.container),
    );
    const declared = pod.declared.filter(
      (candidate) => candidate.protocol === 'TCP' && pod.servers.includes(candidate.container),
    );
    const heard = pod.sockets.find(
      (candidate) => !candidate.loopback && !candidate.secondary && pod.servers.includes(candidate.container),
    );
    if (hit && socket) {
      // A probe that connects proves that the address is open, whatever the log says; a proxy in the pod reaches localhost.
      if (pod.answering.some((candidate) => candidate.port === socket.port) || pod.servers.length !== 1 || heard)
        return context.ruledOut('it leads to a port that answers', hit.cite);
      return context.found({
        message: 'inside',
        args: { ...args, host: socket.host },
        ...common,
        certainty: 'likely',
        basis: 'the log names the loopback address, and no probe shows that the port answers',
        cite: [socket.cite, cited],
      });
    }
    if (heard) {
      const agrees = answered?.port === heard.port || declared.some((candidate) => candidate.port === heard.port);
      return context.found({
        message: 'log',
        args: { ...args, listens: heard.port },
        ...common,
        certainty: agrees || pod.servers.length === 1 ? 'confirmed' : 'likely',
        basis: 'the log names the port on which the server listens, and nothing in the pods speaks of the other',
        cite: cites(
          cited,
          heard.cite,
          declared.find((candidate) => candidate.port === heard.port)?.cite,
          answered?.cite,
        ),
        trace: [{ text: `nothing listens on port ${port.targetPort} of Pod ${pod.pod.ref.name}`, cite: [heard.cite] }],
        fixes: [targetThePort(service, port, heard.port, owner)],
      });
    }
    const [gap, ...more] = pod.gaps.filter((candidate) => candidate.reason === 'not-requested');
    if (gap) return context.unknown(gap, ...more);
    const [only] = declared;
    if (answered) {
      return context.found({
        message: 'probe',
        args: { ...args, listens: answered.port },
        ...common,
        certainty: only && declared.every((candidate) => candidate.port === answered.port) ? 'likely' : 'possible',
        basis: 'the readiness probe connects to another port, and nothing in the pods speaks of this one',
        cite: cites(cited, answered.cite, only?.cite),
        fixes: [targetThePort(service, port, answered.port, owner)],
      });
    }
    if (only && declared.length === 1 && pod.servers.length === 1) {
      return context.found({
        message: 'declared',
        args: { ...args, listens: only.port },
        ...common,
        certainty: 'possible',
        basis: 'declared ports are information only; neither log nor probe tells where the server listens',
        cite: [cited, only.cite],
        fixes: [targetThePort(service, port, only.port, owner)],
      });
    }
    const [unread, ...others] = pod.gaps;
    return unread ? context.unknown(unread, ...others) : context.notApplicable('nothing tells where the pods listen');
  },
});

function knownPorts(pod: PodPorts): readonly { readonly port: number; readonly cite: Citation }[] {
  return [...pod.sockets, ...pod.answering, ...pod.declared];
}

function cites(first: Citation, ...rest: readonly (Citation | undefined)[]): readonly [Citation, ...Citation[]] {
  return [first, ...rest.flatMap((citation) => (citation === undefined ? [] : [citation]))];
}
