/** Cause: what the base configurations of an LLMInferenceService and its own spec give together is no valid spec. */
import { provide } from '../../../fixes/llm-service.ts';
import { ownConditions } from '../../../views/own-conditions.ts';
import { missingConfigOf } from '../../../views/parse/llm-message.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1232',
  name: 'LlmConfigInvalid',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The configurations of an LLMInferenceService give no valid spec together',
  appliesTo: ['LLMInferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['dry-run validation failed after merging configs', 'llm-config-invalid'],
  needs: { own: ownConditions },
  messages: {
    invalid: '{service}: the spec that its configurations give together is refused: “{words}”',
    combine: '{service}: its configurations cannot be put together: “{words}”',
  },
  check({ own }, context) {
    if (own.state === 'unknown') return context.unknown(own.gap);
    if (own.state === 'absent') return context.notApplicable('the object does not exist');
    const { current, unhappy, object } = own.value;
    // kserve llmisvc/config_merge.go; WorkloadsReady and Ready may repeat the reason.
    const condition = unhappy.find(
      ({ type, status, reason }) =>
        type === 'PresetsCombined' &&
        status === 'False' &&
        (reason === 'InvalidRenderedConfig' || reason === 'CombineBaseError'),
    );
    if (condition === undefined) return context.notApplicable('its configurations were put together');
    if (!current) return context.notApplicable('its status speaks of an older spec');
    if (missingConfigOf(condition.message) !== undefined)
      return context.notApplicable('a configuration is missing, not wrong');
    const sources = [...condition.message.matchAll(/SRC:([\w./-]{1,300})/g)].flatMap((match) => match[1] ?? []);
    return context.found({
      message: condition.reason === 'CombineBaseError' ? 'combine' : 'invalid',
      args: { service: `LLMInferenceService ${context.on.name}`, words: quoted(condition.message, 240) },
      subject: context.on,
      certainty: 'confirmed',
      basis: 'the controller validates the merged spec and quotes the refusal',
      consequence: 'The controller changes nothing: what runs, if anything does, is the spec of before.',
      cite: [condition.cite, object.cite('spec of the service', '/spec')],
      ...(condition.since === undefined ? {} : { since: condition.since }),
      fixes: [
        provide(
          context.on,
          'Correct the field that the message names',
          sources.length === 0
            ? 'Correct the field in the LLMInferenceService, or in the LLMInferenceServiceConfig of spec.baseRefs that sets it.'
            : `Correct the field in the LLMInferenceService, or in the one that sets it: ${sources.slice(0, 8).join(', ')}.`,
          ['get', 'llminferenceserviceconfigs', '-A'],
        ),
      ],
    });
  },
});
