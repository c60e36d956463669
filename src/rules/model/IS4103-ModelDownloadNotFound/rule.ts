/** Cause: the store has nothing at the address of the model. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { downloadConsequence, downloadFailure, isDownload } from '../../../views/model-download.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4103',
  name: 'ModelDownloadNotFound',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'There is no model at the address of the download',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['model-download-not-found', 'model-storage-bucket-not-found', 'NoSuchBucket', 'NoSuchKey', '404 Not Found'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    url: 'The store has nothing at {url}, which container {container} downloads',
    plain: 'The store has nothing at the address that container {container} downloads',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no such failure of a download', alsoRunning: true },
      (run, log) => {
        const failure = downloadFailure(log);
        if (failure?.class !== 'not-found' || !isDownload(run.container.role, failure)) return undefined;
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
              'Correct the address of the model, or upload it there',
              'Compare bucket, path and version with what the store lists',
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
