/** Cause: the downloader of the model does not trust the certificate of the store, or its bundle of authorities is not there. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { renewPods, renewed } from '../../../fixes/model-store.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { storeReach } from '../../../views/storage-reach.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4110',
  name: 'ModelStoreUntrusted',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The download does not trust the certificate of the store',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-store-certificate-untrusted',
    'SSL validation failed for',
    'CERTIFICATE_VERIFY_FAILED',
    'Failed to find ca bundle file',
    'Global ca bundle file not found, using the default trust store.',
    'Could not find a suitable TLS CA certificate bundle',
    'AWS_CA_BUNDLE',
  ],
  needs: { downloads: failedDownloads, reaches: storeReach },
  messages: {
    untrusted: 'The download of {url} does not trust the certificate of its store: {words}',
    bundle: 'The download of {url} finds no bundle of authorities at {bundle}',
    map: 'ConfigMap {map} holds no authority for the store, so the download of {url} does not trust its certificate: {words}',
  },
  check({ downloads, reaches }, context) {
    return judgeDownloads(downloads, context, ['certificate'], (download, { workload }) => {
      // What other containers do not trust is a service like any other (IS5413).
      if (download.role !== 'init') return undefined;
      const { hit } = download.failure;
      const url = download.failure.url ?? 'the model';
      const reach =
        reaches.state === 'present' ? reaches.value.find((one) => one.container === download.container) : undefined;
      const map = reach?.bundle?.ref;
      const subject = map ?? reach?.chosenBy?.ref ?? workload;
      const common = {
        subject,
        ...(subject === workload ? { container: download.container } : {}),
        certainty: 'confirmed' as const,
        basis: 'the download quotes the refusal of its TLS library',
        consequence: download.consequence,
        effects: download.effects,
        affects: download.affects,
        cite: [
          hit.cite,
          ...(reach?.bundle ? [reach.bundle.cite] : []),
          ...(reach?.chosenBy ? [reach.chosenBy.cite] : []),
        ] as const,
        trace: download.trace,
        fixes: [trustFix(map, reach?.chosenBy?.ref, workload, download.gone)],
      };
      const bundle = hit.match.groups?.['bundle'];
      if (bundle !== undefined) return context.found({ message: 'bundle', args: { url, bundle }, ...common });
      const words = quoted(hit.text.slice(hit.match.index), 120);
      return map
        ? context.found({ message: 'map', args: { map: map.name, url, words }, ...common, certainty: 'likely' })
        : context.found({ message: 'untrusted', args: { url, words }, ...common });
    });
  },
});

function trustFix(
  map: ResourceRef | undefined,
  secret: ResourceRef | undefined,
  workload: ResourceRef,
  gone?: string,
): Fix {
  const verify = verifyWithInferscope(workload);
  const effect = renewed('The present pods are deleted; the new ones trust the authority.', gone);
  if (map)
    return fix({
      title: `Put the authority of the store into ConfigMap ${map.name} as cabundle.crt`,
      applicability: 'fill-in',
      effect,
      steps: [
        kubectl(map, ['patch', 'configmap', map.name, '--type=merge', '-p', '{"data":{"cabundle.crt":"<PEM>"}}'], true),
        renewPods(workload, gone),
      ],
      undo: [manual(`Put the former cabundle.crt back into ConfigMap ${map.name}.`)],
      verify,
    });
  if (secret)
    return fix({
      title: `Name a ConfigMap with the authority of the store in Secret ${secret.name}`,
      applicability: 'fill-in',
      effect,
      steps: [
        kubectl(secret, ['create', 'configmap', 'model-store-ca', '--from-file=cabundle.crt=<FILE>'], true),
        kubectl(
          secret,
          ['annotate', '--overwrite', 'secret', secret.name, 'serving.kserve.io/s3-cabundle-configmap=model-store-ca'],
          true,
        ),
        renewPods(workload, gone),
      ],
      undo: [
        kubectl(secret, ['annotate', 'secret', secret.name, 'serving.kserve.io/s3-cabundle-configmap-'], true),
        kubectl(secret, ['delete', 'configmap', 'model-store-ca'], true),
      ],
      verify,
    });
  return advice(
    workload,
    'Let the download trust the authority of the store',
    'Give the ServiceAccount a Secret whose annotation serving.kserve.io/s3-cabundle-configmap names a ConfigMap with cabundle.crt, or set caBundleConfigMapName under storageInitializer in ConfigMap inferenceservice-config; an expired certificate must be renewed',
  );
}
