/** Cause: the controller of the Gateway's class is down, or has not said a word of the route. */
import type { Verdict } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayClassControllers } from '../../../views/gateway-class-controller.ts';
import { secondsBetween, spanText } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';

/** Controllers of Gateways write a first status within seconds. */
const SILENT_SECONDS = 60;

export default defineRule({
  code: 'IS7226',
  name: 'GatewayControllerSilent',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The controller of the Gateway is down or does not take the route',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled'],
  aliases: ['ParentStatusNotAvailable', 'HttpRouteNotReady', 'Waiting for controller', 'envoy-gateway down'],
  needs: { classes: gatewayClassControllers },
  messages: {
    down: '{kind} {namespace}/{name}, the controller of Gateway {gateway}, has 0 of {desired} pods ready',
    scaled: '{kind} {namespace}/{name}, the controller of Gateway {gateway}, is scaled to 0',
    silent:
      'Nobody has written a status for HTTPRoute {route} at Gateway {gateway} for {span}; {controller} is its controller',
  },
  check({ classes }, context) {
    if (classes.state === 'unknown') return context.unknown(classes.gap);
    if (classes.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { http, controllers } = classes.value;
    const { affects, root, routes } = http;
    const verdicts = controllers.flatMap(({ parent, controllerName, component }): readonly Verdict[] => {
      if (parent.said !== undefined && parent.said.length > 0)
        return [context.ruledOut('the controller has written a status for the route', parent.named)];
      const gateway = `${parent.ref.namespace ?? ''}/${parent.ref.name}`;
      if (component?.state === 'present' && component.value.down) {
        const { workload, desired, cites } = component.value;
        return [
          context.found({
            message: desired === 0 ? 'scaled' : 'down',
            args: {
              kind: workload.ref.kind,
              namespace: workload.ref.namespace ?? '',
              name: workload.ref.name,
              gateway,
              desired,
            },
            subject: workload.ref,
            affects,
            certainty: 'confirmed',
            basis: `the class of the Gateway names ${controllerName}, and no pod of it is Ready`,
            consequence: 'Its proxies go on with what they know; new routes reach none of them.',
            cite: [...cites, parent.named],
            fixes: [startAgain(workload)],
          }),
        ];
      }
      const route = routes.find((one) => one.parents.includes(parent));
      const age =
        route === undefined
          ? 0
          : (secondsBetween(textAt(route.route.body, 'metadata', 'creationTimestamp'), context.now) ?? 0);
      if (route === undefined || age < SILENT_SECONDS) return [];
      if (component?.state === 'unknown') return [context.unknown(component.gap)];
      return [
        context.found({
          message: 'silent',
          args: { route: route.route.ref.name, gateway, span: spanText(age), controller: controllerName },
          subject: parent.ref,
          affects,
          certainty: 'likely',
          basis: 'the Gateway and its class exist, and the status of the route has no word of them',
          consequence:
            'Without a status nobody knows whether the route is served, and KServe does not call the InferenceService Ready.',
          cite: [parent.named, route.route.cite(`HTTPRoute ${route.route.ref.name} without a status of it`, '/status')],
          fixes: [
            fix({
              title: `Look at the controller ${controllerName}`,
              applicability: 'advice',
              effect: 'It changes nothing.',
              steps: [
                kubectl({}, ['get', 'deployments', '--all-namespaces'], false),
                manual(
                  `Find the program that is ${controllerName}: whether it runs, watches namespace ${route.route.ref.namespace ?? ''} and may read HTTPRoutes.`,
                ),
              ],
              verify: verifyWithInferscope(root),
            }),
          ],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no controller is known by its class')
      : context.all([first, ...more]);
  },
});
