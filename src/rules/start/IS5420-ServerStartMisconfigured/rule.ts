/** Cause: the server is told to load what is not there, or with settings that it refuses. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'uvicorn-attribute-missing',
  'uvicorn-import-string',
  'azureml-script-missing',
  'azureml-function-missing',
  'azureml-run-signature',
  'azureml-configuration-error',
  'vllm-architecture-unsupported',
  'vllm-max-model-len',
  'vllm-tensor-parallel-size',
  'settings-invalid',
  'hugging-face-remote-code',
  'torch-weights-only',
  'user-missing',
  'hugging-face-server-no-model',
  'hugging-face-server-backend-missing',
  'hugging-face-server-task-unsupported',
  'kserve-workers-refused',
]);

export default defineRule({
  code: 'IS5420',
  name: 'ServerStartMisconfigured',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The server refuses its settings or finds no application',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'Error loading ASGI app',
    'Could not import module',
    'Configuration Error',
    'No score script found',
    'max_model_len',
    'tensor parallel size',
    'settings-invalid',
    'You must provide a model_id or model_dir',
    "Task couldn't be inferred from",
  ],
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
          consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Correct how the server of container ${container.name} is set up`,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
