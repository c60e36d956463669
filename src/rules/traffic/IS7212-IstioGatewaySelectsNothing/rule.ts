/** Cause: an Istio Gateway selects no ready proxy, or others than those that its requests go to. */
import type { Fix, Verdict } from '../../../model/finding.ts';
import { textMapAt } from '../../../model/json.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { istioGateways, type IstioGateway } from '../../../views/istio-gateways.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7212',
  name: 'IstioGatewaySelectsNothing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An Istio Gateway selects no proxy, or the wrong ones',
  appliesTo: ['Route', 'InferenceService'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'requests-fail'],
  aliases: [
    'gateway selector mismatch',
    'Skipping Gateway',
    'because it has no corresponding Service',
    'istio: ingressgateway',
    '404 NR route_not_found',
  ],
  needs: { istio: istioGateways },
  messages: {
    none: 'Istio Gateway {gateway} selects pods with {selector}, and no pod has these labels',
    others:
      'Istio Gateway {gateway} selects pods with {selector}; the pods behind Service {service}, to which its requests go, have not',
    noServers: 'Istio Gateway {gateway} has no servers, so its proxies listen for nothing',
  },
  check({ istio }, context) {
    if (istio.state === 'unknown') return context.unknown(istio.gap);
    if (istio.state === 'absent') return context.notApplicable('no route at Istio’s gateways is in question');
    const { gateways, targets } = istio.value;
    const root = targets?.route.root ?? context.on;
    const verdicts = gateways.flatMap((gateway): readonly Verdict[] => {
      const { found, ref, selector, selected, service, podsSeen, ports } = gateway;
      if (found.state !== 'present') return [];
      const name = `${ref.namespace ?? ''}/${ref.name}`;
      const pairs = Object.entries(selector);
      const words = pairs.map(([key, value]) => `${key}=${value}`).join(', ');
      const common = {
        subject: found.value.ref,
        ...(targets === undefined ? {} : { affects: targets.route.affects }),
        certainty: 'confirmed',
        consequence: 'The proxies that take the requests never get these routes and answer 404.',
        fixes: [selectTheProxies(gateway, root)],
      } as const;
      const at = found.value.cite(`selector of Gateway ${ref.name}`, '/spec/selector');
      if (ports.length === 0)
        return [
          context.found({
            message: 'noServers',
            args: { gateway: name },
            ...common,
            basis: 'its spec holds none',
            cite: [found.value.cite(`Gateway ${ref.name}`, '/spec')],
          }),
        ];
      // Without a selector a Gateway is for all proxies.
      if (pairs.length === 0) return [];
      const behind = service?.state === 'present' ? service.value.selected : [];
      if (behind.length > 0 && service?.state === 'present') {
        const matching = behind.filter(({ pod }) => {
          const labels = textMapAt(pod.body, 'metadata', 'labels');
          return pairs.every(([key, value]) => labels[key] === value);
        });
        if (matching.length > 0) return [context.ruledOut('the pods behind its Service have the labels', at)];
        return [
          context.found({
            message: 'others',
            args: {
              gateway: name,
              selector: words,
              service: `${service.value.service.ref.namespace ?? ''}/${service.value.service.ref.name}`,
            },
            ...common,
            basis: 'the labels of all pods behind the Service were compared',
            cite: [
              at,
              service.value.service.cite(`selector of Service ${service.value.service.ref.name}`, '/spec/selector'),
            ],
          }),
        ];
      }
      if (selected.length > 0) return [context.ruledOut(`${selected.length} pods have the labels`, at)];
      if (podsSeen.state === 'unknown') return [context.unknown(podsSeen.gap)];
      return [
        context.found({
          message: 'none',
          args: { gateway: name, selector: words },
          ...common,
          basis: 'all pods of the cluster were read, and none has the labels',
          cite: [at, ...(podsSeen.state === 'present' ? [podsSeen.cite] : [])],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no Gateway with a selector is named')
      : context.all([first, ...more]);
  },
});

function selectTheProxies(gateway: IstioGateway, root: Parameters<typeof verifyWithInferscope>[0]): Fix {
  return fix({
    title: `Let Gateway ${gateway.ref.name} select the proxies that take the requests`,
    applicability: 'advice',
    effect: 'istiod sends the routes to these proxies at once; no pod is restarted.',
    steps: [
      kubectl(gateway.ref, ['get', 'gateways.networking.istio.io', gateway.ref.name, '-o', 'yaml'], false),
      kubectl({}, ['get', 'pods', '--all-namespaces', '-l', 'istio', '--show-labels'], false),
      manual('Correct spec.selector (and spec.servers) of the Gateway to the labels of the gateway pods.'),
    ],
    verify: verifyWithInferscope(root),
  });
}
