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

export default defineRule({
  code: 'IS5414',
  name: 'NativeLibraryUnusable',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A native library cannot be loaded',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'cannot open shared object file',
    'GLIBC',
    'undefined symbol',
    'wrong ELF class',
    'SIGILL',
    'ExitCode132',
    'shared-library-missing',
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
          subject: imageRef(container.image),
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? 'confirmed' : 'likely',
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The program ends when it loads the library, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
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
