/** Symptom: a custom resource that serves a model says of itself that it is not Ready. Its own words name a layer, hardly ever the cause. */
import { defineRule } from '../../define.ts';
import { readyCondition } from '../../../views/ready-condition.ts';

export default defineRule({
  code: 'IS6920',
  name: 'ResourceNotReady',
  stage: 'readiness',
  role: 'symptom',
  since: '0.1.0',
  title: 'A custom resource says that it is not Ready',
  // Revisions and Configurations are left out: a superseded Revision stays not Ready for ever and means nothing.
  appliesTo: ['InferenceService', 'InferenceGraph', 'Service.serving.knative.dev', 'Route.serving.knative.dev'],
  looksAt: 'always',
  effects: [],
  aliases: ['PredictorNotReady', 'RevisionMissing', 'RevisionFailed', 'IngressNotConfigured', 'ContainerMissing'],
  needs: { condition: readyCondition },
  messages: {
    notReady: '{kind} {name}: Ready is {status}, {reason}',
    noReason: '{kind} {name}: Ready is {status}',
    unsaid: '{kind} {name} has no condition Ready',
  },
  check({ condition }, context) {
    if (condition.state !== 'present') return context.notApplicable('the object is not there to be looked at');
    const { status, reason, since, settled, cite } = condition.value;
    if (status === 'True') return context.ruledOut('its condition Ready is True', cite);
    if (!settled) return context.notApplicable('its controller has not said so yet');
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'its condition says so',
      cite: [cite],
      ...(since === undefined ? {} : { since }),
    } as const;
    if (status === undefined)
      return context.found({
        message: 'unsaid',
        args: { kind: context.on.kind, name: context.on.name },
        ...common,
        basis: 'its controller had time to write one',
      });
    const args = { kind: context.on.kind, name: context.on.name, status };
    return reason === ''
      ? context.found({ message: 'noReason', args, ...common })
      : context.found({ message: 'notReady', args: { ...args, reason }, ...common });
  },
});
