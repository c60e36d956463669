/** Cause: a base configuration of an LLMInferenceService does not exist, so its controller makes nothing. */
import { provide, renameAt } from '../../../fixes/llm-service.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { releaseText } from '../../../views/installed-versions.ts';
import { llmBaseConfig } from '../../../views/llm-base-config.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { platformComponent } from '../../../views/platform-component.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1231',
  name: 'LlmConfigMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A base configuration of an LLMInferenceService does not exist',
  appliesTo: ['LLMInferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['LLMInferenceServiceConfig not found', 'baseRefs not found', 'llm-config-missing'],
  needs: { config: llmBaseConfig, owner: fieldOwner, controller: platformComponent('llmisvc-controller') },
  messages: {
    named:
      '{service} builds on the LLMInferenceServiceConfig {config}, which is in none of the namespaces {namespaces}',
    misnamed: '{service} builds on the LLMInferenceServiceConfig {config}, which does not exist; there is {similar}',
    preset: 'The preset {config} of KServe is not installed; {service} builds on it',
  },
  check({ config, owner, controller }, context) {
    if (config === undefined) return context.notApplicable('its controller misses no base configuration');
    const [cite] = config.cites;
    if (config.exists) return context.ruledOut('the configuration exists by now', cite);
    const { name } = config.config;
    const args = { service: `LLMInferenceService ${context.on.name}`, config: name };
    const common = {
      subject: config.config,
      certainty: 'confirmed',
      basis:
        config.gaps.length === 0
          ? 'the controller says so, and there is none of that name'
          : 'the controller says that there is none of that name',
      consequence:
        'The controller makes no workload, no route and no Service for it, or leaves those of the spec before.',
      cite: config.cites,
    } as const;
    const install = provide(
      context.on,
      config.named ? `Create the LLMInferenceServiceConfig ${name}` : 'Install the presets of KServe',
      config.named
        ? `Create ${name} in namespace ${config.config.namespace ?? ''}, or take it out of spec.baseRefs.`
        : `Install the LLMInferenceServiceConfigs that belong to ${releaseText(controller) ?? 'this release of KServe'} into namespace ${config.config.namespace ?? ''}; they are shipped apart from the CRDs.`,
      ['get', 'llminferenceserviceconfigs', '-A'],
    );
    const [similar] = config.named ? nearestNames(name, config.others) : [];
    if (similar !== undefined && config.pointer !== undefined)
      return context.found({
        message: 'misnamed',
        args: { ...args, similar },
        ...common,
        // The name is wrong where it is written.
        subject: context.on,
        fixes: [renameAt(context.on, config.pointer, name, similar, owner), install],
      });
    if (!config.named) return context.found({ message: 'preset', args, ...common, fixes: [install] });
    return context.found({
      message: 'named',
      args: { ...args, namespaces: config.namespaces.join(', ') },
      ...common,
      fixes: [install],
    });
  },
});
