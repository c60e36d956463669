/** Cause: the model that an InferenceService takes from the nodes' cache is on none of them. */
import { advice } from '../../../fixes/advice.ts';
import { readyCondition } from '../../../views/ready-condition.ts';
import { cacheUse } from '../../../views/storage-cache.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS4113',
  name: 'LocalModelNotDownloaded',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The cache of models on the nodes does not hold the model',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['pod-not-scheduled', 'object-not-reconciled'],
  aliases: [
    'local-model-not-downloaded',
    'NodeDownloadError',
    'NodeDownloadPending',
    'ModelDownloadError',
    'LocalModelCache',
  ],
  needs: { use: cacheUse, ready: readyCondition },
  messages: {
    failed: 'The download of LocalModelCache {cache} to {nodes} failed',
    pending: 'LocalModelCache {cache} is on no node yet: {states}',
    gone: 'LocalModelCache {cache}, from which InferenceService {name} takes its model, does not exist',
  },
  check({ use, ready }, context) {
    if (use.state !== 'present' || use.value === undefined)
      return context.notApplicable('it takes its model from no cache');
    if (ready.state !== 'present') return context.notApplicable('the object is not there to be looked at');
    if (ready.value.status === 'True') return context.ruledOut('it is Ready', ready.value.cite);
    const { ref, cache, nodes, cite } = use.value;
    if (cache.state === 'unknown') return context.unknown(cache.gap);
    const common = {
      subject: ref,
      consequence: 'Its pods have to run where the model lies, and wait for a node that has it.',
    };
    if (cache.state === 'absent')
      return context.found({
        message: 'gone',
        args: { cache: ref.name, name: context.on.name },
        ...common,
        certainty: 'confirmed',
        basis: 'the InferenceService names it, and there is none of that name',
        cite: [cite, cache.cite],
        fixes: [
          advice(
            context.on,
            `Create LocalModelCache ${ref.name}`,
            'Create it again for the same sourceModelUri, or make the InferenceService anew so that it downloads the model by itself',
          ),
        ],
      });
    const status = cache.value.cite(`nodes of LocalModelCache ${ref.name}`, '/status/nodeStatus');
    const failed = nodes.get('NodeDownloadError') ?? [];
    if ((nodes.get('NodeDownloaded') ?? []).length > 0) return context.ruledOut('a node has the model', status);
    if (failed.length > 0)
      return context.found({
        message: 'failed',
        args: { cache: ref.name, nodes: listed(failed, 3) },
        ...common,
        certainty: 'confirmed',
        basis: 'its status says so, and no node has the model',
        cite: [status, cite],
        fixes: [
          advice(
            context.on,
            'Let the download to the nodes succeed',
            `Read the logs of the Jobs that begin with ${ref.name} in the namespace of localModel.jobNamespace (kserve-localmodel-jobs as shipped): they run the same downloader, with credentials of their own namespace`,
          ),
        ],
      });
    const states = [...nodes].map(([state, names]) => `${state} on ${listed(names, 3)}`).join(', ');
    return context.found({
      message: 'pending',
      args: { cache: ref.name, states: states === '' ? 'no node reports it' : states },
      ...common,
      certainty: 'likely',
      basis: 'no node reports the model as downloaded',
      cite: [status, cite],
      fixes: [
        advice(
          context.on,
          'Wait for the download, or find out what holds it up',
          'Look at the Jobs in the namespace of localModel.jobNamespace and at the DaemonSet kserve-localmodelnode-agent, whose pods start them',
        ),
      ],
    });
  },
});
