/** Cause: the ServingRuntime that the InferenceService names does not take its format, version or protocol. */
import { nameRuntime, provideRuntime } from '../../../fixes/serving-runtime.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { kserveRuntimes, misfitOf, type Runtime } from '../../../views/kserve-runtimes.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS1204',
  name: 'RuntimeUnfit',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The named ServingRuntime does not take the format, version or protocol of the model',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'serving-runtime-unfit',
    'Specified runtime does not support specified framework/version',
    'Specified runtime does not support specified protocol version',
  ],
  needs: { runtimes: kserveRuntimes, owner: fieldOwner },
  messages: {
    format: '{service} names {runtime}, which supports {supported} and not {asked}',
    protocol: '{service} names {runtime}, which speaks protocol {supported} and not {asked}',
    unseen: '{service} names the runtime {runtime}, which does not support its {what}',
  },
  check({ runtimes, owner }, context) {
    const { refusal, asks, named, all } = runtimes;
    if (refusal?.error.class !== 'unfit') return context.notApplicable('KServe does not find the named runtime unfit');
    const { of } = refusal.error;
    const service = `InferenceService ${context.on.name}`;
    const name = asks.runtime ?? refusal.error.runtime ?? 'that it names';
    const other = all.find(
      (runtime) => runtime !== named && !runtime.disabled && misfitOf(runtime, asks, true) === undefined,
    );
    const asked = of === 'protocol' ? (asks.protocol ?? 'v1') : formatText(asks.format ?? '', asks.version);
    const supported = named === undefined ? [] : of === 'protocol' ? named.protocols : formatsOf(named);
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      consequence: 'KServe makes no Knative Service or Deployment at all, and Ready stays Unknown.',
      trace: [{ text: `KServe refuses to use the runtime: ${refusal.words.slice(0, 200)}`, cite: [refusal.cite] }],
      fixes: [
        ...(other === undefined ? [] : [nameRuntime(context.on, asks, other.object.ref.name, owner)]),
        provideRuntime(
          context.on,
          of === 'protocol'
            ? 'Ask for a protocol that the runtime speaks, or name another runtime'
            : 'Name a runtime that supports the model',
          of === 'protocol'
            ? `Set ${asks.pointer.slice(1).replaceAll('/', '.')}.protocolVersion to one that the runtime speaks${supported.length === 0 ? '' : ` (${listed(supported)})`}, or name another runtime.`
            : 'Name a runtime that supports the format and version, or leave the runtime out so that KServe chooses by the format.',
        ),
      ],
    } as const;
    if (named === undefined || supported.length === 0)
      return context.found({
        message: 'unseen',
        args: { service, runtime: name, what: of === 'protocol' ? 'protocol' : 'model format' },
        ...common,
        basis: 'KServe says so',
        cite: [refusal.cite],
      });
    return context.found({
      message: of,
      args: { service, runtime: named.title, supported: listed(supported), asked },
      ...common,
      basis: 'KServe says so, and the runtime lists what it supports',
      cite: [
        refusal.cite,
        named.object.cite(named.title, of === 'protocol' ? '/spec/protocolVersions' : '/spec/supportedModelFormats'),
      ],
    });
  },
});

function formatText(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name} ${version}`;
}

function formatsOf(runtime: Runtime): readonly string[] {
  return [...new Set(runtime.formats.map(({ name, version }) => formatText(name, version)))];
}
