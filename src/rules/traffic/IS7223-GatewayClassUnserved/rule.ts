/** Cause: the class of a Gateway does not exist, or no controller accepts it. */
import type { Fix, Verdict } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { httpRoutes } from '../../../views/gateway-http-routes.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7223',
  name: 'GatewayClassUnserved',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The class of the Gateway does not exist or is not accepted',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled', 'requests-fail'],
  aliases: ['gatewayclass not found', 'Waiting for controller', 'GatewayClass Accepted False', 'gatewayClassName'],
  needs: { http: httpRoutes },
  messages: {
    missing: 'Gateway {gateway} is of class {class}, which does not exist',
    untaken: 'GatewayClass {class} of Gateway {gateway} is accepted by no controller: {controller} is not at work',
    refused: 'GatewayClass {class} of Gateway {gateway} is not accepted, {reason}: “{words}”',
  },
  check({ http }, context) {
    if (http.state === 'unknown') return context.unknown(http.gap);
    if (http.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { parents, affects, root, unready } = http.value;
    const verdicts = parents.flatMap(({ gateway }): readonly Verdict[] => {
      if (gateway.state !== 'present') return [];
      const { className, class: found, classAccepted, controllerName } = gateway.value;
      const { ref } = gateway.value.gateway;
      const name = `${ref.namespace ?? ''}/${ref.name}`;
      const spec = gateway.value.gateway.cite(`class ${className}`, '/spec/gatewayClassName');
      const subject: ResourceRef =
        found.state === 'present'
          ? found.value.ref
          : { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', name: className };
      const common = {
        subject,
        affects,
        certainty: 'confirmed',
        consequence: 'Nobody makes a proxy for Gateways of the class, and no route at them gets a status.',
        fixes: [serveTheClass(subject, root)],
      } as const;
      if (found.state === 'unknown')
        return unready && gateway.value.conditions.every((one) => one.status !== 'True')
          ? [context.unknown(found.gap)]
          : [];
      if (found.state === 'absent')
        return [
          context.found({
            message: 'missing',
            args: { gateway: name, class: className },
            ...common,
            basis: 'the GatewayClass was looked for and is not there',
            cite: [spec, found.cite],
          }),
        ];
      if (classAccepted?.status === 'True') return [context.ruledOut('its class is accepted', found.cite)];
      // A controller that is at work and writes no condition would at least take the Gateway.
      if (gateway.value.conditions.some((one) => one.status === 'True')) return [];
      const cite = found.value.cite('condition Accepted', classAccepted?.pointer);
      if (classAccepted?.status === 'False')
        return [
          context.found({
            message: 'refused',
            args: {
              class: className,
              gateway: name,
              reason: classAccepted.reason,
              words: quoted(classAccepted.message, 160),
            },
            ...common,
            basis: 'its controller says so',
            cite: [cite, spec],
          }),
        ];
      return [
        context.found({
          message: 'untaken',
          args: { class: className, gateway: name, controller: controllerName ?? 'its controller' },
          ...common,
          basis: 'neither the class nor the Gateway has a word from a controller',
          cite: [cite, spec],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('no Gateway was seen') : context.all([first, ...more]);
  },
});

function serveTheClass(subject: ResourceRef, root: ResourceRef): Fix {
  return fix({
    title: `Install the controller of GatewayClass ${subject.name}, or use another class`,
    applicability: 'advice',
    effect: 'The controller takes up all Gateways of the class; no pod of the model is restarted.',
    steps: [
      kubectl({}, ['get', 'gatewayclasses', '-o', 'wide'], false),
      manual(
        'Name a class that is accepted under gatewayClassName of the Gateway, or install what its controllerName says (Istio, Envoy Gateway, Contour).',
      ),
    ],
    verify: verifyWithInferscope(root),
  });
}
