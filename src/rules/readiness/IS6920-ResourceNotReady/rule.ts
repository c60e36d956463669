/** Symptom: a custom resource that serves a model says of itself that it is not Ready. Its own words name a layer, hardly ever the cause. */
import { isAzureml } from '../../../model/azureml-names.ts';
import { titleOf } from '../../../model/kinds.ts';
import { quoted } from '../../../views/parse/quoted.ts';
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
  appliesTo: [
    'InferenceService',
    'InferenceGraph',
    'LLMInferenceService',
    'TrainedModel',
    'Service.serving.knative.dev',
    'Route.serving.knative.dev',
    'DomainMapping',
    'OnlineEndpoint',
    'OnlineDeployment',
    'AmlJob',
  ],
  looksAt: 'always',
  effects: [
    'object-not-reconciled',
    'route-not-ready',
    'rollout-timed-out',
    'rollout-stopped',
    'image-not-pulled',
    'object-refused',
  ],
  // The reasons themselves have pages of their own: src/conditions.
  aliases: [
    'InferenceService not ready',
    'LLMInferenceService not ready',
    'Knative Service not ready',
    'ksvc not ready',
    'OnlineDeployment failed',
    'OnlineEndpoint failed',
    'AmlJob failed',
    'ResourceNotReady',
    'BadArgument',
    'InternalServerError',
  ],
  needs: { condition: readyCondition },
  messages: {
    notReady: '{kind} {name}: Ready is {status}, {reason}',
    noReason: '{kind} {name}: Ready is {status}',
    unsaid: '{kind} {name} has no condition Ready',
    state: '{kind} {name}: its status says {word}',
    nothing: 'Nothing was made for {kind} {name}, and its status says neither success nor failure',
  },
  check({ condition }, context) {
    if (condition.state !== 'present') return context.notApplicable('the object is not there to be looked at');
    const { status, reason, since, settled, stopped, cite } = condition.value;
    if (status === 'True') return context.ruledOut('its condition Ready is True', cite);
    // Among everything in a namespace what somebody stopped on purpose is no trouble; asked for by name it is told.
    if (stopped && !context.asked) return context.notApplicable('it is stopped on purpose');
    if (!settled) return context.notApplicable('its controller has not said so yet');
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'its condition says so',
      cite: [cite],
      ...(since === undefined ? {} : { since }),
    } as const;
    if (isAzureml(context.on)) {
      const args = { kind: titleOf(context.on), name: context.on.name };
      return status === undefined
        ? context.found({ message: 'nothing', args, ...common, basis: 'its controller had time to make something' })
        : context.found({ message: 'state', args: { ...args, word: quoted(reason, 60) }, ...common });
    }
    if (status === undefined)
      return context.found({
        message: 'unsaid',
        args: { kind: titleOf(context.on), name: context.on.name },
        ...common,
        basis: 'its controller had time to write one',
      });
    const args = { kind: titleOf(context.on), name: context.on.name, status };
    return reason === ''
      ? context.found({ message: 'noReason', args, ...common })
      : context.found({ message: 'notReady', args: { ...args, reason }, ...common });
  },
});
