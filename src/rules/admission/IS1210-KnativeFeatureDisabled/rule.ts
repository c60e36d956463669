/** Cause: the spec uses a field that Knative Serving allows only with a flag, and the flag is off. */
import { fix, kubectl, manual, patch, tryAgain, verifyWithInferscope } from '../../../fixes/build.ts';
import { admissionRefusal, REFUSABLE, refusalTrace, whatFollows } from '../../../views/admission-refusal.ts';
import { citeSetting, configFeatures } from '../../../views/knative-config.ts';
import { knativeDenialIn } from '../../../views/parse/knative-denial.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS1210',
  name: 'KnativeFeatureDisabled',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The spec needs a Knative feature flag that is off',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'knative-feature-flag-off',
    'must not set the field(s): spec.template.spec.nodeSelector',
    'must not set the field(s): spec.template.spec.tolerations',
    'must not set the field(s): spec.template.spec.affinity',
    'validation.webhook.serving.knative.dev',
    'kubernetes.podspec-nodeselector',
    'kubernetes.podspec-tolerations',
    'kubernetes.podspec-affinity',
    'pod spec support for init-containers is off',
    'Persistent volume claim support is disabled',
    'Persistent volume write support is disabled',
    'EmptyDir volume support is disabled',
    'multi-container is off',
    'config-features',
  ],
  needs: { refusal: admissionRefusal, config: configFeatures },
  messages: {
    off: '{root} sets {features}, which Knative takes only with {flags} in ConfigMap {config}; it refuses {what}',
    on: 'Knative refused {what} for {features}; {flags} in ConfigMap {config} allows it now',
  },
  check({ refusal, config }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root, what } = refusal;
    const denial = knativeDenialIn(error);
    if (error.class !== 'webhook-denied' || denial?.class !== 'feature')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    const { flags, features } = denial;
    const args = {
      root: nameWithKind(root),
      features: listed(features),
      flags: listed(flags.map((flag) => `${flag}: enabled`)),
      config: `${config.ref.namespace ?? ''}/${config.ref.name}`,
      what: what === nameWithKind(root) ? 'the change' : what.replace(` of ${nameWithKind(root)}`, ''),
    };
    const value = (flag: string): string | undefined =>
      config.found.state === 'present' ? config.data[flag] : undefined;
    const allowed = flags.every((flag) => value(flag)?.toLowerCase() === 'enabled');
    const [flag = ''] = flags;
    const common = {
      args,
      subject: config.ref,
      consequence: whatFollows(refusal),
      cite: [refusal.cite, ...citeSetting(config, flag)],
      effects: refusal.effects,
      trace: refusalTrace(refusal, error.denial),
    } as const;
    if (allowed)
      return context.found({
        message: 'on',
        ...common,
        certainty: 'likely',
        basis: 'the webhook named the fields; the flags were set since, and the controller has not tried again',
        fixes: [tryAgain(root, context.now)],
      });
    const off = flags.filter((flag) => value(flag)?.toLowerCase() !== 'enabled');
    const before = Object.fromEntries(off.map((flag) => [flag, value(flag) ?? null]));
    return context.found({
      message: 'off',
      ...common,
      certainty: 'confirmed',
      basis: 'the webhook names the fields that it does not take',
      fixes: [
        fix({
          title: `Enable ${listed(off)} in ConfigMap ${config.ref.name}`,
          applicability: 'review',
          effect:
            'Knative takes these fields from every namespace, from now on; nothing that runs is changed. Older releases of Knative may lack the flag.',
          steps: [patch(config.ref, { data: Object.fromEntries(off.map((flag) => [flag, 'enabled'])) })],
          undo: [patch(config.ref, { data: before })],
          verify: verifyWithInferscope(root),
          owner: config.owner,
        }),
        fix({
          title: `Take ${listed(features)} out of ${nameWithKind(root)}`,
          applicability: 'advice',
          effect: 'The pods start without it: on any node, or without that volume or container.',
          steps: [
            kubectl(root, ['get', kindWord(root), root.name, '-o', 'yaml'], false),
            manual(
              `Remove ${listed(features)} from the spec of ${nameWithKind(root)} (or from the ServingRuntime that brings it), or run it without Knative with the annotation serving.kserve.io/deploymentMode: RawDeployment on a new InferenceService.`,
            ),
          ],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
