/** Cause: the spec asks for more than a limit that a ConfigMap of Knative sets: a timeout, a concurrency, a scale. */
import { fix, manual, patch, tryAgain, verifyWithInferscope } from '../../../fixes/build.ts';
import { admissionRefusal, REFUSABLE, refusalTrace, whatFollows } from '../../../views/admission-refusal.ts';
import { citeSetting, configAutoscaler, configDefaults } from '../../../views/knative-config.ts';
import { knativeDenialIn } from '../../../views/parse/knative-denial.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS1212',
  name: 'KnativeLimitExceeded',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The spec asks for more than a limit of Knative allows',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'knative-limit-exceeded',
    'max-revision-timeout-seconds',
    'expected 0 <= 900 <= 600: timeoutSeconds',
    'container-concurrency-max-limit',
    'initial-scale=0 not allowed by cluster',
    'max-scale-limit',
  ],
  needs: { refusal: admissionRefusal, defaults: configDefaults, autoscaler: configAutoscaler },
  messages: {
    above: '{root} asks for {field} {given}; {key} in ConfigMap {config} allows at most {most}',
    zero: '{root} asks for an initial scale of 0, which {key} in ConfigMap {config} does not allow',
    late: 'Knative refused {field} {given} of {root}; {key} in ConfigMap {config} is {now} now',
  },
  check({ refusal, defaults, autoscaler }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    const denial = knativeDenialIn(error);
    if (error.class !== 'webhook-denied' || denial?.class !== 'limit')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    const config = denial.config === 'config-defaults' ? defaults : autoscaler;
    const { key, field, given, most } = denial;
    const now = config.data[key];
    const asks = Number(given);
    const args = {
      root: nameWithKind(root),
      field,
      given,
      key,
      config: `${config.ref.namespace ?? ''}/${config.ref.name}`,
      most: most ?? '',
      now: now ?? '',
    };
    const common = {
      args,
      subject: config.ref,
      consequence: whatFollows(refusal),
      cite: [refusal.cite, ...citeSetting(config, key)],
      effects: refusal.effects,
      trace: refusalTrace(refusal, error.denial),
    } as const;
    if (now !== undefined && most !== undefined && Number.isFinite(asks) && Number(now) >= asks)
      return context.found({
        message: 'late',
        ...common,
        certainty: 'likely',
        basis: 'the limit was raised since, and the controller has not tried again',
        fixes: [tryAgain(root, context.now)],
      });
    const value = most === undefined ? 'true' : Number.isFinite(asks) && asks > 0 ? String(asks) : undefined;
    const lower = fix({
      title: most === undefined ? `Let ${args.root} begin with a pod` : `Ask for ${field} of at most ${most}`,
      applicability: 'advice',
      effect: 'The object is taken as it is applied again.',
      steps: [
        manual(
          most === undefined
            ? `Remove the annotation autoscaling.knative.dev/initial-scale from ${args.root}.`
            : `Set ${field} of ${args.root} to ${most} or less. A request that takes longer than the timeout is answered with 504.`,
        ),
      ],
      verify: verifyWithInferscope(root),
    });
    return context.found({
      message: most === undefined ? 'zero' : 'above',
      ...common,
      certainty: 'confirmed',
      basis: 'the webhook names the value and the bound',
      fixes:
        value === undefined
          ? [lower]
          : [
              fix({
                title: `Set ${key} of ConfigMap ${config.ref.name} to ${value}`,
                applicability: 'review',
                effect: `The limit holds for all namespaces.${field === 'timeout' ? " Raise the activator's terminationGracePeriodSeconds and the timeout of the gateway along with it." : ''}`,
                steps: [patch(config.ref, { data: { [key]: value } })],
                undo: [patch(config.ref, { data: { [key]: now ?? null } })],
                verify: verifyWithInferscope(root),
                owner: config.owner,
              }),
              lower,
            ],
    });
  },
});
