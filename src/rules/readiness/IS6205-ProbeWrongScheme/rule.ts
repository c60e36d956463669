/** Cause: a probe and the server speak different protocols: HTTP and HTTPS, or gRPC without its health service. */
import type { Verdict } from '../../../model/finding.ts';
import { probeTheScheme, useTcpProbe } from '../../../fixes/probes.ts';
import { reachOf } from '../../../views/listening.ts';
import { probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  https: 'The {probe} probe of container {container} speaks HTTPS to port {port}; the server speaks HTTP',
  http: 'The {probe} probe of container {container} speaks HTTP to port {port}; the server speaks HTTPS',
  grpc: 'The {probe} probe of container {container} asks the gRPC health service at port {port}; the server does not implement it',
  notGrpc:
    'The {probe} probe of container {container} speaks gRPC to port {port}; the server listens there and does not answer that',
} as const;

export default defineRule({
  code: 'IS6205',
  name: 'ProbeWrongScheme',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A probe and the server speak different protocols',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'readiness-probe-wrong-scheme',
    'http: server gave HTTP response to HTTPS client',
    'malformed HTTP response',
    'Client sent an HTTP request to an HTTPS server',
    'this server does not implement the grpc health protocol',
  ],
  needs: { trouble: probeTrouble, template: podTemplate },
  messages,
  check({ trouble, template }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) => judge(problem, template, context));
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

/**
 * How a TLS server logs a request without TLS: Go net/http, nginx, Python ssl, the JDK, Netty. Over the wire it answers 400 or closes the
 * connection, and the kubelet's event tells no more than that.
 */
const PLAIN_TO_TLS =
  /client sent an HTTP request to an HTTPS server|TLS handshake error from .{1,80}first record does not look like a TLS handshake|client sent plain HTTP request to HTTPS port|\[SSL: HTTP_REQUEST\]|Unrecognized SSL message, plaintext connection|not an SSL\/TLS record/;

function plainToTls(
  problem: ProbeProblem,
  template: PodTemplate,
  context: RuleContext<typeof messages>,
): Verdict | undefined {
  const { log } = problem.listening;
  if (log.state !== 'present') return undefined;
  const failed = problem.failures.find(
    ({ failure: { outcome }, spec }) =>
      spec.scheme === 'HTTP' && ((outcome.kind === 'status' && outcome.status === 400) || outcome.kind === 'reset'),
  );
  const line = log.value.lines.findLastIndex((text) => PLAIN_TO_TLS.test(text.slice(0, 4096)));
  if (failed === undefined || line < 0) return undefined;
  const { spec, event, failure } = failed;
  const { name } = problem.container;
  return context.found({
    message: 'http',
    args: { probe: spec.kind, container: name, port: failure.port ?? spec.port ?? '?' },
    subject: template.workload,
    container: name,
    effects: problem.effects,
    certainty: failure.outcome.kind === 'status' ? 'confirmed' : 'likely',
    basis: 'the log of the server tells of HTTP requests to its HTTPS port, and the probe fails there',
    consequence: 'The server runs and answers, and its container never gets Ready.',
    cite: [
      log.value.cite('a request without TLS', line + 1),
      event.cite(`the ${spec.kind} probe fails`),
      problem.podCite(`the ${spec.kind} probe`, spec.pointer),
    ],
    since: event.first,
    fixes: [probeTheScheme(problem, template, spec, 'HTTPS')],
  });
}

/** A server of plain HTTP never completes the connection that the kubelet waits for (pkg/probe/grpc/grpc.go): it reads like one that is not there. */
function notGrpc(
  problem: ProbeProblem,
  template: PodTemplate,
  context: RuleContext<typeof messages>,
): Verdict | undefined {
  const { name } = problem.container;
  for (const { failure, event, spec } of problem.failures) {
    const { outcome, port } = failure;
    if (outcome.kind !== 'grpc' || port === undefined || !outcome.text.includes('failed to connect service')) continue;
    const reach = reachOf(problem.listening.sockets, port);
    if (reach.kind !== 'there') continue;
    return context.found({
      message: 'notGrpc',
      args: { probe: spec.kind, container: name, port },
      subject: template.workload,
      container: name,
      effects: problem.effects,
      certainty: 'likely',
      basis: 'the log says that the server listens there, and no connection of gRPC comes about',
      consequence: 'The server runs, and its container never gets Ready.',
      cite: [
        event.cite(`the ${spec.kind} probe finds no gRPC`),
        reach.socket.cite,
        problem.podCite(`the ${spec.kind} probe`, spec.pointer),
      ],
      since: event.first,
      fixes: [useTcpProbe(problem, template, spec)],
    });
  }
  return undefined;
}

function judge(problem: ProbeProblem, template: PodTemplate, context: RuleContext<typeof messages>): Verdict {
  for (const { failure, event, spec } of problem.failures) {
    const { outcome } = failure;
    const lacksHealth = outcome.kind === 'grpc' && outcome.text.includes('does not implement the grpc health');
    if (outcome.kind !== 'https-to-http' && outcome.kind !== 'http-to-https' && !lacksHealth) continue;
    const message = lacksHealth ? 'grpc' : outcome.kind === 'https-to-http' ? 'https' : 'http';
    const name = problem.container.name;
    return context.found({
      message,
      args: { probe: spec.kind, container: name, port: failure.port ?? spec.port ?? '?' },
      subject: template.workload,
      container: name,
      effects: problem.effects,
      certainty: 'confirmed',
      basis: "the kubelet's event names the protocol of the answer",
      consequence: 'The server runs and answers, and its container never gets Ready.',
      cite: [
        event.cite(`the ${spec.kind} probe meets another protocol`),
        problem.podCite(`the ${spec.kind} probe`, spec.pointer),
      ],
      since: event.first,
      fixes: [
        message === 'grpc'
          ? useTcpProbe(problem, template, spec)
          : probeTheScheme(problem, template, spec, message === 'https' ? 'HTTP' : 'HTTPS'),
      ],
    });
  }
  const silent = notGrpc(problem, template, context);
  if (silent) return silent;
  const plain = plainToTls(problem, template, context);
  if (plain) return plain;
  const [newest] = problem.failures;
  if (newest) return context.ruledOut('probe and server speak the same protocol', newest.event.cite());
  return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
}
