/** Cause: the store of a model answers the download with 401. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { downloadConsequence, downloadFailure, isDownload } from '../../../views/model-download.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4101',
  name: 'ModelDownloadUnauthorized',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The store refuses the download of the model for want of valid credentials',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-download-unauthorized',
    'init-download-unauthorized',
    'The requested URL returned error: 401',
    '401 Unauthorized',
    'InvalidAccessKeyId',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    url: 'The store answers 401 to the download of {url}: container {container} has no valid credentials',
    plain: 'The store answers 401 to the download of container {container}, which has no valid credentials',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no such failure of a download', alsoRunning: true },
      (run, log) => {
        const failure = downloadFailure(log);
        if (failure?.class !== 'unauthorized' || !isDownload(run.container.role, failure)) return undefined;
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
              'Give the download credentials for the store',
              'Put a token or key of the store into a Secret and hand it to the container (a variable, or a mounted .netrc); curl needs -H "Authorization: …" or -u',
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
