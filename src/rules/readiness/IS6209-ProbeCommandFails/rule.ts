/** Cause: the command of an exec probe fails, or is not in the image. */
import type { Verdict } from '../../../model/finding.ts';
import { correctCommand } from '../../../fixes/probes.ts';
import { probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  missing: 'The {probe} probe of container {container} runs {program}, which its image does not have',
  fails: 'The command of the {probe} probe of container {container} fails: {output}',
  silent: 'The command of the {probe} probe of container {container} fails and prints nothing',
} as const;

/** runc `libcontainer/init_linux.go`; crun words it as `executable file `x` not found in $PATH`. */
const NOT_THERE =
  /exec(?:utable file)?:? ?\\{0,3}["'`]([^"'`\\]{1,200})\\{0,3}["'`]:? (?:executable file )?(?:not found in \$PATH|stat .{1,200}: no such file or directory|no such file or directory)/;

export default defineRule({
  code: 'IS6209',
  name: 'ProbeCommandFails',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The command of a probe fails or is missing in the image',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'probe-command-fails',
    'Readiness probe errored',
    'OCI runtime exec failed',
    'executable file not found in $PATH',
  ],
  needs: { trouble: probeTrouble, template: podTemplate },
  messages,
  check({ trouble, template }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) => judge(problem, template, context));
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

function judge(problem: ProbeProblem, template: PodTemplate, context: RuleContext<typeof messages>): Verdict {
  const name = problem.container.name;
  for (const { failure, event, spec } of problem.failures) {
    if (spec.handler !== 'exec' || failure.outcome.kind === 'exec-timeout') continue;
    const text =
      'output' in failure.outcome
        ? failure.outcome.output
        : 'text' in failure.outcome
          ? failure.outcome.text
          : event.message;
    const program = NOT_THERE.exec(text)?.[1];
    const output = firstLine(text);
    const common = {
      subject: template.workload,
      container: name,
      effects: problem.effects,
      certainty: program === undefined ? ('likely' as const) : ('confirmed' as const),
      basis:
        program === undefined
          ? "the kubelet's event carries what the command printed"
          : "the runtime's error names the missing program",
      consequence: 'The container is not Ready for want of a passed check.',
      cite: [
        event.cite(`the command of the ${spec.kind} probe fails`),
        problem.podCite(`the ${spec.kind} probe`, spec.pointer),
      ] as const,
      since: event.first,
      fixes: [correctCommand(problem, template, spec, context.on)],
    };
    const args = { probe: spec.kind, container: name };
    if (program !== undefined) return context.found({ message: 'missing', args: { ...args, program }, ...common });
    if (failure.errored) continue;
    if (output === '') return context.found({ message: 'silent', args, ...common });
    return context.found({ message: 'fails', args: { ...args, output }, ...common });
  }
  const [newest] = problem.failures;
  if (newest) return context.ruledOut('no probe runs a command that fails', newest.event.cite());
  return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 200);
}
