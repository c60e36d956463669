/** Cause: the address of the model is of a kind that KServe has no handler for, or is malformed. */
import { advice } from '../../../fixes/advice.ts';
import { changeAddress } from '../../../fixes/model-store.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { REFUSABLE } from '../../../views/admission-refusal.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { schemeOf, supportedForm } from '../../../views/parse/storage-uri.ts';
import { fieldOf, storageAddresses, type StorageAddresses } from '../../../views/storage-address.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { storageRefusal } from '../../../views/storage-refused.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4107',
  name: 'StorageUriUnsupported',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe has no handler for the address of the model',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-storage-scheme-unsupported',
    'StorageURI not supported',
    'storageUri, must be one of',
    'Cannot recognize storage type for',
    'Invalid Hugging Face URI format',
    'URI must contain exactly one / separating the repo and model name',
    'No filename contained in URI',
    'invalid URI must be pvc://<pvcname>/[path]',
    'Invalid OCI URI',
    'storage type is not supported',
    'abfss',
    'wasbs',
  ],
  needs: { refusal: storageRefusal, downloads: failedDownloads, addresses: storageAddresses },
  messages: {
    scheme: '{kind} {name} asks for {uri}, and KServe has no handler for {scheme}://',
    malformed: '{kind} {name} asks for {uri}, which KServe cannot read: {words}',
    type: '{kind} {name} asks for storage of type {type}, and KServe has no handler for it',
    log: 'The downloader cannot read the address {uri}: {words}',
  },
  check({ refusal, downloads, addresses }, context) {
    const held = addresses.state === 'present' ? addresses.value : undefined;
    if (refusal.state === 'refused') {
      const { denial, cites } = refusal;
      const [said, ...more] = cites;
      const service = held?.service.ref ?? context.on;
      const who = { kind: service.kind, name: service.name };
      const common = {
        subject: service,
        certainty: 'confirmed' as const,
        basis: 'KServe quotes the address that it refuses',
        effects: refusal.effects,
        trace: [{ text: `${refusal.by} refuses the address of the model`, cite: [said] }],
        consequence: 'No pod is made that could serve the model, until the address is changed.',
      };
      if (denial.class === 'address') {
        const field = fieldOf(held, denial.uri);
        const uri = denial.uri === '' ? (field?.uri ?? 'an address') : denial.uri;
        const scheme = schemeOf(uri);
        const found = {
          ...common,
          cite: [said, ...(field ? [field.cite] : []), ...more] as const,
          fixes: fixesFor(held, uri, service),
        };
        return scheme === undefined || isKnown(scheme)
          ? context.found({ message: 'malformed', args: { ...who, uri, words: quoted(denial.words, 120) }, ...found })
          : context.found({ message: 'scheme', args: { ...who, uri, scheme }, ...found });
      }
      if (denial.class === 'storage-type')
        return context.found({
          message: 'type',
          args: { ...who, type: denial.type === '' ? 'none' : denial.type },
          ...common,
          cite: cites,
          fixes: [
            advice(
              service,
              'Use a type of storage that KServe knows',
              'Set storage.parameters.type (or type in the entry of the storage Secret) to s3, hdfs or webhdfs',
            ),
          ],
        });
      return context.ruledOut('KServe refuses something else than the address', said);
    }
    if (context.on.kind === 'Pod' || context.on.kind === 'InferenceService') {
      const verdict = judgeDownloads(downloads, context, ['address'], (download, { workload }) => {
        const { hit } = download.failure;
        const uri =
          hit.match.groups?.['uri'] ?? download.failure.url ?? fieldOf(held, undefined)?.uri ?? 'that it was given';
        const field = download.byKServe ? fieldOf(held, uri) : undefined;
        return context.found({
          message: 'log',
          args: { uri, words: quoted(hit.match[0], 120) },
          subject: workload,
          container: download.container,
          certainty: 'confirmed',
          basis: 'the downloader quotes the address',
          consequence: download.consequence,
          effects: download.effects,
          affects: download.affects,
          cite: [hit.cite, ...(field ? [field.cite] : [])],
          trace: download.trace,
          fixes: fixesFor(held, uri, workload),
        });
      });
      if (verdict.state !== 'not-applicable') return verdict;
    }
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    return refusal.cite === undefined
      ? context.notApplicable('KServe refuses no address')
      : context.ruledOut('what is refused is not the address of a model', refusal.cite);
  },
});

/** Schemes that KServe has handlers for, in one release or another: what it refuses then is the rest of the address. */
function isKnown(scheme: string): boolean {
  return /^(?:s3|gs|https?|hf|pvc|file|hdfs|webhdfs|oci|git|modelscope)$/.test(scheme);
}

function fixesFor(held: StorageAddresses | undefined, uri: string, service: ResourceRef): readonly Fix[] {
  const to = supportedForm(uri);
  const field = fieldOf(held, uri);
  const title = to === undefined ? 'Give the address in a form that KServe knows' : `Write the address as ${to}`;
  if (held && field) return [changeAddress(held, field, to, title)];
  return [
    advice(
      service,
      title,
      'KServe knows s3://, gs://, hf://OWNER/MODEL, pvc://CLAIM/PATH, http(s)://…/FILE, https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, hdfs:// and oci://IMAGE',
    ),
  ];
}
