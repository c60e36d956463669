/** Cause: the program refuses its command line: an argument that it does not know, a value that it cannot use, or one that is missing. */
import { advice } from '../../../fixes/advice.ts';
import { changeField } from '../../../fixes/container-change.ts';
import type { Fix } from '../../../model/finding.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { commandLine, rejectedArgument, type SpecArgument } from '../../../views/command-line.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5422',
  name: 'ArgumentRejected',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program refuses its command line',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits'],
  aliases: [
    'ExitCode2',
    'unrecognized arguments',
    'flag provided but not defined',
    'unknown flag',
    'No such option',
    'unexpected argument',
    'argument-rejected',
    'usage:',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    unknown: 'The program of container {container} does not know its argument {argument}',
    meant: 'The program of container {container} does not know its argument {argument}; its usage lists {near}',
    value: 'The program of container {container} refuses a value of its command line: {words}',
    required: 'The program of container {container} misses an argument that it needs: {words}',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the log refuses no argument' }, (run, log) => {
      const { container } = run;
      if (!run.ended || container.exit === undefined || container.exit.exitCode === 0 || log.traceback)
        return undefined;
      const rejected = rejectedArgument(log);
      if (rejected === undefined) return undefined;
      const given = commandLine(container);
      const { argument, near, hit } = rejected;
      const own = argument === undefined ? undefined : given.find((entry) => entry.name === argument);
      const cite =
        own === undefined
          ? ([hit.cite, container.exit.cite] as const)
          : ([
              hit.cite,
              run.state.pod.cite(`command line of container ${container.name}`, own.pointer),
              container.exit.cite,
            ] as const);
      // Without a command and arguments of the pod's own the whole line is the image's.
      const isOfImage = given.length === 0;
      const common = {
        subject: isOfImage ? imageRef(container.image) : template.workload,
        ...(isOfImage ? {} : { container: container.name }),
        certainty: 'confirmed' as const,
        basis: 'the program names what it refuses',
        consequence: 'The program ends before it does anything, at every start.',
        cite,
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
      };
      const words = hit.text.trim().slice(0, 200);
      const correct = advice(
        template.workload,
        `Correct the command line of container ${container.name}`,
        `Compare command and args of container ${container.name} with the usage that the program prints; the image may be of another version than the manifest was written for`,
      );
      if (rejected.kind !== 'unknown' || argument === undefined)
        return context.found({
          message: rejected.kind === 'required' ? 'required' : 'value',
          args: { container: container.name, words },
          ...common,
          fixes: [correct],
        });
      if (near === undefined)
        return context.found({
          message: 'unknown',
          args: { container: container.name, argument },
          ...common,
          fixes: [correct],
        });
      const replace: readonly Fix[] =
        own === undefined
          ? []
          : [
              changeField(template, own.pointer, own.text, renamed(own, near), {
                title: `Write ${near} instead of ${argument}`,
                applicability: 'review',
                change: `write ${near} instead of ${argument} in the command line of container ${container.name}`,
              }),
            ];
      return context.found({
        message: 'meant',
        args: { container: container.name, argument, near },
        ...common,
        fixes: [...replace, correct],
      });
    });
  },
});

/** `--modle=/m` becomes `--model=/m`. */
function renamed(own: SpecArgument, near: string): string {
  return `${near}${own.text.slice(own.name.length)}`;
}
