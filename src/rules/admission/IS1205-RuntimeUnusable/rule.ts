/** Cause: KServe cannot make a pod of the ServingRuntime: no container, a wrong name, a wrong placeholder, parts that do not merge. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { kserveRuntimes } from '../../../views/kserve-runtimes.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import type { RuntimeFault } from '../../../views/parse/runtime-refusal.ts';
import { defineRule } from '../../define.ts';
import { kindWord } from '../../../model/kinds.ts';

const ADVICE: Readonly<Record<RuntimeFault, string>> = {
  'no-container': 'Give the runtime a container named kserve-container in spec.containers.',
  placeholder:
    'Correct the placeholder in args or env of the runtime: it is a Go template over the metadata of the InferenceService, such as {{.Name}}, {{.Labels.x}} or {{.Annotations.x}}.',
  'container-name': 'Name the serving container of the runtime kserve-container (worker-container in a workerSpec).',
  merge: 'Correct the field of the InferenceService or of the runtime that cannot be merged.',
  'no-worker':
    'Give the runtime a workerSpec with a container named worker-container, or take workerSpec out of the InferenceService.',
};

export default defineRule({
  code: 'IS1205',
  name: 'RuntimeUnusable',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe cannot make a pod of the ServingRuntime',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'serving-runtime-invalid',
    'InvalidPredictorSpec',
    'no container configuration found in selected serving runtime',
    'failed to replace placeholders in serving runtime',
    'failed to find kserve-container in ServingRuntime containers',
    'failed to merge container',
    'failed to consolidate serving runtime PodSpecs',
    'No workerSpec container configuration found in selected serving runtime',
  ],
  needs: { runtimes: kserveRuntimes },
  messages: {
    noContainer: '{runtime} has no container that could serve {service}',
    placeholder: 'A placeholder in {runtime} cannot be filled in for {service}: {words}',
    containerName: '{runtime} has no container of the name that KServe looks for: {words}',
    merge: '{runtime} and {service} cannot be merged into one pod: {words}',
    noWorker: '{runtime} has no workerSpec, which {service} needs',
  },
  check({ runtimes }, context) {
    const { refusal, asks, named } = runtimes;
    if (refusal?.error.class !== 'unusable') return context.notApplicable('KServe does not find a runtime unusable');
    const { how, words } = refusal.error;
    const service = `InferenceService ${context.on.name}`;
    const name = asks.runtime ?? refusal.error.runtime;
    const runtime = named?.title ?? (name === undefined ? 'The runtime that KServe chose' : `The runtime ${name}`);
    // What does not merge is as a rule the newer part, the InferenceService.
    const subject = how === 'merge' || named === undefined ? context.on : named.object.ref;
    const args = { runtime, service, words: quoted(words, BRIEF) };
    const common = {
      args,
      subject,
      certainty: 'confirmed',
      basis: 'KServe says what is wrong with it',
      consequence: 'KServe makes no Knative Service or Deployment of it.',
      cite: [
        refusal.cite,
        ...(named === undefined ? [] : [named.object.cite(`containers of ${named.title}`, '/spec/containers')]),
      ],
      trace: [{ text: `KServe cannot make the pod: ${quoted(words)}`, cite: [refusal.cite] }],
      fixes: [
        fix({
          title: subject.kind === 'InferenceService' ? `Correct ${service}` : `Correct ${runtime}`,
          applicability: 'advice',
          effect: 'KServe makes the pods at its next try.',
          steps: [kubectl(subject, ['get', kindWord(subject), subject.name, '-o', 'yaml'], false), manual(ADVICE[how])],
          verify: verifyWithInferscope(context.on),
          owner: runtimes.namedOwner,
        }),
      ],
    } as const;
    switch (how) {
      case 'no-container':
        return context.found({ message: 'noContainer', ...common });
      case 'placeholder':
        return context.found({ message: 'placeholder', ...common });
      case 'container-name':
        return context.found({ message: 'containerName', ...common });
      case 'merge':
        return context.found({ message: 'merge', ...common });
      case 'no-worker':
        return context.found({ message: 'noWorker', ...common });
    }
  },
});
