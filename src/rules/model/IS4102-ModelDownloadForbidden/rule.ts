/** Cause: the store of a model does not let the caller read the model. */
import { letIdentityRead } from '../../../fixes/azureml-objects.ts';
import { azuremlPlace } from '../../../views/azureml/azureml-place.ts';
import { advice } from '../../../fixes/advice.ts';
import { grantRead, replaceKeys } from '../../../fixes/model-store.ts';
import { giverOf, modelCredentials } from '../../../views/model-credentials.ts';
import { storeOf } from '../../../views/parse/storage-uri.ts';
import { failedDownloads, judgeDownloads, keysTaken, storeSaid } from '../../../views/storage-downloads.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4102',
  name: 'ModelDownloadForbidden',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The store forbids the download of the model',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-download-forbidden',
    'model-storage-access-denied',
    'AccessDenied',
    '403 Forbidden',
    'S3 error [403]: Forbidden',
    'An error occurred (403) when calling the HeadBucket operation: Forbidden',
    'An error occurred (403) when calling the HeadObject operation: Forbidden',
    'does not have storage.objects.list access',
    'AuthorizationPermissionMismatch',
    'ModelLoadFailed',
    'BadArgument',
  ],
  needs: { downloads: failedDownloads, credentials: modelCredentials, azureml: azuremlPlace },
  messages: {
    url: 'The store answers 403 to the download of {url}: container {container} has no right to it',
    plain: 'The store answers 403 to the download of container {container}, which has no right to it',
    // S3 answers a HEAD with the same 403 where the key is wrong; the reference of HeadBucket says so, and it has no body that would tell.
    secret:
      'The store answers 403 to the download of {url}: the key in Secret {secret} is not valid for it, or has no right to it',
    identity:
      'The store answers 403 to the download of {url}: {identity}, as which ServiceAccount {account} acts, has no right to it',
    trust: 'AWS does not let ServiceAccount {account} act as {identity}',
  },
  check({ downloads, credentials, azureml }, context) {
    return judgeDownloads(downloads, context, ['forbidden'], (download, { workload }) => {
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
          fixes: [
            replaceKeys(ref, keys, storeOf(url ?? ''), workload, download.gone),
            grantRead(`the key in Secret ${ref.name}`, url, workload, download.gone),
          ],
        });
      }
      if (giver?.kind === 'identity') {
        const { account, value } = giver;
        if (/AssumeRoleWithWebIdentity/.test(failure.hit.text))
          return context.found({
            message: 'trust',
            args: { identity: value, account: account.name },
            ...common,
            subject: account,
            basis: 'AWS STS refuses the role to the ServiceAccount; the store was not asked yet',
            cite: [failure.hit.cite, giver.cite],
            trace: download.trace,
            fixes: [
              advice(
                workload,
                `Let ${value} trust ServiceAccount ${account.name}`,
                `In IAM, let the trust policy of the role allow sts:AssumeRoleWithWebIdentity to the OIDC provider of this cluster for system:serviceaccount:${account.namespace ?? 'default'}:${account.name}, or name another role in the annotation eks.amazonaws.com/role-arn of the ServiceAccount`,
              ),
            ],
          });
        return context.found({
          message: 'identity',
          args: { identity: value, account: account.name, url: url ?? 'the model' },
          ...common,
          subject: account,
          cite: [failure.hit.cite, giver.cite],
          trace: download.trace,
          fixes: [grantRead(value, url, workload, download.gone)],
        });
      }
      const written = {
        ...common,
        subject: workload,
        container,
        cite: [failure.hit.cite] as const,
        trace: download.trace,
        fixes: [
          azureml === undefined
            ? advice(
                workload,
                'Let the credentials of the download read that place',
                'Give their user or role the right to list and read it, or use other credentials',
              )
            : letIdentityRead(workload),
        ],
      };
      return url === undefined
        ? context.found({ message: 'plain', args: { container }, ...written })
        : context.found({ message: 'url', args: { container, url }, ...written });
    });
  },
});
