/** Cause: the store has nothing at the address of the model. */
import { advice } from '../../../fixes/advice.ts';
import { changeAddress } from '../../../fixes/model-store.ts';
import { bucketOf } from '../../../views/parse/storage-uri.ts';
import { fieldOf, storageAddresses } from '../../../views/storage-address.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { defineRule } from '../../define.ts';

/** The answer is about the bucket, not about what would lie in it. */
const BUCKET =
  /HeadBucket|ListBuckets?\b|NoSuchBucket|S3 bucket '[^']{1,255}' does not exist|The specified bucket does not exist|ContainerNotFound|The specified container does not exist/;

export default defineRule({
  code: 'IS4103',
  name: 'ModelDownloadNotFound',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'There is no model at the address of the download',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-download-not-found',
    'model-storage-bucket-not-found',
    'model-storage-path-not-found',
    'NoSuchBucket',
    'NoSuchKey',
    '404 Not Found',
    'Failed to fetch model. No model found in',
    'Failed to fetch model. The path or model does not exist.',
    'Cannot locate source uri',
    'Local path does not exist.',
    'BlobNotFound',
    'ContainerNotFound',
    'BadArgument',
  ],
  needs: { downloads: failedDownloads, addresses: storageAddresses },
  messages: {
    url: 'The store has nothing at {url}, which container {container} downloads',
    bucket: 'The store has no bucket {bucket}, from which container {container} downloads {url}',
    plain: 'The store has nothing at the address that container {container} downloads',
  },
  check({ downloads, addresses }, context) {
    return judgeDownloads(downloads, context, ['not-found'], (download, { workload }) => {
      const { failure, container } = download;
      const { url } = failure;
      const held = addresses.state === 'present' ? addresses.value : undefined;
      const field = download.byKServe ? fieldOf(held, url) : undefined;
      const common = {
        subject: workload,
        container,
        certainty: 'confirmed' as const,
        basis: 'the download quotes the answer of the store',
        consequence: download.consequence,
        cite: field ? ([failure.hit.cite, field.cite] as const) : ([failure.hit.cite] as const),
        trace: download.trace,
        effects: download.effects,
        affects: download.affects,
        fixes:
          held && field
            ? [changeAddress(held, field, undefined, 'Correct the address of the model, or upload the model there')]
            : [
                advice(
                  workload,
                  'Correct the address of the model, or upload it there',
                  'Compare bucket, path and version with what the store lists',
                ),
              ],
      };
      if (url === undefined) return context.found({ message: 'plain', args: { container }, ...common });
      const bucket = BUCKET.test(failure.hit.text) ? bucketOf(url) : undefined;
      return bucket === undefined
        ? context.found({ message: 'url', args: { container, url }, ...common })
        : context.found({ message: 'bucket', args: { container, url, bucket }, ...common });
    });
  },
});
