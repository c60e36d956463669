/** Cause: the program that scales a Revision does not run: a new one gets no status, and one that is scaled to zero is not woken. */
import { startAgain } from '../../../fixes/gateway.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { autoscaler, hpaAutoscaler } from '../../../views/knative-components.ts';
import { knativeAutoscaling } from '../../../views/knative-autoscaling.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9402',
  name: 'KnativeAutoscalerDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The autoscaler that a Revision needs does not run',
  appliesTo: ['Revision'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'knative-autoscaler-down',
    'autoscaler-hpa',
    'hpa.autoscaling.knative.dev',
    'PodAutoscaler without status',
    'Deploying',
    'scaled to zero and never wakes',
  ],
  needs: { autoscaling: knativeAutoscaling, kpa: autoscaler, hpa: hpaAutoscaler },
  messages: {
    silent: 'No replica of Deployment {autoscaler} is ready, and Revision {revision} waits for it',
    asleep: 'No replica of Deployment {autoscaler} is ready, and Revision {revision} is scaled to zero',
    absent: 'Revision {revision} is of the autoscaling class hpa, and Deployment autoscaler-hpa does not exist',
  },
  check({ autoscaling, kpa, hpa }, context) {
    if (autoscaling.state === 'unknown') return context.unknown(autoscaling.gap);
    if (autoscaling.state === 'absent') return context.notApplicable('the Revision does not exist any more');
    const { revision, kind, neglected, asleep, cite } = autoscaling.value;
    if (!revision.wanted || !(neglected || asleep)) return context.notApplicable('it does not wait for its autoscaler');
    if (kind === 'other') return context.notApplicable('it is scaled by a program that is not of Knative');
    const component = kind === 'hpa' ? hpa : kpa;
    if (component.state === 'unknown') return context.unknown(component.gap);
    const name = revision.object.ref.name;
    const common = {
      affects: revision.affects,
      consequence: asleep
        ? 'Requests go to the activator, which holds them until they time out: nobody starts a pod.'
        : 'Its pods are Ready, and no requests are sent to them: the PodAutoscaler decides that, and nobody looks at it.',
      effects: [asleep ? 'requests-fail' : 'object-not-reconciled'],
    } as const;
    if (component.state === 'absent') {
      if (kind !== 'hpa') return context.notApplicable('no autoscaler was found under its usual name');
      return context.found({
        message: 'absent',
        args: { revision: name },
        subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: KNATIVE_NAMESPACE, name: 'autoscaler-hpa' },
        certainty: 'likely',
        basis: 'the Deployments of Knative were read, and none of that name is among them',
        cite: [component.cite, cite],
        ...common,
        fixes: [
          fix({
            title: 'Install the HPA extension of Knative Serving, or use its own autoscaler',
            applicability: 'advice',
            effect: 'The Revision gets a HorizontalPodAutoscaler, or Knative scales it by concurrency.',
            steps: [
              manual(
                'Apply serving-hpa.yaml of the installed release of Knative Serving. Or remove the annotation autoscaling.knative.dev/class (in KServe: scaleMetric cpu or memory) from the component.',
              ),
              kubectl({ namespace: KNATIVE_NAMESPACE }, ['get', 'deployments'], false),
            ],
            verify: verifyWithInferscope(revision.root),
          }),
        ],
      });
    }
    const { workload, down, cites } = component.value;
    if (!down) return context.ruledOut(`${component.value.info.title} runs`, ...cites);
    const args = { autoscaler: workload.ref.name, revision: name };
    const rest = {
      subject: workload.ref,
      certainty: 'confirmed',
      basis: 'its Deployment has no ready pod, and the Revision says in which state it is',
      cite: [cites[0], cite, ...cites.slice(1)],
      ...common,
      fixes: [startAgain(workload)],
    } as const;
    return asleep
      ? context.found({ message: 'asleep', args, ...rest })
      : context.found({ message: 'silent', args, ...rest });
  },
});
