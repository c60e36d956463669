/** Cause: the store of a model knows the caller and does not let it read the model. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { downloadConsequence, downloadFailure, isDownload } from '../../../views/model-download.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4102',
  name: 'ModelDownloadForbidden',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The store forbids the download of the model',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-download-forbidden',
    'model-storage-access-denied',
    'AccessDenied',
    '403 Forbidden',
    'ModelLoadFailed',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    url: 'The store answers 403 to the download of {url}: container {container} has no right to it',
    plain: 'The store answers 403 to the download of container {container}, which has no right to it',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no such failure of a download', alsoRunning: true },
      (run, log) => {
        const failure = downloadFailure(log);
        if (failure?.class !== 'forbidden' || !isDownload(run.container.role, failure)) return undefined;
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
              'Let the credentials of the download read that place',
              'Give their user or role the right to list and read it, or use other credentials',
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
