/** Cause: somebody asks for the external host of a service whose label keeps it off the gateway for the outside. */
import type { ResourceRef } from '../../../model/reference.ts';
import { kindWord, nameWithKind, titleOf } from '../../../model/kinds.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { tellable } from '../../../views/exchange-hosts.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { gatewayVisibility } from '../../../views/gateway-visibility.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7241',
  name: 'VisibilityClusterLocal',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The service is cluster-local and is asked for from outside',
  appliesTo: ['InferenceService', 'InferenceGraph', 'Service.serving.knative.dev'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'visibility-cluster-local',
    'networking.knative.dev/visibility: cluster-local',
    'networking.kserve.io/visibility',
    '404 NR route_not_found',
    'cluster-local',
  ],
  needs: { visibility: gatewayVisibility, judgement: exchangeJudgement, owner: fieldOwner },
  messages: {
    hidden:
      '{kind} {name} has the label {label}: cluster-local, so the gateway knows no route for {host} and answers {status}',
  },
  check({ visibility, judgement, owner }, context) {
    if (visibility.state === 'unknown') return context.unknown(visibility.gap);
    if (visibility.state === 'absent') return context.notApplicable('it is not there to be looked at');
    const { root, hidden, inside: ingress } = visibility.value;
    if (hidden === undefined) return context.notApplicable('no label keeps it off the gateway for the outside');
    const failed = judgement.unrouted.findLast(({ answer }) => answer.kind === 'no-route');
    if (failed === undefined) return context.ruledOut('nobody was seen to ask for it from outside', hidden.cite);
    const inside = tellable(judgement.hosts).find(({ internal }) => internal)?.host ?? insideHost(root);
    const verify = kubectl(root, ['get', kindWord(root), root.name], false);
    const label = (value: string): ReturnType<typeof kubectl> =>
      kubectl(root, ['label', kindWord(root), root.name, `${hidden.label}${value}`], true);
    return context.found({
      message: 'hidden',
      args: {
        kind: titleOf(root),
        name: root.name,
        label: hidden.label,
        host: failed.url.host,
        status: failed.answer.status ?? 404,
      },
      subject: root,
      certainty: 'confirmed',
      basis: 'the label is on the object, and the gateway itself answered the request for the external host',
      consequence: `It is Ready all the time, and is reached as ${inside} from inside the cluster only.`,
      cite: [hidden.cite, citeExchange(failed)],
      trace:
        ingress === undefined
          ? []
          : [
              {
                text: `Knative Ingress ${ingress.name} has rules of visibility ClusterLocal only: the external gateway has no route for it`,
                cite: [ingress.cite],
              },
            ],
      fixes: [
        fix({
          title: `Publish ${nameWithKind(root)}: take the label off`,
          applicability: 'review',
          effect: 'Everybody who reaches the gateway for the outside can reach the model. No pod is restarted.',
          steps: [label('-')],
          undo: [label('=cluster-local')],
          verify,
          owner,
        }),
        fix({
          title: `Ask for ${inside} from inside the cluster`,
          applicability: 'advice',
          effect: 'Nothing changes in the cluster.',
          steps: [manual(`Send the request to http://${inside} from a pod.`)],
          verify: manual('The model server answers, not the gateway.'),
        }),
      ],
    });
  },
});

function insideHost(ref: ResourceRef): string {
  const name = ref.kind === 'InferenceService' ? `${ref.name}-predictor` : ref.name;
  return `${name}.${ref.namespace ?? 'default'}.svc.cluster.local`;
}
