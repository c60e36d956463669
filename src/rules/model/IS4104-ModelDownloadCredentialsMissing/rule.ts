/** Cause: the download of a model finds no credentials to use. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { downloadConsequence, downloadFailure } from '../../../views/model-download.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4104',
  name: 'ModelDownloadCredentialsMissing',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The download of the model has no credentials',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-storage-credentials-missing',
    'ModelCredentialsMissing',
    'Unable to locate credentials',
    'NoCredentialsError',
    'DefaultAzureCredential',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    url: 'The download of {url} by container {container} finds no credentials',
    plain: 'The download of container {container} finds no credentials',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no such failure of a download', alsoRunning: true },
      (run, log) => {
        const failure = downloadFailure(log);
        if (failure?.class !== 'no-credentials') return undefined;
        const common = {
          subject: template.workload,
          container: run.container.name,
          certainty: 'confirmed' as const,
          basis: 'the download quotes the answer of the store',
          consequence: downloadConsequence(run.container.role),
          cite: [failure.hit.cite] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: [
            advice(
              template.workload,
              'Give the download its credentials',
              'Bind a Secret with the keys of the store to the ServiceAccount of the pod (KServe reads those that the account lists), or an identity of the cloud to that account',
            ),
          ],
        };
        const args = { container: run.container.name };
        return failure.url === undefined
          ? context.found({ message: 'plain', args, ...common })
          : context.found({ message: 'url', args: { ...args, url: failure.url }, ...common });
      },
    );
  },
});
