/** Cause: the ServingRuntime that the InferenceService names is switched off. */
import { enableRuntime, nameRuntime, provideRuntime } from '../../../fixes/serving-runtime.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { kserveRuntimes, misfitOf } from '../../../views/kserve-runtimes.ts';
import { defineRule } from '../../define.ts';
import { tryAgain } from '../../../fixes/build.ts';

export default defineRule({
  code: 'IS1203',
  name: 'RuntimeDisabled',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The ServingRuntime that the InferenceService names is disabled',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'serving-runtime-disabled',
    'RuntimeDisabled',
    'Specified runtime is disabled',
    'specified runtime is disabled',
  ],
  needs: { runtimes: kserveRuntimes, owner: fieldOwner },
  messages: {
    disabled: '{runtime}, which {service} names, is disabled',
    unseen: 'The runtime {runtime}, which {service} names, is disabled',
    late: '{runtime} was disabled when KServe looked at it; it is enabled now',
  },
  check({ runtimes, owner }, context) {
    const { refusal, asks, named, all } = runtimes;
    if (refusal?.error.class !== 'disabled')
      return context.notApplicable('KServe does not say that a runtime is disabled');
    const name = asks.runtime ?? refusal.error.runtime;
    if (name === undefined) return context.notApplicable('nothing says which runtime');
    const service = `InferenceService ${context.on.name}`;
    const common = {
      consequence: 'KServe makes no Knative Service or Deployment at all, and Ready stays Unknown.',
      trace: [{ text: `KServe refuses to use the runtime: ${refusal.words.slice(0, 200)}`, cite: [refusal.cite] }],
    } as const;
    if (named === undefined)
      return context.found({
        message: 'unseen',
        args: { runtime: name, service },
        subject: context.on,
        ...common,
        // What is to be mended is the runtime, and which of a ServingRuntime and a ClusterServingRuntime it is was not seen.
        certainty: 'likely',
        basis: 'KServe says so; the runtime itself was not seen',
        cite: [refusal.cite],
        fixes: [
          provideRuntime(
            context.on,
            'Enable the runtime, or name another one',
            `Set disabled: false on the runtime ${name}, or name another one.`,
          ),
        ],
      });
    const { object, title } = named;
    if (!named.disabled)
      return context.found({
        message: 'late',
        args: { runtime: title },
        subject: object.ref,
        ...common,
        certainty: 'likely',
        basis: 'KServe named it as disabled; it was enabled since, and the controller has not tried again',
        cite: [refusal.cite, object.cite(title, '/spec')],
        fixes: [tryAgain(context.on, context.now)],
      });
    const other = all.find((runtime) => misfitOf(runtime, asks, true) === undefined);
    return context.found({
      message: 'disabled',
      args: { runtime: title, service },
      subject: object.ref,
      ...common,
      certainty: 'confirmed',
      basis: 'KServe says so, and the runtime has disabled: true',
      cite: [refusal.cite, object.cite(`${title} is disabled`, '/spec/disabled')],
      fixes: [
        enableRuntime(context.on, named, runtimes.namedOwner),
        ...(other === undefined ? [] : [nameRuntime(context.on, asks, other.object.ref.name, owner)]),
      ],
    });
  },
});
