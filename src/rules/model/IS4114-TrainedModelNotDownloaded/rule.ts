/** Cause: the agent of a multi-model server could not download one of its models; the server is Ready and does not serve it. */
import { advice } from '../../../fixes/advice.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runningLogs, standing } from '../../../views/running-logs.ts';
import { defineRule } from '../../define.ts';

/** kserve pkg/agent/puller.go, downloader.go; zap writes them as JSON. */
const FAILED =
  /Failed to (?<what>download|load|Load) model (?:\\?")?(?<model>[\w.-]{1,253})(?:\\?")?(?: with err:? ?(?<words>[^\n]{0,300}))?/;
const LIFTED = /Successfully (?:loaded|downloaded) model|loaded model/;

export default defineRule({
  code: 'IS4114',
  name: 'TrainedModelNotDownloaded',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The agent of a multi-model server failed to download a model',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['work-not-done', 'requests-fail'],
  aliases: [
    'trained-model-not-downloaded',
    'Failed to download model',
    'Failed to Load model',
    'protocol not supported for storageUri',
    'there is no storageUri supplied',
    'has no objects or does not exist',
  ],
  needs: { running: runningLogs, template: podTemplate },
  messages: {
    download: 'The download of TrainedModel {model} by the agent failed: {words}',
    load: 'The server did not take TrainedModel {model}: {words}',
  },
  check({ running, template }, context) {
    if (running.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { logs, gaps, state } = running.value;
    // The name of the container that kserve pkg/webhook/admission/pod/agent_injector.go adds.
    if (!state.containers.some((container) => container.name === 'agent'))
      return context.notApplicable('the pod has no agent that downloads models');
    const agent = logs.find((one) => one.container.name === 'agent');
    if (agent === undefined) {
      const [gap] = gaps;
      return gap === undefined ? context.notApplicable('the agent does not run') : context.unknown(gap);
    }
    const hit = standing(agent.log, LIFTED, FAILED);
    const model = hit?.match.groups?.['model'];
    if (!hit || model === undefined)
      return context.ruledOut('its agent tells of no failed download', agent.log.citeEnd);
    const namespace = context.on.namespace ?? 'default';
    const subject: ResourceRef = {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'TrainedModel',
      namespace,
      name: model,
    };
    const words = quoted((hit.match.groups?.['words'] ?? '').replace(/["\\]+.*$/, ''), 160);
    const loads = /load/i.test(hit.match.groups?.['what'] ?? '') && hit.match.groups?.['what'] !== 'download';
    const args = { model, words: words === '' ? 'it gives no reason' : words };
    const found = {
      subject,
      certainty: 'confirmed' as const,
      basis: 'the agent says so, and nothing later takes it back',
      consequence: 'The server is Ready all the same, and answers requests for this model with 404.',
      cite: [hit.cite] as const,
      fixes: [
        advice(
          template.workload,
          loads ? 'Give the server a model that it can load' : 'Correct the address of the model or its credentials',
          `Check spec.model of TrainedModel ${model}; credentials come from the ServiceAccount of the predictor`,
        ),
      ],
    };
    return loads
      ? context.found({ message: 'load', args, ...found })
      : context.found({ message: 'download', args, ...found });
  },
});
