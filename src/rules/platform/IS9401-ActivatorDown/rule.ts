/** Cause: a Revision is scaled to zero, so requests go to Knative's activator, and no pod of it is ready. Everything else says Ready. */
import { startAgain } from '../../../fixes/gateway.ts';
import { knativeServingPath } from '../../../views/knative-serving-path.ts';
import { activator } from '../../../views/knative-components.ts';
import { refusedRequests } from '../../../views/knative-requests.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9401',
  name: 'ActivatorDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: "A service is scaled to zero, and Knative's activator, which would wake it, does not run",
  appliesTo: ['Revision'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'activator-down',
    'upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    '503 UF',
    'no healthy upstream',
    'ServerlessService mode Proxy',
    'scaled to zero and requests fail',
  ],
  needs: { path: knativeServingPath, activator, requests: refusedRequests },
  messages: {
    zero: 'Deployment {activator} has 0 replicas, and requests for Revision {revision} go to it',
    unready: 'Deployment {activator} has 0 of {desired} replicas ready, and requests for Revision {revision} go to it',
  },
  check({ path, activator: component, requests }, context) {
    if (path.state === 'unknown') return context.unknown(path.gap);
    if (path.state === 'absent') return context.notApplicable('the Revision does not exist any more');
    const { revision, ready, scaledToZero, proxy, unread, cite } = path.value;
    if (!ready || !revision.wanted) return context.notApplicable('the Revision is not Ready for a reason of its own');
    // With pods Knative leads around an activator that is not there, whatever the mode says (serverlessservice reconciler).
    if (!scaledToZero)
      return context.notApplicable('it has pods, which take requests themselves where no activator is ready');
    if (component.state === 'unknown') return context.unknown(component.gap);
    if (component.state === 'absent') return context.notApplicable('no activator was found under its usual name');
    const { workload, desired, down, cites } = component.value;
    if (!down) return context.ruledOut('a pod of the activator is ready', ...cites);
    const rest = {
      subject: workload.ref,
      affects: revision.affects,
      certainty: 'confirmed',
      basis: 'the Revision is scaled to zero, and the Deployment has no ready pod',
      consequence:
        'Only the activator takes a request for a Revision without pods and wakes it: every request fails while all objects say Ready.',
      cite: [cites[0], cite, ...requests.map((request) => request.cite), ...cites.slice(1)],
      trace: [
        {
          text: `${proxy === undefined ? '' : `ServerlessService ${proxy} is in mode Proxy: `}requests for Revision ${revision.object.ref.name} go to the activator, and no pod stands behind it`,
          cite: [cite],
        },
      ],
      fixes: [startAgain(workload)],
      wants: unread === undefined ? [] : [unread],
    } as const;
    const args = { activator: workload.ref.name, revision: revision.object.ref.name };
    return desired === 0
      ? context.found({ message: 'zero', args, ...rest })
      : context.found({ message: 'unready', args: { ...args, desired }, ...rest });
  },
});
