/** Cause: an HTTPRoute, or Knative's configuration, names a Gateway (Gateway API) that does not exist. */
import type { Verdict } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { httpRoutes } from '../../../views/gateway-http-routes.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7221',
  name: 'GatewayMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The Gateway that an HTTPRoute names does not exist',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled', 'requests-fail'],
  aliases: [
    'ParentStatusNotAvailable',
    'HttpRouteNotReady',
    'kserve-ingress-gateway',
    'kserveIngressGateway',
    'NoMatchingParent',
    'Gateway does not exist',
  ],
  needs: { http: httpRoutes },
  messages: {
    missing: 'Gateway {gateway}, which {by} names, does not exist',
  },
  check({ http }, context) {
    if (http.state === 'unknown') return context.unknown(http.gap);
    if (http.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { parents, affects, root } = http.value;
    const verdicts = parents.flatMap(({ gateway, ref, by, named }): readonly Verdict[] => {
      if (gateway.state === 'present') return [context.ruledOut(`Gateway ${ref.name} exists`, gateway.cite)];
      if (gateway.state === 'unknown') return http.value.unready ? [context.unknown(gateway.gap)] : [];
      const name = `${ref.namespace ?? ''}/${ref.name}`;
      return [
        context.found({
          message: 'missing',
          args: { gateway: name, by: nameWithKind(by.ref) },
          subject: ref,
          affects,
          certainty: 'confirmed',
          basis: 'the Gateway was looked for under that name and is not there',
          consequence:
            'No controller takes the route in hand: it gets no status, and the host is answered by nobody or with 404.',
          cite: [gateway.cite, named],
          fixes: [
            fix({
              title: `Create the Gateway ${name}, or name one that exists`,
              applicability: 'advice',
              effect: 'The controller of its class sets up a proxy for it; no pod of the model is restarted.',
              steps: [
                kubectl({}, ['get', 'gateways.gateway.networking.k8s.io', '--all-namespaces'], false),
                manual(
                  by.ref.kind === 'ConfigMap'
                    ? `Correct ConfigMap ${by.ref.namespace ?? ''}/${by.ref.name}, or make the Gateway.`
                    : 'Where KServe wrote the route, the name is kserveIngressGateway under ingress of ConfigMap inferenceservice-config; the installation of KServe does not make that Gateway in every mode.',
                ),
              ],
              verify: verifyWithInferscope(root),
            }),
          ],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('no Gateway is named') : context.all([first, ...more]);
  },
});
