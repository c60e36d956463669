/** Cause: the program runs into a limit other than its memory limit: disk, shared memory, threads, open files, its own allocations. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'no-space-left',
  'shared-memory-exhausted',
  'thread-limit',
  'file-descriptor-limit',
  'out-of-memory',
]);

/** Says more than the general words for memory that stand in the same line. */
const OWN_LIMIT: ReadonlySet<string> = new Set(['java-heap-exhausted']);

export default defineRule({
  code: 'IS5421',
  name: 'ResourceExhausted',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program runs out of disk, shared memory, threads or files',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'No space left on device',
    'Too many open files',
    "can't start new thread",
    'MemoryError',
    'bus error',
    'shm',
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
        const match = endingSignal(log, OWN_LIMIT) ?? endingSignal(log, SIGNALS);
        if (!match) return undefined;
        const { container } = run;
        return context.found({
          message: 'known',
          args: { container: container.name, outcome: outcomeOf(run), meaning: match.signal.meaning },
          subject: template.workload,
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? 'confirmed' : 'likely',
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The program ends when it reaches the limit.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Let container ${container.name} use less of it, or raise the limit`,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
