/** Cause: a ConfigMap of Knative Serving holds a value that its programs refuse or pass over. */
import { fix, kubectl, manual, patch } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { knativeConfigFaults, refusedConfig } from '../../../views/knative-config-faults.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9403',
  name: 'KnativeConfigInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A ConfigMap of Knative Serving holds a value that is not valid',
  appliesTo: ['ConfigMap', 'Pod'],
  looksAt: 'asked',
  effects: ['container-exits', 'object-not-reconciled'],
  aliases: [
    'knative-config-invalid',
    'Error initializing',
    'config-autoscaler',
    'config-deployment',
    'config-features',
    'config-network',
    'config-defaults',
    'config-gc',
  ],
  needs: { config: knativeConfigFaults, refused: refusedConfig },
  messages: {
    crashes: 'Container {container} ends at its start, since it cannot use ConfigMap {config}: {words}',
    refused: 'Key {key} of ConfigMap {config} is "{value}", which {why}',
    ignored: 'Key {key} of ConfigMap {config} is "{value}", which {why}, so it has no effect',
  },
  check({ config, refused }, context) {
    if (context.on.kind === 'Pod') {
      if (refused.state !== 'present' || refused.value === undefined)
        return context.notApplicable('no log of a program of Knative tells of a ConfigMap');
      const { config: ref, words, container, cite } = refused.value;
      return context.found({
        message: 'crashes',
        args: { container, config: ref.name, words: quoted(words, BRIEF) },
        subject: ref,
        certainty: 'confirmed',
        basis: 'the program names the ConfigMap and the value as it ends',
        consequence:
          'The same program of the old configuration runs on until it is restarted; a new one does not start.',
        cite: [cite],
        effects: ['container-exits'],
        fixes: [look(ref)],
      });
    }
    if (config.state === 'unknown') return context.unknown(config.gap);
    if (config.state === 'absent' || config.value === undefined)
      return context.notApplicable('it is no ConfigMap of Knative Serving');
    const { faults, config: object } = config.value;
    const verdicts = faults.map(({ key, value, why, result, cite }) =>
      context.found({
        message: result,
        args: { key, config: object.ref.name, value: quoted(value, BRIEF), why },
        subject: object.ref,
        certainty: result === 'ignored' ? 'confirmed' : 'likely',
        basis:
          result === 'ignored'
            ? 'Knative knows three words for a flag, and takes any other for none'
            : 'the value breaks a rule that Knative checks; what its programs say of it was not seen',
        consequence:
          result === 'ignored'
            ? 'The flag keeps its default, without a word in any log.'
            : 'Programs of Knative that run keep the value before; they do not start with this one.',
        cite: [cite],
        effects: ['object-not-reconciled'],
        fixes: [result === 'ignored' ? enable(object.ref, key, value) : look(object.ref)],
      }),
    );
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.ruledOut(
          'its values are such as Knative takes',
          object.cite(`data of ConfigMap ${object.ref.name}`, '/data'),
        )
      : context.all([first, ...more]);
  },
});

function enable(ref: ResourceRef, key: string, value: string): Fix {
  const on = /^(?:true|yes|on|1|enable)$/i.test(value.trim());
  return fix({
    title: on ? `Write enabled instead of ${quoted(value, 20)}` : 'Write enabled, allowed or disabled',
    applicability: on ? 'review' : 'fill-in',
    effect: 'Takes effect at once; what was refused is tried again by itself.',
    steps: [patch(ref, { data: { [key]: on ? 'enabled' : '<ENABLED_ALLOWED_OR_DISABLED>' } })],
    undo: [patch(ref, { data: { [key]: value } })],
    verify: kubectl(ref, ['get', 'configmap', ref.name, '-o', 'yaml'], false),
  });
}

function look(ref: ResourceRef): Fix {
  return fix({
    title: `Correct ConfigMap ${ref.name}, or remove the key`,
    applicability: 'advice',
    effect: 'Without the key the default holds. Programs that end at their start come up with their next try.',
    steps: [
      kubectl(ref, ['get', 'configmap', ref.name, '-o', 'yaml'], false),
      manual(
        'Settings stand directly below data. What stands in _example is a comment: it shows the keys with their defaults, and nothing reads it.',
      ),
    ],
    verify: kubectl(ref, ['get', 'pods'], false),
  });
}
