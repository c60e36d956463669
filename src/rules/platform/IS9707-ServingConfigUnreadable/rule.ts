/** Check: a ConfigMap of KServe or Knative Serving holds what its programs cannot read. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { servingConfigs } from '../../../views/serving-platform/serving-config-faults.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9707',
  name: 'ServingConfigUnreadable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A ConfigMap of KServe or Knative Serving cannot be read by its programs',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'configuration of KServe and Knative', weight: 'blocking' },
  aliases: ['serving-config-unreadable', 'unable to get configmap', 'unable to parse deploy config json'],
  needs: { configs: servingConfigs },
  messages: {
    missing: 'ConfigMap {config}, which KServe reads at every reconcile, does not exist',
    unreadable: 'Key {key} of ConfigMap {config} {what}',
  },
  check({ configs: { missing, faults, cites, gaps } }, context) {
    const common = { affects: [context.on], certainty: 'confirmed' } as const;
    if (missing !== undefined)
      return context.found({
        message: 'missing',
        args: { config: nameOf(missing.config) },
        ...common,
        subject: missing.config,
        basis: 'KServe is installed, and it is not there',
        consequence: 'The controller of KServe ends when it starts.',
        cite: [missing.cite],
        fixes: [correct(missing.config)],
      });
    const [first, ...more] = faults.map((fault) =>
      context.found({
        message: 'unreadable',
        args: { key: fault.key, config: nameOf(fault.config), what: fault.what },
        ...common,
        certainty: 'likely',
        subject: fault.config,
        basis: 'the value breaks what its programs require; what they say of it was not asked',
        consequence:
          'Programs that start with it end at once; those that run keep the value before, or fail at every object.',
        cite: [fault.cite],
        fixes: [correct(fault.config)],
      }),
    );
    if (first !== undefined) return context.all([first, ...more]);
    const [gap] = gaps;
    const [cite, ...others] = cites;
    if (gap !== undefined) return context.unknown(gap);
    return cite === undefined
      ? context.notApplicable('neither KServe nor Knative Serving is installed')
      : context.ruledOut('their values can be read', cite, ...others.slice(0, 2));
  },
});

function nameOf({ namespace, name }: ResourceRef): string {
  return `${namespace ?? ''}/${name}`;
}

function correct(ref: ResourceRef): Fix {
  return adviseCluster({
    profile: 'kserve',
    title: `Correct ConfigMap ${ref.name}`,
    effect: 'Programs read it again by themselves; those that ended do so with their next try.',
    look: [kubectl(ref, ['get', 'configmap', ref.name, '-o', 'yaml'], false)],
    what: 'Compare with the manifests of the installed release. In inferenceservice-config each key holds one JSON object as text; in config-* of Knative settings stand directly below data, and _example is a comment that nobody reads.',
  });
}
