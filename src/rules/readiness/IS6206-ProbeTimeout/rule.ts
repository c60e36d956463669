/** Cause: the server accepts the connection of a probe and answers later than the probe waits. */
import type { Verdict } from '../../../model/finding.ts';
import { waitLonger } from '../../../fixes/probes.ts';
import { probeAnswers, type ProbeAnswers } from '../../../views/probe-answers.ts';
import { isStarting, probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  request: 'The {probe} probe of container {container} asks {path} and gets no answer within {timeout} s',
  command: 'The command of the {probe} probe of container {container} does not end within {timeout} s',
  unreachable: 'The {probe} probe of container {container} gets no connection to port {port} within {timeout} s',
} as const;

export default defineRule({
  code: 'IS6206',
  name: 'ProbeTimeout',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The server answers later than the probe waits',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'readiness-probe-timeout',
    'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'command timed out',
    'i/o timeout',
  ],
  needs: { trouble: probeTrouble, template: podTemplate, answers: probeAnswers },
  messages,
  check({ trouble, template, answers }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) => judge(problem, template, answers, context));
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

function judge(
  problem: ProbeProblem,
  template: PodTemplate,
  answers: readonly ProbeAnswers[],
  context: RuleContext<typeof messages>,
): Verdict {
  const [newest] = problem.failures;
  if (!newest)
    return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
  const slow = problem.failures.find(
    ({ failure }) => failure.outcome.kind === 'timeout' || failure.outcome.kind === 'exec-timeout',
  );
  if (!slow) return context.ruledOut('no probe runs out of time', newest.event.cite());
  if (isStarting(problem)) return context.notApplicable('the container is starting');
  const { spec, event, failure } = slow;
  const name = problem.container.name;
  const own = answers.find((candidate) => candidate.container === name);
  // The server did answer, only to nobody any more: a late answer is logged all the same.
  const late = own?.lines.find((line) => line.path === (spec.path ?? '/').replace(/[?#].*$/, '') && line.status < 400);
  const unreachable = failure.outcome.kind === 'timeout' && /dial tcp .{1,80}i\/o timeout/.test(event.message);
  const common = {
    subject: template.workload,
    container: name,
    effects: problem.effects,
    certainty: late === undefined ? ('possible' as const) : ('likely' as const),
    basis:
      late === undefined
        ? 'the probe runs out of time; whether the server is slow or hangs was not seen'
        : 'the probe runs out of time, and the server logs its answer with success',
    consequence:
      problem.killed === undefined
        ? 'The container counts as not Ready, and no Service sends requests to its pod.'
        : 'The kubelet ends the container and starts it anew.',
    cite: [
      event.cite(`the ${spec.kind} probe runs out of time`),
      problem.podCite(`the ${spec.kind} probe: timeoutSeconds ${spec.timeoutSeconds}`, spec.pointer),
      ...(late === undefined ? [] : [late.cite]),
    ] as const,
    since: event.first,
  };
  const args = { probe: spec.kind, container: name, timeout: spec.timeoutSeconds };
  if (unreachable)
    return context.found({
      message: 'unreachable',
      args: { ...args, port: failure.port ?? spec.port ?? '?' },
      ...common,
    });
  const fixes = [waitLonger(problem, template, spec, Math.max(5, spec.timeoutSeconds * 3))];
  if (failure.outcome.kind === 'exec-timeout') return context.found({ message: 'command', args, ...common, fixes });
  return context.found({
    message: 'request',
    args: { ...args, path: spec.path ?? `port ${spec.port ?? '?'}` },
    ...common,
    fixes,
  });
}
