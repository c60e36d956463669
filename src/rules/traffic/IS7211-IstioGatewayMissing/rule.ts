/** Cause: the routes of a model name an Istio Gateway that does not exist, so that no proxy takes them. */
import type { ResourceRef } from '../../../model/reference.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { istioGateways } from '../../../views/istio-gateways.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7211',
  name: 'IstioGatewayMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An Istio Gateway that the routes name does not exist',
  appliesTo: ['Route', 'InferenceService'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'requests-fail'],
  aliases: [
    'failed to get Gateway',
    'gateway.networking.istio.io not found',
    'knative-ingress-gateway',
    'knative-local-gateway',
    'cluster-local-gateway',
    'ingressGateway',
    '404 NR route_not_found',
  ],
  needs: { istio: istioGateways },
  messages: {
    missing: 'Istio Gateway {gateway}, which {by} names, does not exist',
  },
  check({ istio }, context) {
    if (istio.state === 'unknown') return context.unknown(istio.gap);
    if (istio.state === 'absent') return context.notApplicable('no route at Istio’s gateways is in question');
    const { gateways, targets } = istio.value;
    if (gateways.length === 0 && targets?.config.object.state === 'unknown')
      return context.unknown(targets.config.object.gap);
    const root = targets?.route.root ?? context.on;
    const verdicts = gateways.flatMap((gateway): readonly Verdict[] => {
      const { found, ref, named } = gateway;
      if (found.state === 'present') return [context.ruledOut(`Gateway ${ref.name} exists`, found.cite)];
      if (found.state === 'unknown') return [context.unknown(found.gap)];
      const name = `${ref.namespace ?? ''}/${ref.name}`;
      return [
        context.found({
          message: 'missing',
          args: { gateway: name, by: named.words },
          subject: ref,
          ...(targets === undefined ? {} : { affects: targets.route.affects }),
          certainty: 'confirmed',
          basis: 'the Gateway was looked for under that name and is not there',
          consequence:
            'Istio drops routes of a Gateway that is not there without a word: its proxies answer 404 for the host.',
          cite: [found.cite, named.cite],
          fixes: [nameAnother(ref, named.by, root)],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('no Gateway is named') : context.all([first, ...more]);
  },
});

function nameAnother(ref: ResourceRef, by: ResourceRef, root: ResourceRef): Fix {
  // KServe writes its VirtualServices from its own ConfigMap, net-istio from config-istio.
  const where =
    by.kind === 'ConfigMap'
      ? `${by.kind} ${by.namespace ?? ''}/${by.name}`
      : 'ingressGateway and localGateway under ingress of ConfigMap inferenceservice-config (namespace kserve)';
  return fix({
    title: `Name an Istio Gateway that exists, or create ${ref.namespace ?? ''}/${ref.name}`,
    applicability: 'advice',
    effect: 'The VirtualServices are written anew; no pod is restarted.',
    steps: [
      kubectl({}, ['get', 'gateways.networking.istio.io', '--all-namespaces'], false),
      manual(`Correct ${where}, or install the Gateway of that name.`),
    ],
    verify: verifyWithInferscope(root),
  });
}
