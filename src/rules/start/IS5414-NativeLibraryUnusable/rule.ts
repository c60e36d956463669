/** Cause: a library of the operating system is missing, of another platform, or needs what the node does not have. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'library-missing',
  'glibc-too-old',
  'undefined-symbol',
  'elf-mismatch',
  'illegal-instruction',
  'native-crash',
]);

/** 128 and the number of the signal (signal(7)) of a process that no shell speaks for; what it means. */
const SIGNALLED: Readonly<Record<number, { readonly signal: string; readonly meaning: string; readonly fix: string }>> =
  {
    132: {
      signal: 'SIGILL',
      meaning: 'a processor instruction that the node does not have, such as AVX',
      fix: 'Run the pod on nodes whose processor has the instructions, or use a build without them',
    },
    139: {
      signal: 'SIGSEGV',
      meaning: 'a fault in native code',
      fix: 'Check that the compiled packages fit the processor, the driver and each other',
    },
  };

export default defineRule({
  code: 'IS5414',
  name: 'NativeLibraryUnusable',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A native library cannot be loaded',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'cannot open shared object file',
    'GLIBC',
    'undefined symbol',
    'wrong ELF class',
    'SIGILL',
    'ExitCode132',
    'ExitCode139',
    'Illegal instruction',
    'shared-library-missing',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    known: 'Container {container} {outcome} because {meaning}',
    signalled: 'Container {container} ends with exit code {code}, which is {signal}: {meaning}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the end of the log shows none of these signals', alsoRunning: true },
      (run, log) => {
        const match = endingSignal(log, SIGNALS);
        const { container } = run;
        const { exit } = container;
        const signalled = exit && run.ended && !log.traceback ? SIGNALLED[exit.exitCode] : undefined;
        if (!match && exit && signalled) {
          return context.found({
            message: 'signalled',
            args: {
              container: container.name,
              code: exit.exitCode,
              signal: signalled.signal,
              meaning: signalled.meaning,
            },
            subject: imageRef(container.image),
            container: container.name,
            certainty: 'likely',
            basis: 'the exit code is that of the signal, and the log ends without another reason',
            consequence: 'The program ends when it runs that code, at every start.',
            cite: [exit.cite, log.citeEnd],
            effects: run.effects,
            affects: run.affects,
            fixes: [
              rebuildImage(
                container.image,
                'with native code that fits the image and the node',
                template.workload,
                signalled.fix,
              ),
            ],
          });
        }
        if (!match) return undefined;
        return context.found({
          message: 'known',
          args: { container: container.name, outcome: outcomeOf(run), meaning: match.signal.meaning },
          subject: imageRef(container.image),
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? 'confirmed' : 'likely',
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The program ends when it loads the library, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            rebuildImage(
              container.image,
              'with native code that fits the image and the node',
              template.workload,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
