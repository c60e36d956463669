/** Cause: Knative publishes a service under the cluster's own domain only, and somebody asks for it from outside. */
import { titleOf } from '../../../model/kinds.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { fix, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { gatewayVisibility } from '../../../views/gateway-visibility.ts';
import { defineRule } from '../../define.ts';

const CONFIG: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'knative-serving',
  name: 'config-domain',
};

export default defineRule({
  code: 'IS7242',
  name: 'DomainClusterLocal',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'Knative has no domain for the outside, and the service is asked for from there',
  appliesTo: ['InferenceService', 'InferenceGraph', 'Service.serving.knative.dev'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['config-domain', 'svc.cluster.local', 'domain-cluster-local', '404 NR route_not_found', 'ingressDomain'],
  needs: { visibility: gatewayVisibility, judgement: exchangeJudgement },
  messages: {
    inside:
      'The domain of {kind} {name} is the cluster’s own: it is published as {published} inside the cluster only, and {host} is asked for',
  },
  check({ visibility, judgement }, context) {
    if (visibility.state === 'unknown') return context.unknown(visibility.gap);
    if (visibility.state === 'absent') return context.notApplicable('it is not there to be looked at');
    const { root, hidden } = visibility.value;
    if (hidden !== undefined) return context.notApplicable('a label keeps it off the gateway for the outside');
    const failed = judgement.unrouted.findLast(({ answer }) => answer.kind === 'no-route');
    if (failed === undefined) return context.notApplicable('nobody was seen to ask for it from outside');
    const routed = judgement.hosts.filter(({ by }) => by.kind === 'Ingress' || by.kind === 'Route');
    const [first] = routed;
    if (first === undefined) return context.notApplicable('Knative has not published it');
    if (routed.some(({ internal }) => !internal)) return context.ruledOut('it is published outside too', first.cite);
    return context.found({
      message: 'inside',
      args: { kind: titleOf(root), name: root.name, published: first.host, host: failed.url.host },
      subject: CONFIG,
      affects: [context.on],
      certainty: 'confirmed',
      basis:
        'all hosts of its Route are of the cluster, no label asks for that, and the gateway answered that it has no route',
      consequence:
        'Where config-domain matches a Route to svc.cluster.local, Knative gives the gateway no host for the outside.',
      cite: [first.cite, citeExchange(failed)],
      fixes: [
        fix({
          title: 'Give Knative a domain for the outside',
          applicability: 'fill-in',
          effect: 'All Routes without a label of their own get a host in that domain; no pod is restarted.',
          steps: [patch(CONFIG, { data: { '<DOMAIN>': '' } })],
          undo: [patch(CONFIG, { data: { '<DOMAIN>': null } })],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
