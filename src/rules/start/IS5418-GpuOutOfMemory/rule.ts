/** Cause: the model and what it needs beside it do not fit into the memory of the GPU. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'cuda-out-of-memory',
  'vllm-no-cache-memory',
  'vllm-context-too-long',
  'vllm-gpu-shared',
]);

export default defineRule({
  code: 'IS5418',
  name: 'GpuOutOfMemory',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The model does not fit into the memory of the GPU',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['CUDA out of memory', 'OutOfMemoryError', 'No available memory for the cache blocks', 'gpu-out-of-memory'],
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
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(template.workload, 'Make the model fit into the memory of the GPU', withoutStop(match.signal.fix)),
          ],
        });
      },
    );
  },
});
