/** Cause: KServe's VirtualService of an InferenceService leads to a Service that does not exist. */
import type { Verdict } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { unasked } from '../../../views/gateway-targets.ts';
import { istioDestinations } from '../../../views/istio-destinations.ts';
import { defineRule } from '../../define.ts';

/** KServe writes the destination from here. */
const CONFIG: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kserve',
  name: 'inferenceservice-config',
};

export default defineRule({
  code: 'IS7216',
  name: 'RouteDestinationMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The VirtualService of an InferenceService leads to a Service that does not exist',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'localGatewayService',
    'cluster-local-gateway',
    'knative-local-gateway',
    '503 NC cluster_not_found',
    'cluster not found',
  ],
  needs: { routes: istioDestinations },
  messages: {
    missing: 'VirtualService {name} sends requests to Service {service}, which does not exist',
  },
  check({ routes }, context) {
    if (routes.state !== 'present') return context.notApplicable('it has no VirtualService that was read');
    const { virtualService, destinations } = routes.value;
    const verdicts = destinations.flatMap(({ found, service, cite }): readonly Verdict[] => {
      if (found.state === 'present') return [context.ruledOut(`Service ${service.name} exists`, found.cite)];
      if (found.state === 'unknown') return [context.unknown(unasked(found.gap))];
      return [
        context.found({
          message: 'missing',
          args: { name: virtualService.ref.name, service: `${service.namespace ?? ''}/${service.name}` },
          subject: CONFIG,
          affects: [context.on],
          certainty: 'confirmed',
          basis: 'the namespace of that Service holds none of that name',
          consequence:
            'Envoy knows no such cluster and answers 503 (NC); KServe calls the InferenceService Ready as soon as the VirtualService is written.',
          cite: [cite, found.cite],
          fixes: [
            fix({
              title: 'Name the Service of the local gateway that is installed',
              applicability: 'advice',
              effect: 'KServe writes the VirtualServices of all InferenceServices anew; no pod is restarted.',
              steps: [
                kubectl(
                  {},
                  ['get', 'services', '--all-namespaces', '-l', 'networking.knative.dev/ingress-provider'],
                  false,
                ),
                manual(
                  `Correct localGatewayService (from KServe 0.15 on knativeLocalGatewayService) under ingress of ConfigMap ${CONFIG.name}: knative-local-gateway.istio-system.svc.cluster.local since Knative 0.20, cluster-local-gateway before. Then restart the KServe controller.`,
                ),
              ],
              verify: verifyWithInferscope(context.on),
            }),
          ],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('it leads to no Service of the cluster')
      : context.all([first, ...more]);
  },
});
