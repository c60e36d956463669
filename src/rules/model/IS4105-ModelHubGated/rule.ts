/** Cause: the model of the Hugging Face hub is gated, and the download has no token that was let in. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { downloadFailure } from '../../../views/model-download.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4105',
  name: 'ModelHubGated',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model of the hub is gated',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['gated repo', 'GatedRepoError', 'HF_TOKEN', 'model-hub-gated'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    url: 'The model at {url} is gated, and the token of container {container} was not let in',
    plain: 'The model that container {container} downloads is gated, and its token was not let in',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no such failure of a download', alsoRunning: true },
      (run, log) => {
        const failure = downloadFailure(log);
        if (failure?.class !== 'gated') return undefined;
        const common = {
          subject: template.workload,
          container: run.container.name,
          certainty: 'confirmed' as const,
          basis: 'the download quotes the answer of the store',
          consequence: consequenceOf(run, 'The program ends without its model, at every start.'),
          cite: [failure.hit.cite] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: [
            advice(
              template.workload,
              'Accept the licence of the model and give the container a token',
              'Accept the conditions on the page of the model, and set HF_TOKEN of the container from a Secret',
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
