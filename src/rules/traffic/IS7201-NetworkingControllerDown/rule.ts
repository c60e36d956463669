/** Cause: the networking controller of a Knative Ingress's class has no ready pod, so nobody takes the Ingress to the gateway. */
import { startAgain } from '../../../fixes/gateway.ts';
import { gatewayController } from '../../../views/gateway-controller.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS7201',
  name: 'NetworkingControllerDown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The networking controller of Knative is down',
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'ingress-controller-down',
    'IngressNotConfigured',
    'Ingress has not yet been reconciled.',
    'net-istio-controller',
    'net-kourier-controller',
    'net-contour-controller',
    'net-gateway-api-controller',
  ],
  needs: { controller: gatewayController },
  messages: {
    scaled: '{kind} {name} is scaled to 0, so nobody takes Knative Ingress {ingress} to the gateway',
    notReady: '{kind} {name} has 0 of {desired} pods ready, so nobody takes Knative Ingress {ingress} to the gateway',
  },
  check({ controller }, context) {
    if (controller.state === 'unknown') return context.unknown(controller.gap);
    if (controller.state === 'absent') return context.notApplicable('no Knative Ingress waits for a gateway');
    const { route, controller: own } = controller.value;
    if (own === undefined || own.state === 'absent')
      return context.notApplicable('no networking controller of Knative takes that class');
    if (own.state === 'unknown') return context.unknown(own.gap);
    const { workload, desired, ready, down, cites, info } = own.value;
    if (!down) return context.ruledOut(`${nameWithKind(workload.ref)} has ${ready} of ${desired} pods ready`, ...cites);
    const ingress = route.ingress.ref.name;
    const common = {
      subject: workload.ref,
      affects: route.affects,
      certainty: 'confirmed',
      basis: `the Ingress is of class ${route.className}, which is this controller's, and no pod of it is Ready`,
      consequence: `While ${info.title} is down ${info.duty}; what the gateway was told before, it still serves.`,
      cite: [cites[0], route.said],
      fixes: [startAgain(workload)],
    } as const;
    return desired === 0
      ? context.found({
          message: 'scaled',
          args: { kind: workload.ref.kind, name: workload.ref.name, ingress },
          ...common,
        })
      : context.found({
          message: 'notReady',
          args: { kind: workload.ref.kind, name: workload.ref.name, desired, ingress },
          ...common,
        });
  },
});
