/** Cause: more requests come at once than the pods take, and the queue before them is full. */
import { changeTheObject } from '../../../fixes/requests.ts';
import { numberAt } from '../../../model/json.ts';
import { ASKED_KINDS, lastOf, nameOf, whoAnswered } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { ownerTree } from '../../../views/owner-tree.ts';
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
  aliases: ['pending request queue full', 'overload', '503 UO', 'containerConcurrency', 'upstream overflow'],
  needs: { judgement: exchangeJudgement, tree: ownerTree },
  messages: {
    limited: '{object} takes {concurrency} {requests} at a time in each pod, and the queue before them is full',
    full: 'The queue before {object} is full',
    broken: 'The circuit breaker of {who} lets no more requests through to {object}',
  },
  check({ judgement, tree }, context) {
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
