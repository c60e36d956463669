/** Cause: no ServingRuntime fits the model, and the InferenceService names none. */
import { enableRuntime, nameRuntime, provideRuntime } from '../../../fixes/serving-runtime.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix } from '../../../model/finding.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { kserveRuntimes, misfitOf, NEAREST, type Misfit, type Runtime } from '../../../views/kserve-runtimes.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS1201',
  name: 'RuntimeUnmatched',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'No ServingRuntime fits the model',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'serving-runtime-no-match',
    'NoSupportingRuntime',
    'no runtime found to support predictor with model type',
    'No runtime found to support specified framework/version',
    'InvalidSpec',
    'FailedToLoad',
  ],
  needs: { runtimes: kserveRuntimes, owner: fieldOwner },
  messages: {
    none: 'There is no ServingRuntime in namespace {namespace} and no ClusterServingRuntime, so nothing can run the model of {service}',
    format: 'No ServingRuntime or ClusterServingRuntime supports the model format {format} of {service}',
    version: 'Runtimes support {format} in version {versions}; {service} asks for version {version}',
    autoSelect:
      '{runtime} supports the model format {format}, but without autoSelect KServe does not choose it by itself',
    disabled: '{runtime}, which supports the model format {format}, is disabled',
    protocol: '{service} asks for protocol {protocol}; for {format} there is protocol {protocols} ({runtime})',
    multiModel: '{runtime} supports the model format {format} only for several models in one pod (multiModel)',
    unseen: 'KServe finds no runtime that supports the model format {format} of {service}',
  },
  check({ runtimes, owner }, context) {
    const { refusal, asks, all, gaps } = runtimes;
    if (refusal?.error.class !== 'none-fits') return context.notApplicable('KServe does not say that no runtime fits');
    const format = asks.format ?? refusal.error.format ?? 'that it has';
    const version = asks.version ?? refusal.error.version;
    const asked = { ...asks, format, ...(version === undefined ? {} : { version }) };
    const service = `InferenceService ${context.on.name}`;
    const near = nearest(all, asked);
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'KServe says that no runtime fits',
      consequence: 'KServe makes no Knative Service or Deployment at all, and Ready stays Unknown.',
      cite: citesOf(
        refusal.cite,
        near?.runtimes ?? [],
        runtimes.cites.map((cite) => ({ ...cite, label: `nothing for the format ${format} in the ${cite.label}` })),
      ),
      trace: [
        {
          text: `KServe looks for a runtime by itself and finds none: ${refusal.words.slice(0, 200)}`,
          cite: [refusal.cite],
        },
      ],
    } as const;
    const supported = [...new Set(all.flatMap((runtime) => runtime.formats.map(({ name }) => name)))].sort();
    const install = provideRuntime(
      context.on,
      'Use a format that a runtime supports, or install a runtime for it',
      supported.length === 0
        ? 'Install the runtimes that KServe ships (kserve-cluster-resources.yaml, or the Helm chart of the runtimes) or write a ServingRuntime for the format.'
        : `Set spec.predictor.model.modelFormat.name to one of ${listed(supported)} if the model is of such a format, serve the file with a runtime that reads it, or write a ServingRuntime whose supportedModelFormats name ${format} with autoSelect: true.`,
    );
    const field = asks.pointer.slice(1).replaceAll('/', '.');
    const [first] = near?.runtimes ?? [];
    if (gaps.length > 0 && (near === undefined || first === undefined))
      return context.found({ message: 'unseen', args: { format, service }, ...common, fixes: [install] });
    if (all.length === 0)
      return context.found({
        message: 'none',
        args: { namespace: context.on.namespace ?? '', service },
        ...common,
        fixes: [install],
      });
    if (near === undefined || first === undefined)
      return context.found({ message: 'format', args: { format, service }, ...common, fixes: [install] });
    const name = first.object.ref.name;
    const runtime = titles(near.runtimes);
    const pick: Fix = nameRuntime(context.on, asks, name, owner);
    switch (near.misfit) {
      case 'auto-select':
        return context.found({ message: 'autoSelect', args: { runtime, format }, ...common, fixes: [pick] });
      case 'disabled':
        return context.found({
          message: 'disabled',
          args: { runtime, format },
          ...common,
          subject: near.runtimes.length === 1 ? first.object.ref : context.on,
          fixes: [enableRuntime(context.on, first, undefined)],
        });
      case 'protocol':
        return context.found({
          message: 'protocol',
          args: { runtime, format, protocols: listed(first.protocols), service, protocol: asks.protocol ?? 'v1' },
          ...common,
          fixes: [
            provideRuntime(
              context.on,
              'Ask for a protocol that the runtime speaks, or install one that speaks the other',
              `Set ${field}.protocolVersion to ${listed(first.protocols)}, or write a ServingRuntime for ${format} whose protocolVersions name ${asks.protocol ?? 'v1'}.`,
            ),
          ],
        });
      case 'multi-model':
        return context.found({
          message: 'multiModel',
          args: { runtime, format },
          ...common,
          fixes: [
            provideRuntime(
              context.on,
              `Install a runtime for ${format} that serves one model`,
              `Write a ServingRuntime without multiModel whose supportedModelFormats name ${format} with autoSelect: true.`,
            ),
          ],
        });
      case 'version':
        return context.found({
          message: 'version',
          args: { format, service, version: version ?? '', versions: versionsOf(near.runtimes, format) },
          ...common,
          fixes: [
            provideRuntime(
              context.on,
              'Ask for a version that a runtime supports, or for none',
              `Set ${field}.modelFormat.version to ${versionsOf(near.runtimes, format)}, or leave it out: KServe then chooses by the format alone.`,
            ),
          ],
        });
      case 'format':
        return context.found({ message: 'format', args: { format, service }, ...common, fixes: [install] });
    }
  },
});

/** The runtimes that come nearest to fitting, all for the same reason; undefined where none has the format. */
function nearest(
  all: readonly Runtime[],
  asks: Parameters<typeof misfitOf>[1],
): { readonly misfit: Misfit; readonly runtimes: readonly Runtime[] } | undefined {
  const judged = all.map((runtime) => ({ runtime, misfit: misfitOf(runtime, asks, false) }));
  for (const misfit of NEAREST) {
    if (misfit === 'format') return undefined;
    const runtimes = judged.filter((entry) => entry.misfit === misfit).map(({ runtime }) => runtime);
    if (runtimes.length > 0) return { misfit, runtimes };
  }
  return undefined;
}

function citesOf(
  refusal: Citation,
  near: readonly Runtime[],
  lists: readonly Citation[],
): readonly [Citation, ...Citation[]] {
  const seen = near.slice(0, 2).map(({ object, title }) => object.cite(title, '/spec/supportedModelFormats'));
  return [refusal, ...(seen.length > 0 ? seen : lists)];
}

function titles(runtimes: readonly Runtime[]): string {
  const [first] = runtimes;
  return `${first?.title ?? ''}${runtimes.length > 1 ? ` (and ${runtimes.length - 1} more)` : ''}`;
}

function versionsOf(runtimes: readonly Runtime[], format: string): string {
  const versions = runtimes.flatMap((runtime) =>
    runtime.formats.flatMap(({ name, version }) => (name === format && version !== undefined ? [version] : [])),
  );
  return listed([...new Set(versions)].sort());
}
