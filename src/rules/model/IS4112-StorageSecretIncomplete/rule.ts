/** Cause: the pod mutator of KServe does not find what `storage` of the model names: the Secret, its entry, a field of it, the storage container. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { REFUSABLE } from '../../../views/admission-refusal.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { storageAddresses } from '../../../views/storage-address.ts';
import { namedStorage } from '../../../views/storage-named.ts';
import { storageRefusal } from '../../../views/storage-refused.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4112',
  name: 'StorageSecretIncomplete',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The storage Secret, or the storage container, that the model names is not there',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created', 'object-not-reconciled'],
  aliases: [
    'storage-secret-key-missing',
    'specified storage key not found in storage secret',
    "can't read storage secret",
    'storage-config',
    'unable to determine storage type',
    "requires a bucket but one wasn't found in storage data or parameters",
    'ClusterStorageContainer not found',
  ],
  needs: { refusal: storageRefusal, addresses: storageAddresses, named: namedStorage },
  messages: {
    key: 'Secret {secret} has no entry {key}, which the storage of {kind} {name} names',
    misspelt: '{kind} {name} names the storage entry {key}; Secret {secret} has {near}',
    secret: 'Secret {secret}, which holds the storage of {kind} {name}, does not exist',
    unreadable: 'KServe cannot read the storage Secret {secret} of {kind} {name}: {words}',
    entry: 'The storage that {kind} {name} names is incomplete: {words}',
    container: 'ClusterStorageContainer {container}, which {kind} {name} names, does not exist',
    disabled: 'ClusterStorageContainer {container}, which {kind} {name} names, is disabled',
  },
  check({ refusal, addresses, named }, context) {
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    if (refusal.state === 'none')
      return refusal.cite === undefined
        ? context.notApplicable('nothing is refused')
        : context.ruledOut('what is refused is not the storage of a model', refusal.cite);
    const { denial, cites } = refusal;
    const service = (addresses.state === 'present' ? addresses.value?.service.ref : undefined) ?? context.on;
    const who = { kind: service.kind, name: service.name };
    const common = {
      certainty: 'confirmed' as const,
      basis: 'KServe names what it does not find',
      effects: refusal.effects,
      consequence: 'The pods of the model are refused until it is there.',
      trace: [{ text: `${refusal.by} refuses the pods`, cite: [cites[0]] }],
      cite: cites,
    };
    const namespace = context.on.namespace ?? 'default';
    const secretRef = (name: string): ResourceRef => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    switch (denial.class) {
      case 'key-missing': {
        const secret = secretRef(denial.secret);
        const near = named.near[0];
        const more = named.secret?.state === 'present' ? [named.secret.cite] : [];
        const shown = { ...common, cite: [...cites, ...more] as const };
        const [first = cites[0], ...rest] = shown.cite;
        const cite = [first, ...rest] as const;
        return near === undefined
          ? context.found({
              message: 'key',
              args: { ...who, secret: denial.secret, key: denial.key },
              ...shown,
              cite,
              subject: secret,
              fixes: [addEntry(secret, denial.key, service)],
            })
          : context.found({
              message: 'misspelt',
              args: { ...who, secret: denial.secret, key: denial.key, near },
              ...shown,
              cite,
              subject: service,
              fixes: [
                advice(
                  service,
                  `Name the storage entry ${near}`,
                  `Set storage.key of the model in ${nameWithKind(service)} to ${near}`,
                ),
                addEntry(secret, denial.key, service),
              ],
            });
      }
      case 'secret-unreadable': {
        const secret = secretRef(denial.secret);
        const args = { ...who, secret: denial.secret };
        return /not found/i.test(denial.words)
          ? context.found({
              message: 'secret',
              args,
              ...common,
              subject: secret,
              fixes: [addEntry(secret, '<KEY>', service, true)],
            })
          : context.found({
              message: 'unreadable',
              args: { ...args, words: quoted(denial.words, 120) },
              ...common,
              subject: secret,
              fixes: [
                advice(
                  service,
                  'Let KServe read the Secret',
                  `Give the KServe controller the right to get Secret ${denial.secret} in namespace ${namespace}`,
                ),
              ],
            });
      }
      case 'entry-incomplete':
        return context.found({
          message: 'entry',
          args: { ...who, words: quoted(denial.words, 120) },
          ...common,
          subject: service,
          fixes: [
            advice(
              service,
              'Complete the storage of the model',
              'Give the entry of the storage Secret a type (s3, hdfs, webhdfs) and, for s3, a bucket, or set both under storage.parameters of the model',
            ),
          ],
        });
      case 'container': {
        const container: ResourceRef = {
          apiVersion: 'serving.kserve.io/v1alpha1',
          kind: 'ClusterStorageContainer',
          name: denial.name,
        };
        const args = { ...who, container: denial.name };
        return denial.how === 'missing'
          ? context.found({
              message: 'container',
              args,
              ...common,
              subject: container,
              fixes: [
                advice(
                  service,
                  `Create ClusterStorageContainer ${denial.name}`,
                  `Create it, or name one that exists in ${nameWithKind(service)}`,
                ),
              ],
            })
          : context.found({
              message: 'disabled',
              args,
              ...common,
              subject: container,
              fixes: [
                fix({
                  title: `Enable ClusterStorageContainer ${denial.name}`,
                  applicability: 'review',
                  effect: 'KServe uses it for new pods of all namespaces.',
                  steps: [patch(container, { disabled: false })],
                  undo: [patch(container, { disabled: true })],
                  verify: verifyWithInferscope(service),
                }),
              ],
            });
      }
      case 'address':
      case 'storage-type':
        return context.ruledOut('KServe refuses the address, not the Secret', cites[0]);
    }
  },
});

/** The entry is a JSON text (kserve docs, storage spec). */
function addEntry(secret: ResourceRef, key: string, service: ResourceRef, create = false): Fix {
  const entry =
    '{"type":"s3","access_key_id":"<ID>","secret_access_key":"<KEY>","endpoint_url":"<URL>","bucket":"<BUCKET>","region":"<REGION>"}';
  return fix({
    title: create
      ? `Create Secret ${secret.name} with the storage of the model`
      : `Add the entry ${key} to Secret ${secret.name}`,
    applicability: 'fill-in',
    effect: 'The next try to make the pods finds it.',
    steps: [
      create
        ? kubectl(secret, ['create', 'secret', 'generic', secret.name, `--from-literal=${key}=${entry}`], true)
        : patch(secret, { stringData: { [key]: entry } }),
    ],
    undo: [
      create
        ? kubectl(secret, ['delete', 'secret', secret.name], true)
        : manual(`Take the entry ${key} out of Secret ${secret.name} again.`),
    ],
    verify: verifyWithInferscope(service),
  });
}
