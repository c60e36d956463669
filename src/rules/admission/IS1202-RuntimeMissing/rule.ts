/** Cause: the InferenceService names a ServingRuntime that does not exist. */
import { nameRuntime, provideRuntime } from '../../../fixes/serving-runtime.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { kserveRuntimes, misfitOf } from '../../../views/kserve-runtimes.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';
import { tryAgain } from '../../../fixes/build.ts';

export default defineRule({
  code: 'IS1202',
  name: 'RuntimeMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The InferenceService names a ServingRuntime that does not exist',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'serving-runtime-not-found',
    'RuntimeNotRecognized',
    'Waiting for runtime to become available',
    'No ServingRuntimes or ClusterServingRuntimes with the name',
  ],
  needs: { runtimes: kserveRuntimes, owner: fieldOwner },
  messages: {
    missing: '{service} names the runtime {runtime}, which exists neither in namespace {namespace} nor in the cluster',
    misnamed: '{service} names the runtime {runtime}, which does not exist; there is {similar}',
    late: 'The runtime {runtime} did not exist when KServe looked for it; it exists now',
  },
  check({ runtimes, owner }, context) {
    const { refusal, asks, all, named, gaps } = runtimes;
    if (refusal?.error.class !== 'missing') return context.notApplicable('KServe does not miss a runtime');
    const runtime = asks.runtime ?? refusal.error.runtime;
    if (runtime === undefined) return context.notApplicable('nothing says which runtime');
    const args = { service: `InferenceService ${context.on.name}`, runtime, namespace: context.on.namespace ?? '' };
    const common = {
      subject: context.on,
      consequence: 'KServe makes no Knative Service or Deployment at all, and Ready stays Unknown.',
      trace: [{ text: `KServe waits for the runtime: ${refusal.words.slice(0, 200)}`, cite: [refusal.cite] }],
    } as const;
    if (named !== undefined)
      return context.found({
        message: 'late',
        args,
        ...common,
        certainty: 'likely',
        basis: 'KServe named it as missing; it was made since, and the controller has not tried again',
        cite: [refusal.cite, named.object.cite(named.title)],
        fixes: [tryAgain(context.on, context.now)],
      });
    const fitting = all.filter((candidate) => misfitOf(candidate, asks, true) === undefined);
    const names = all.map(({ object }) => object.ref.name);
    const [similar] = nearestNames(runtime, names);
    const [only] = fitting;
    const cite = [refusal.cite, ...runtimes.cites] as const;
    const install = provideRuntime(
      context.on,
      'Create the runtime, or name one that exists',
      `Create the ServingRuntime ${runtime}, or set ${asks.pointer.slice(1).replaceAll('/', '.')}.runtime to one that exists${names.length === 0 ? '' : ` (${listed(names)})`}, or leave it out so that KServe chooses by the format.`,
    );
    const basis =
      gaps.length === 0
        ? 'KServe says so, and there is none of that name'
        : 'KServe says that there is none of that name';
    if (similar !== undefined)
      return context.found({
        message: 'misnamed',
        args: { ...args, similar },
        ...common,
        certainty: 'confirmed',
        basis,
        cite,
        fixes: [nameRuntime(context.on, asks, similar, owner), install],
      });
    return context.found({
      message: 'missing',
      args,
      ...common,
      certainty: 'confirmed',
      basis,
      cite,
      fixes: [...(only === undefined ? [] : [nameRuntime(context.on, asks, only.object.ref.name, owner)]), install],
    });
  },
});
