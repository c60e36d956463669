/** Cause: the program of a container that should go on serving does its work and ends without an error. */
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { listAt } from '../../../model/json.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { secondsBetween } from '../../../views/parse/time.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

function argumentsOf(container: ContainerState): readonly string[] {
  return [...listAt(container.spec, 'command'), ...listAt(container.spec, 'args')].filter(
    (word): word is string => typeof word === 'string',
  );
}

export default defineRule({
  code: 'IS5415',
  name: 'ProcessEndsWithZero',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program ends without an error, where it should go on',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits'],
  aliases: ['process-ends-with-zero', 'exit-zero-crashloop', 'Completed', 'ExitCode0', 'CrashLoopBackOff'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    ended: 'Container {container} ends with exit code 0 after {seconds} s and is restarted for ever',
    once: 'Container {container}, run with {argument}, ends with exit code 0 after {seconds} s and is restarted for ever',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the run did not end with exit code 0' }, (run, log) => {
      const { container } = run;
      const { exit } = container;
      if (!run.ended || exit?.exitCode !== 0 || run.endedBy !== 'itself') return undefined;
      if (log.ending(/\b(?:SIGTERM|SIGINT)\b|[Ss]hutting down|[Ss]hutdown (?:signal|requested)/)) return undefined;
      const argument = argumentsOf(container).find((word) =>
        /^--?(?:once|one-?shot|batch|run-once|exit|test|dry-run|version|help)\b/.test(word),
      );
      const seconds = secondsBetween(exit.startedAt, exit.finishedAt ?? '') ?? 0;
      const args = { container: container.name, seconds: Math.round(seconds) };
      const common = {
        subject: template.workload,
        container: container.name,
        certainty: 'confirmed' as const,
        basis: 'its status says Completed with exit code 0, and nobody asked it to end',
        consequence: `${nameWithKind(template.workload)} wants a process that stays. The kubelet waits longer before each restart, up to five minutes.`,
        cite: [exit.cite, log.citeEnd] as const,
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
      };
      const asJob = advice(
        template.workload,
        `Run container ${container.name} as a Job or CronJob`,
        `Move it to a Job, or to a CronJob for a timetable: ${nameWithKind(template.workload)} restarts whatever ends`,
      );
      if (argument === undefined) {
        return context.found({
          message: 'ended',
          args,
          ...common,
          fixes: [
            advice(
              template.workload,
              'Start the program so that it keeps serving in the foreground',
              'Give the container the server as its command, without & and without an option that ends it',
            ),
            asJob,
          ],
        });
      }
      const rest = listAt(container.spec, 'args').filter((word) => word !== argument);
      const drop = listAt(container.spec, 'args').includes(argument)
        ? [
            changeContainer(
              template,
              container.name,
              { args: rest },
              {
                title: `Start container ${container.name} without ${argument}`,
                applicability: 'review',
                change: `remove ${argument} from the arguments of container ${container.name}`,
              },
            ),
          ]
        : [
            advice(
              template.workload,
              `Start container ${container.name} without ${argument}`,
              `Remove ${argument} from the command of container ${container.name}`,
            ),
          ];
      return context.found({ message: 'once', args: { ...args, argument }, ...common, fixes: [...drop, asJob] });
    });
  },
});
