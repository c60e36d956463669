/** Cause: another VirtualService claims the host of a Route at the same gateway. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayProbing } from '../../../views/gateway-probing.ts';
import { istioHosts } from '../../../views/istio-hosts.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7213',
  name: 'VirtualServiceHostTaken',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'Another VirtualService has the host of the Route',
  appliesTo: ['Route'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'host conflict',
    'unexpected hash',
    'duplicate domain',
    'IST0109',
    'ConflictingMeshGatewayVirtualServiceHosts',
  ],
  needs: { hosts: istioHosts, probing: gatewayProbing },
  messages: {
    taken: 'VirtualService {name} claims {host} too, which Route {route} publishes at the same gateway',
  },
  check({ hosts, probing }, context) {
    if (hosts.state === 'unknown') return context.unknown(hosts.gap);
    if (hosts.state === 'absent') return context.notApplicable('the Route does not wait for Istio');
    const { route, claims } = hosts.value;
    const [claim] = claims;
    if (claim === undefined) return context.notApplicable('no other VirtualService that was read has the host');
    const other = claim.virtualService.ref;
    const probe =
      probing.state === 'present'
        ? probing.value.probes.find(({ outcome, host }) => host === claim.host && outcome.kind !== 'unreachable')
        : undefined;
    return context.found({
      message: 'taken',
      args: { name: `${other.namespace ?? ''}/${other.name}`, host: claim.host, route: route.route.ref.name },
      subject: other,
      affects: route.affects,
      certainty: probe === undefined ? 'possible' : 'likely',
      basis:
        probe === undefined
          ? 'both name the host, and the Route is not ready; no probe was seen that shows which of them answers'
          : 'both name the host, and the gateway answers the probe of the Route otherwise than with its configuration',
      consequence: 'Istio puts the rules of both together, and the first that matches takes the request.',
      cite: probe === undefined ? [claim.cite, route.said] : [claim.cite, probe.cite],
      fixes: [
        fix({
          title: `Take ${claim.host} out of VirtualService ${other.name}, or give one of them another host`,
          applicability: 'advice',
          effect: 'Requests for the host go to one place only.',
          steps: [
            kubectl(other, ['get', 'virtualservice', other.name, '-o', 'yaml'], false),
            manual(`Decide which of them the host belongs to, and correct spec.hosts of VirtualService ${other.name}.`),
          ],
          verify: verifyWithInferscope(route.root),
        }),
      ],
    });
  },
});
