/** Cause: more requests come at once than the pods take, and the queue before them is full. */
import { changeTheObject } from '../../../fixes/requests.ts';
import { isAzureml } from '../../../model/azureml-names.ts';
import { numberAt } from '../../../model/json.ts';
import { ASKED_KINDS, lastOf, nameOf, whoAnswered } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { ownerTree } from '../../../views/owner-tree.ts';
import { servingPods } from '../../../views/serving-pods.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7310',
  name: 'RequestQueueFull',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'More requests come at once than the pods and their queue take',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'pending request queue full',
    'overload',
    '503 UO',
    'containerConcurrency',
    'upstream overflow',
    'HTTP 503',
    'HTTP 429',
    'max_concurrent_requests_per_instance',
    'max_queue_wait_ms',
  ],
  needs: { judgement: exchangeJudgement, tree: ownerTree, serving: servingPods },
  messages: {
    limited: '{object} takes {concurrency} {requests} at a time in each pod, and the queue before them is full',
    full: 'The queue before {object} is full',
    scaling: '{object} turns requests away with {status} while {ready} {pods} ready: more come at once than they take',
    broken: 'The circuit breaker of {who} lets no more requests through to {object}',
  },
  check({ judgement, tree, serving }, context) {
    // The router of Azure ML, whose scaler makes pods later than the load comes; without a ready pod it is another trouble.
    const away = isAzureml(context.on, 'OnlineEndpoint')
      ? lastOf(judgement.failing, 'unavailable', 'rate-limited')
      : undefined;
    const [pod] = serving;
    if (away !== undefined && pod !== undefined)
      return context.found({
        message: 'scaling',
        args: {
          object: nameOf(context.on),
          status: away.answer.status ?? 503,
          ready: serving.length,
          pods: serving.length === 1 ? 'pod is' : 'pods are',
        },
        subject: context.on,
        certainty: 'likely',
        basis:
          'the router answers so while pods of the endpoint are ready, which is what it does with requests beyond their room',
        consequence:
          'The scaler of the router looks once a second and needs a pod to start; bursts are turned away until then.',
        cite: [citeExchange(away), pod.cite(`Pod ${pod.ref.name} is ready`, '/status/conditions')],
        fixes: [
          changeTheObject(
            context.on,
            'Have room for bursts',
            'Raise scale_settings.min_instances of the deployment, or lower target_utilization_percentage; raise max_concurrent_requests_per_instance only where the server works on several at once',
            'More pods run while it is quiet.',
          ),
        ],
      });
    const one = lastOf(judgement.failing, 'queue-full', 'overflow');
    if (one === undefined) return context.notApplicable('no request was turned away for want of room');
    const object = nameOf(context.on);
    const limit = tree.descendants.find(
      (found) => found.ref.kind === 'Revision' && (numberAt(found.body, 'spec', 'containerConcurrency') ?? 0) > 0,
    );
    const concurrency = limit === undefined ? undefined : numberAt(limit.body, 'spec', 'containerConcurrency');
    const common = {
      subject: context.on,
      certainty: 'confirmed' as const,
      basis: `${whoAnswered(one.answer.by)} says so`,
      consequence: 'Requests beyond that are turned away at once, while the pods work on the others.',
      cite: [
        citeExchange(one),
        ...(limit === undefined
          ? []
          : [limit.cite(`containerConcurrency: ${concurrency ?? 0}`, '/spec/containerConcurrency')]),
      ] as const,
      fixes: [
        changeTheObject(
          context.on,
          'Let more pods serve',
          'Raise maxReplicas of the component (Knative: annotation autoscaling.knative.dev/max-scale), or minReplicas where load comes in bursts',
          'The autoscaler makes new pods; those that serve stay.',
        ),
        changeTheObject(
          context.on,
          'Let each pod take more at a time',
          'Raise containerConcurrency of the component, where the server really works on several requests at once; queue-proxy holds ten times as many back',
          'Makes a new revision.',
        ),
      ],
    };
    if (one.answer.kind === 'overflow')
      return context.found({ message: 'broken', args: { who: whoAnswered(one.answer.by), object }, ...common });
    return concurrency === undefined
      ? context.found({ message: 'full', args: { object }, ...common })
      : context.found({
          message: 'limited',
          args: { object, concurrency, requests: concurrency === 1 ? 'request' : 'requests' },
          ...common,
        });
  },
});
