/** Cause: the model hub cannot be reached, or has no such model, revision or file. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'hugging-face-repository-not-found',
  'hugging-face-not-a-model',
  'hugging-face-unreachable',
  'hugging-face-rate-limited',
  'hugging-face-download-cut',
  'hugging-face-file-missing',
]);

export default defineRule({
  code: 'IS4106',
  name: 'ModelHubUnusable',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model hub has no such model or cannot be reached',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['is not a valid model identifier', 'Repository Not Found', 'HF_HUB_OFFLINE', 'hugging-face'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    known: 'Container {container} {outcome} because {meaning}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the end of the log shows none of these signals', alsoRunning: true },
      (run, log) => {
        const match = endingSignal(log, SIGNALS);
        if (!match) return undefined;
        const { container } = run;
        return context.found({
          message: 'known',
          args: { container: container.name, outcome: outcomeOf(run), meaning: match.signal.meaning },
          subject: template.workload,
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? 'confirmed' : 'likely',
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The program ends without its model, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Let container ${container.name} reach a model that it can load`,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
