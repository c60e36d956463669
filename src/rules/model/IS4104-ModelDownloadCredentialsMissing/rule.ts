/** Cause: the download of a model finds no credentials to use. */
import { titleOf } from '../../../model/kinds.ts';
import { advice } from '../../../fixes/advice.ts';
import { modelCredentials } from '../../../views/model-credentials.ts';
import { storageAddresses } from '../../../views/storage-address.ts';
import { failedDownloads, judgeDownloads } from '../../../views/storage-downloads.ts';
import { missingCredentials } from '../../../views/storage-missing-credentials.ts';
import { fixesFor } from '../../../fixes/missing-credentials.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4104',
  name: 'ModelDownloadCredentialsMissing',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The download of the model has no credentials',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-storage-credentials-missing',
    's3-credentials-missing',
    'ModelCredentialsMissing',
    'Unable to locate credentials',
    'NoCredentialsError',
    'DefaultAzureCredential',
    'S3 authentication failed. Set AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY or use awsAnonymousCredential=true.',
    'IndexError: string index out of range',
    'is_valid_endpoint',
    'DefaultCredentialsError',
    'Anonymous caller does not have storage.objects.list access',
    'PublicAccessNotPermitted',
    'S3 secret is not injected to storage-initializer',
  ],
  needs: { downloads: failedDownloads, credentials: modelCredentials, addresses: storageAddresses },
  messages: {
    url: 'The download of {url} by container {container} finds no credentials',
    plain: 'The download of container {container} finds no credentials',
    notListed: 'ServiceAccount {account} does not list Secret {secret}, so the download of {url} has no credentials',
    otherAccount:
      '{kind} {name} uses ServiceAccount {account}; Secret {secret} is listed by {other}, so the download of {url} has no credentials',
    nothingListed:
      'ServiceAccount {account} lists no Secret with credentials for {store}, so the download of {url} has none',
    keyMissing: 'Secret {secret} has no key {key}, so KServe takes no credentials from it for the download of {url}',
    secretMissing: 'Secret {secret} does not exist, so the download of {url} has no credentials',
    madeBefore:
      'The pod was made before ServiceAccount {account} listed Secret {secret}, so its download of {url} has no credentials',
    unusable: 'The download of {url} finds no credentials, although it is given Secret {secret}',
    account: 'The download of {url} finds no credentials: ServiceAccount {account} gives it none',
  },
  check({ downloads, credentials, addresses }, context) {
    return judgeDownloads(downloads, context, ['no-credentials'], (download, { workload }) => {
      const { failure, container } = download;
      const common = {
        basis: 'the download says that it has none',
        consequence: download.consequence,
        effects: download.effects,
        affects: download.affects,
      };
      const held = addresses.state === 'present' ? addresses.value : undefined;
      const why = missingCredentials(download, credentials, workload);
      if (why === undefined) {
        const written = {
          ...common,
          subject: workload,
          container,
          certainty: 'confirmed' as const,
          basis: 'the download quotes the answer of the store',
          cite: [failure.hit.cite] as const,
          trace: download.trace,
          fixes: [
            advice(
              workload,
              'Give the download its credentials',
              'Bind a Secret with the keys of the store to the ServiceAccount of the pod (KServe reads those that the account lists), or an identity of the cloud to that account',
            ),
          ],
        };
        return failure.url === undefined
          ? context.found({ message: 'plain', args: { container }, ...written })
          : context.found({ message: 'url', args: { container, url: failure.url }, ...written });
      }
      const { certainty, subject, trace } = why;
      const url = failure.url ?? 'the model';
      const found = {
        ...common,
        certainty,
        subject,
        cite: [failure.hit.cite, ...why.cite] as const,
        trace: [...trace, ...download.trace],
        fixes: fixesFor(why, workload, held, download.gone),
      };
      switch (why.kind) {
        case 'notListed':
          return context.found({
            message: why.kind,
            args: { account: why.account, secret: why.secret, url },
            ...found,
          });
        case 'madeBefore':
          return context.found({
            message: why.kind,
            args: { account: why.account, secret: why.secret, url },
            ...found,
          });
        case 'otherAccount':
          return context.found({
            message: why.kind,
            args: {
              kind: titleOf(workload),
              name: workload.name,
              account: why.account,
              secret: why.secret,
              other: why.other,
              url,
            },
            ...found,
          });
        case 'nothingListed':
          return context.found({
            message: why.kind,
            args: { account: why.account, store: why.storeName, url },
            ...found,
          });
        case 'keyMissing':
          return context.found({ message: why.kind, args: { secret: why.secret, key: why.key, url }, ...found });
        case 'secretMissing':
        case 'unusable':
          return context.found({ message: why.kind, args: { secret: why.secret, url }, ...found });
        case 'account':
          return context.found({ message: why.kind, args: { account: why.account, url }, ...found });
      }
    });
  },
});
