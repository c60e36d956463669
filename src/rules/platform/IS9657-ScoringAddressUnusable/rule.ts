/** Cause: the Service of the inference router of Azure ML has no address, or nobody behind it: the scoring address cannot be used. */
import { changeRouterService, lookAtRouter } from '../../../fixes/azureml-router.ts';
import { scoringAddress } from '../../../views/azureml/scoring-address.ts';
import { spanText } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9657',
  name: 'ScoringAddressUnusable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The scoring address of the online endpoints cannot be used',
  appliesTo: ['OnlineEndpoint', 'OnlineDeployment'],
  looksAt: 'asked',
  effects: ['requests-fail', 'object-not-reconciled'],
  aliases: ['ValidateScoringFailed', 'scoring-address-unusable', 'EXTERNAL-IP <pending>', 'azureml-fe has no address'],
  needs: { address: scoringAddress },
  messages: {
    pending: 'Service {service} of the inference router is of type LoadBalancer and has had no address for {span}',
    missing: 'Service {service} of the inference router does not exist',
    endpoints:
      'Service {service} of the inference router has no ready pod behind it (pods that match its selector: {pods})',
  },
  check({ address }, context) {
    if (address === undefined) return context.notApplicable('nothing shows that the scoring address is used');
    const { service, found, says, pending, readyPods, podsSeen, selects, selected, routerDown } = address;
    if (found.state === 'unknown')
      return says === undefined
        ? context.notApplicable('the Service of the router was not read')
        : context.unknown(found.gap);
    const name = `${service.namespace ?? ''}/${service.name}`;
    const common = {
      affects: [context.on],
      certainty: 'confirmed' as const,
      effects:
        says === undefined ? (['requests-fail'] as const) : (['object-not-reconciled', 'requests-fail'] as const),
      consequence: 'No request from outside reaches a model on this cluster; pods may all be Ready.',
    };
    const said = says === undefined ? [] : [says];
    if (found.state === 'absent')
      return says === undefined
        ? context.notApplicable('the router may have another Service')
        : context.found({
            message: 'missing',
            args: { service: name },
            subject: service,
            ...common,
            basis: 'all Services of its namespace were read, and the status says that scoring was not possible',
            cite: [found.cite, ...said],
            fixes: [lookAtRouter(context.on)],
          });
    if (pending !== undefined)
      return context.found({
        message: 'pending',
        args: { service: name, span: spanText(pending.seconds) },
        subject: service,
        ...common,
        basis: 'its status holds no address',
        cite: [pending.cite, found.value.cite('type of the Service', '/spec/type'), ...said],
        fixes: [changeRouterService(context.on), lookAtRouter(context.on)],
      });
    if (routerDown !== undefined)
      return context.ruledOut('the router does not run: that is its own trouble', ...routerDown);
    if (!selects) return context.notApplicable('the Service selects no pods: who keeps its addresses was not seen');
    if (readyPods === 0 && podsSeen.state === 'present')
      return context.found({
        message: 'endpoints',
        args: { service: name, pods: selected },
        subject: service,
        ...common,
        basis: 'all pods of its namespace were read, and none that it selects is Ready',
        cite: [found.value.cite('selector of the Service', '/spec/selector'), ...said],
        fixes: [lookAtRouter(context.on)],
      });
    return context.ruledOut('the Service of the router has an address and pods that are ready', found.cite);
  },
});
