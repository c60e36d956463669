/** Cause: the URI of a model or of an adapter in an LLMInferenceService is one that KServe cannot use. */
import { provide } from '../../../fixes/llm-service.ts';
import { objectAt, textAt } from '../../../model/json.ts';
import { ownConditions } from '../../../views/own-conditions.ts';
import { unusableUriOf } from '../../../views/parse/llm-message.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1233',
  name: 'LlmSpecUnusable',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe cannot use the model URI of an LLMInferenceService',
  appliesTo: ['LLMInferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'unsupported schema in model URI',
    'invalid model URI',
    'OCI modelcars is not enabled',
    'unsupported URI scheme',
    'llm-model-uri-unsupported',
  ],
  needs: { own: ownConditions },
  messages: {
    uri: '{service}: KServe cannot fetch the model URI {uri}: “{words}”',
    modelcar: '{service}: the model URI {uri} is an OCI image, and modelcars are not enabled in KServe',
    adapter: '{service}: KServe cannot use an adapter: “{words}”',
  },
  check({ own }, context) {
    if (own.state === 'unknown') return context.unknown(own.gap);
    if (own.state === 'absent') return context.notApplicable('the object does not exist');
    const { current, unhappy, object } = own.value;
    const condition = unhappy.find(({ message }) => unusableUriOf(message) !== undefined);
    const unusable = condition === undefined ? undefined : unusableUriOf(condition.message);
    if (condition === undefined || unusable === undefined)
      return context.notApplicable('its controller takes its URIs');
    if (!current) return context.notApplicable('its status speaks of an older spec');
    const uri = textAt(object.body, 'spec', 'model', 'uri') ?? unusable.words;
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'the controller says so in its condition',
      consequence: 'No pod is made for it.',
      cite: [
        condition.cite,
        ...(objectAt(object.body, 'spec', 'model') === undefined ? [] : [object.cite('the model', '/spec/model')]),
      ],
      ...(condition.since === undefined ? {} : { since: condition.since }),
    } as const;
    const service = `LLMInferenceService ${context.on.name}`;
    const look = ['get', 'configmap', 'inferenceservice-config', '-n', 'kserve', '-o', 'yaml'];
    switch (unusable.problem) {
      case 'modelcar':
        return context.found({
          message: 'modelcar',
          args: { service, uri },
          ...common,
          fixes: [
            provide(
              context.on,
              'Enable modelcars, or use another URI',
              'Set enableModelcar to true in the key storageInitializer of ConfigMap inferenceservice-config, or name the model with hf://, s3:// or pvc://.',
              look,
            ),
          ],
        });
      case 'adapter':
        return context.found({
          message: 'adapter',
          args: { service, words: quoted(unusable.words, 200) },
          ...common,
          fixes: [
            provide(
              context.on,
              'Name the adapter with a scheme that KServe takes',
              'Name the adapter under spec.model.lora with hf://, s3:// or pvc://.',
              ['explain', 'llminferenceservice.spec.model.lora'],
            ),
          ],
        });
      default:
        return context.found({
          message: 'uri',
          args: { service, uri, words: quoted(condition.message, 200) },
          ...common,
          fixes: [
            provide(
              context.on,
              'Name the model with a scheme that KServe takes',
              'Set spec.model.uri to an hf://, s3://, pvc:// or oci:// address.',
              ['explain', 'llminferenceservice.spec.model.uri'],
            ),
          ],
        });
    }
  },
});
