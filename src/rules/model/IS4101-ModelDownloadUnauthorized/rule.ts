/** Cause: the store of a model answers the download with 401, or knows the key that it was given for wrong. */
import { advice } from '../../../fixes/advice.ts';
import { replaceKeys } from '../../../fixes/model-store.ts';
import { giverOf, modelCredentials } from '../../../views/model-credentials.ts';
import { storeOf } from '../../../views/parse/storage-uri.ts';
import { failedDownloads, judgeDownloads, keysTaken, storeSaid } from '../../../views/storage-downloads.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4101',
  name: 'ModelDownloadUnauthorized',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The store refuses the download of the model for want of valid credentials',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-download-unauthorized',
    'init-download-unauthorized',
    'The requested URL returned error: 401',
    '401 Unauthorized',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'signature-mismatch',
    'ExpiredToken',
    'Invalid AWS credentials. Verify AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    'HTTP authentication failed for',
    'Git authentication failed.',
  ],
  needs: { downloads: failedDownloads, credentials: modelCredentials },
  messages: {
    url: 'The store answers 401 to the download of {url}: container {container} has no valid credentials',
    plain: 'The store answers 401 to the download of container {container}, which has no valid credentials',
    secret: 'The store does not accept the credentials in Secret {secret} for the download of {url}',
  },
  check({ downloads, credentials }, context) {
    return judgeDownloads(downloads, context, ['unauthorized'], (download, { workload }) => {
      const { failure, container } = download;
      const giver = giverOf(download, credentials);
      const url = failure.url;
      const common = storeSaid(download);
      if (giver?.kind === 'secret') {
        const { ref, keys } = giver.secret;
        return context.found({
          message: 'secret',
          args: { secret: ref.name, url: url ?? 'the model' },
          ...common,
          subject: ref,
          cite: [failure.hit.cite, giver.cite],
          trace: keysTaken(download, ref, giver.cite),
          fixes: [replaceKeys(ref, keys, storeOf(url ?? ''), workload, download.gone)],
        });
      }
      const written = {
        ...common,
        subject: workload,
        container,
        cite: [failure.hit.cite] as const,
        trace: download.trace,
        fixes: [
          advice(
            workload,
            'Give the download credentials for the store',
            'Put a token or key of the store into a Secret and hand it to the container (a variable, or a mounted .netrc); curl needs -H "Authorization: …" or -u',
          ),
        ],
      };
      return url === undefined
        ? context.found({ message: 'plain', args: { container }, ...written })
        : context.found({ message: 'url', args: { container, url }, ...written });
    });
  },
});
