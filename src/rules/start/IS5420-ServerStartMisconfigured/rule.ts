/** Cause: the server is told to load what is not there, or with settings that it refuses. */
import { advice } from '../../../fixes/advice.ts';
import { containerEnvironment } from '../../../views/container-environment.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'uvicorn-attribute-missing',
  'uvicorn-import-string',
  'azureml-run-signature',
  'azureml-run-arguments-unnamed',
  'azureml-run-decorated-twice',
  'azureml-configuration-error',
  'azureml-configuration-file-invalid',
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

/** azureml-inference-server-http `server/config.py`. */
const REFUSED = /^(?<variable>[A-Za-z][A-Za-z0-9_]{1,100}): (?<problem>[^\n]{1,200}) \(environment variable: /;

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
    'run() needs to accept an argument',
    'user-script-run-signature',
    'max_model_len',
    'tensor parallel size',
    'settings-invalid',
    'You must provide a model_id or model_dir',
    "Task couldn't be inferred from",
  ],
  needs: { runs: containerRuns, template: podTemplate, environment: containerEnvironment },
  messages: {
    refused: 'Container {container} {outcome} because its server refuses variable {variable}: {problem}',
    known: 'Container {container} {outcome} because {meaning}',
  },
  check({ runs, template, environment }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the end of the log shows none of these signals', alsoRunning: true },
      (run, log) => {
        const match = endingSignal(log, SIGNALS);
        if (!match) return undefined;
        const { container } = run;
        // Where the variable that the server refuses is known, that is told by itself.
        const named = log.ending(REFUSED);
        const { variable: refused, problem } = named?.match.groups ?? {};
        const isKnown =
          environment.state === 'present' &&
          environment.value.variables.some(({ container: of, name }) => of === container.name && name === refused);
        if (match.signal.id === 'azureml-configuration-error' && isKnown) return undefined;
        const line = log.cite(`log of container ${container.name}, line ${match.line}`, match.line);
        const common = {
          subject: template.workload,
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? ('confirmed' as const) : ('likely' as const),
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
          cite: named === undefined ? ([line] as const) : ([named.cite, line] as const),
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
        };
        const args = { container: container.name, outcome: outcomeOf(run) };
        return match.signal.id === 'azureml-configuration-error' && refused !== undefined && problem !== undefined
          ? context.found({
              message: 'refused',
              args: { ...args, variable: refused, problem: quoted(problem, 100) },
              ...common,
            })
          : context.found({ message: 'known', args: { ...args, meaning: match.signal.meaning }, ...common });
      },
    );
  },
});
