/** Cause, general: the gateway runs, and does not answer for the host of a Knative Route as its controller asks for. */
import { spanText } from '../../../views/parse/time.ts';
import type { Fix } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayProbing, type GatewayProbing, type ProbeSaid } from '../../../views/gateway-probing.ts';
import { defineRule } from '../../define.ts';
import { conditionsOf } from '../../../views/parse/conditions.ts';

/** A gateway has a new route within seconds; controllers ask again with growing pauses (knative networking pkg/status/status.go). */
const PROGRAMMING_SECONDS = 60;

export default defineRule({
  code: 'IS7204',
  name: 'GatewayProbeFails',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The gateway does not answer for the host of the Route',
  general: true,
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'gateway-probe-failing',
    'Waiting for load balancer to be ready',
    'Waiting for VirtualService to be ready',
    'Uninitialized',
    'unexpected status code: want 200, got 404',
    'unexpected status code: want 200, got 503',
    'Probing of',
    'unexpected hash',
    'error roundtripping',
  ],
  needs: { probing: gatewayProbing },
  messages: {
    noRoute: 'The gateway at {address} does not know the host {host}: it answers {status}',
    noBackend: 'The gateway at {address} knows the host {host} and reaches nothing behind it: it answers {status}',
    intercepted:
      'Something in front of the gateway at {address} answers for {host} with {status}: a login, a policy or a redirect',
    unreachable: 'The networking controller gets no answer from the gateway at {address} for {host}: {error}',
    otherConfiguration: 'The gateway at {address} answers for {host} with another configuration than the newest',
    unsaid: 'The gateway has not answered for the Route for {span}, and nothing that was read says why',
  },
  check({ probing }, context) {
    if (probing.state === 'unknown') return context.unknown(probing.gap);
    if (probing.state === 'absent') return context.notApplicable('no Ingress waits for the gateway');
    const { route, probes, gap, error, component } = probing.value;
    const probe = probes.findLast(({ outcome }) => outcome.kind !== 'intercepted' || !outcome.abandoned);
    if (route.state !== 'waiting') return context.notApplicable('no controller took the Ingress in hand yet');
    if (route.seconds < PROGRAMMING_SECONDS && probe === undefined)
      return context.notApplicable('the gateway only just got the route');
    if (!route.unhappy.some((condition) => condition.type === 'LoadBalancerReady'))
      return context.notApplicable('it does not wait for the gateway');
    const common = {
      subject: route.ingress.ref,
      affects: route.affects,
      fixes: [askTheGateway(probing.value, probe)],
    } as const;
    const ingress = route.ingress.cite(
      'condition LoadBalancerReady',
      conditionsOf(route.ingress.body).find(({ type }) => type === 'LoadBalancerReady')?.pointer ?? '/status',
    );
    if (probe === undefined) {
      if (error !== undefined) return context.notApplicable('the controller reports an error of its own');
      if (gap !== undefined) return context.unknown(gap);
      return context.found({
        message: 'unsaid',
        args: { span: spanText(route.seconds) },
        ...common,
        certainty: 'possible',
        basis: 'the Ingress waits for the gateway; the probes that fail were not seen',
        cite: [ingress, route.said],
      });
    }
    const { outcome, host, cite } = probe;
    const address = probe.address === '' ? 'an address that is not told' : probe.address;
    const told = {
      ...common,
      certainty: 'likely',
      basis: `the last probe of ${component?.info.title ?? 'the networking controller'} says so; why it is so lies with the gateway`,
      cite: [cite, ingress],
    } as const;
    switch (outcome.kind) {
      case 'no-route':
        return context.found({
          message: 'noRoute',
          args: { address, host, status: outcome.status },
          ...told,
          consequence:
            'The route was written, and the gateway never took it: it listens to another Gateway object or port, its control plane does not send, or another route has the host.',
        });
      case 'no-backend':
        return context.found({
          message: 'noBackend',
          args: { address, host, status: outcome.status },
          ...told,
          consequence:
            'Between the gateway and the activator or the pods something refuses: mutual TLS, a NetworkPolicy, or no endpoint.',
        });
      case 'intercepted':
        return context.found({ message: 'intercepted', args: { address, host, status: outcome.status }, ...told });
      case 'unreachable':
        return context.found({
          message: 'unreachable',
          args: { address, host, error: outcome.error },
          ...told,
          consequence:
            'A NetworkPolicy, a mesh or a wrong port stands between the controller and the gateway; requests from elsewhere may pass.',
        });
      case 'other-configuration':
        return context.found({ message: 'otherConfiguration', args: { address, host }, ...told });
      case 'other':
        return context.found({ message: 'unreachable', args: { address, host, error: outcome.error }, ...told });
    }
  },
});

function askTheGateway({ route }: GatewayProbing, probe: ProbeSaid | undefined): Fix {
  const host = probe?.host ?? route.hosts[0]?.host ?? '<HOST>';
  return fix({
    title: 'Ask the gateway as the controller does',
    applicability: 'advice',
    effect: 'It changes nothing: the answer shows which side refuses.',
    steps: [
      manual(
        `From a pod of the controller’s namespace, request http://${probe?.address || '<GATEWAY_POD>:<PORT>'}/healthz with the headers Host: ${host}, User-Agent: Knative-Ingress-Probe and K-Network-Probe: probe. A 404 means that the gateway lacks the route, a 503 that it reaches nothing behind it.`,
      ),
      kubectl(
        route.ingress.ref,
        ['describe', 'ingresses.networking.internal.knative.dev', route.ingress.ref.name],
        false,
      ),
    ],
    verify: verifyWithInferscope(route.root),
  });
}
