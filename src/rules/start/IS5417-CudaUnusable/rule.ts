/** Cause: the program finds no GPU that it can use, or its CUDA does not fit the driver or the device. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'cuda-unavailable',
  'cuda-no-kernel-image',
  'cuda-driver-too-old',
  'torch-without-cuda',
  'nvidia-driver-broken',
  'nccl-error',
  'vllm-bfloat16-unsupported',
  'triton-no-gpu',
]);

export default defineRule({
  code: 'IS5417',
  name: 'CudaUnusable',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program cannot use CUDA on its node',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'CUDA driver version is insufficient',
    'no kernel image is available',
    'Torch not compiled with CUDA enabled',
    'cuda-unavailable',
    'Found no NVIDIA driver',
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
          consequence: consequenceOf(run, 'The program ends when it first needs the GPU, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Give container ${container.name} a GPU that its program can use`,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
