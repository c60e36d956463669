/** Cause: istiod has no ready pod, so no gateway learns of a new route. */
import { startAgain } from '../../../fixes/gateway.ts';
import { istioControlPlane } from '../../../views/istio-control-plane.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7214',
  name: 'IstioControlPlaneDown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'istiod is down, so the gateways do not learn of the Route',
  appliesTo: ['Route'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'istiod down',
    'istio-pilot',
    'failed calling webhook "validation.istio.io"',
    'Waiting for load balancer to be ready',
  ],
  needs: { plane: istioControlPlane },
  messages: {
    down: '{kind} {namespace}/{name} has 0 of {desired} pods ready, so no gateway learns of Route {route}',
    scaled: '{kind} {namespace}/{name} is scaled to 0, so no gateway learns of Route {route}',
  },
  check({ plane }, context) {
    if (plane.state === 'unknown') return context.unknown(plane.gap);
    if (plane.state === 'absent') return context.notApplicable('the Route does not wait for Istio');
    const { route, istiod } = plane.value;
    if (istiod.state === 'unknown') return context.unknown(istiod.gap);
    if (istiod.state === 'absent') return context.notApplicable('istiod is not where it is usually installed');
    const { workload, desired, ready, down, cites } = istiod.value;
    if (!down) return context.ruledOut(`istiod has ${ready} of ${desired} pods ready`, ...cites);
    return context.found({
      message: desired === 0 ? 'scaled' : 'down',
      args: {
        kind: workload.ref.kind,
        namespace: workload.ref.namespace ?? '',
        name: workload.ref.name,
        desired,
        route: route.route.ref.name,
      },
      subject: workload.ref,
      affects: route.affects,
      certainty: 'confirmed',
      basis: 'its status counts no ready pod, and the Route waits for the gateway',
      consequence:
        'Gateways go on with what they know; new and changed routes reach none of them, and new pods get no sidecar.',
      cite: [cites[0], cites[1] ?? route.said, route.said],
      fixes: [startAgain(workload)],
    });
  },
});
