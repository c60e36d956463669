/** Cause, general: the program ends with an error of its own. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, placeOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

/** What an exit code says by convention (POSIX shells, signal(7), sysexits.h, gunicorn, uvicorn). */
function meaningOf(code: number, language: string | undefined): string {
  if (code === 2 && language === 'go') return 'Exit code 2 is what the Go runtime ends with after a panic';
  if (code === 101 && language === 'rust') return 'Exit code 101 is what the Rust runtime ends with after a panic';
  const known: Readonly<Record<number, string>> = {
    1: 'Exit code 1 is what most programs end with after an unhandled error',
    2: 'Exit code 2 is by convention a wrong command line',
    3: 'Exit code 3 is what uvicorn and gunicorn end with when the application does not start',
    126: 'Exit code 126 is the shell: a command that may not be executed',
    127: 'Exit code 127 is the shell: a command that it does not find',
    132: 'Exit code 132 is SIGILL: an instruction that the CPU does not have',
    134: 'Exit code 134 is SIGABRT: the program or its C library gave up',
    135: 'Exit code 135 is SIGBUS: often a full /dev/shm or a cut-off file',
    137: 'Exit code 137 is SIGKILL; it says memory only together with OOMKilled',
    139: 'Exit code 139 is SIGSEGV: a fault in native code',
    143: 'Exit code 143 is SIGTERM: somebody asked the program to end',
  };
  return known[code] ?? `The program ends with exit code ${code}, whose meaning is its own`;
}

export default defineRule({
  code: 'IS5490',
  name: 'ApplicationError',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program ends with an error of its own',
  general: true,
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits'],
  aliases: ['Error', 'ExitCode1', 'ExitCode3', 'CrashLoopBackOff', 'application-error', 'panic'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    exception: 'Container {container} ends with {exception}: {detail}',
    at: 'Container {container} ends with {exception} at {place}: {detail}',
    code: 'Container {container} ends with exit code {code}; its last words: {detail}',
    silent: 'Container {container} ends with exit code {code} and writes nothing',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the container did not end with an error of its own' }, (run, log) => {
      const { container } = run;
      const { exit } = container;
      if (!run.ended || !exit || exit.exitCode === 0) return undefined;
      const { traceback } = log;
      const common = {
        subject: template.workload,
        container: container.name,
        consequence: `${meaningOf(exit.exitCode, traceback?.language)}.`,
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
        fixes: [
          advice(
            template.workload,
            'Act on the error that the program prints',
            `Read the end of the log of container ${container.name}: the cause is in the program, its configuration or its input`,
          ),
        ],
      };
      if (traceback) {
        const place = placeOf(traceback);
        const args = {
          container: container.name,
          exception: traceback.exception,
          detail: quoted(traceback.message.split('\n')[0] ?? '', 70),
        };
        const found = {
          ...common,
          certainty: 'likely' as const,
          basis: 'the log ends with this exception',
          cite: [citeException(log, traceback), exit.cite] as const,
        };
        return place === undefined
          ? context.found({ message: 'exception', args, ...found })
          : context.found({ message: 'at', args: { ...args, place }, ...found });
      }
      const words = log.last(/\S/);
      const unclear = {
        ...common,
        certainty: 'possible' as const,
        basis: 'only the exit code and the last words are known',
      };
      if (!words)
        return context.found({
          message: 'silent',
          args: { container: container.name, code: exit.exitCode },
          ...unclear,
          cite: [exit.cite],
        });
      return context.found({
        message: 'code',
        args: { container: container.name, code: exit.exitCode, detail: quoted(words.text, 70) },
        ...unclear,
        cite: [words.cite, exit.cite],
      });
    });
  },
});
