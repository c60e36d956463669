/** Cause: the liveness or startup probe gives up before the program has started, and the kubelet kills it each time. */
import type { Citation } from '../../../model/evidence.ts';
import type { Verdict } from '../../../model/finding.ts';
import { allowTheStart } from '../../../fixes/probes.ts';
import { reachOf } from '../../../views/listening.ts';
import { slowStart, type SlowStart } from '../../../views/slow-start.ts';
import { probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  needs:
    'Container {container} needs about {needed} s to start; its {probe} probe gives up after {allowed} s, and the kubelet kills it (exit code {exit})',
  kills:
    'Container {container} does not serve yet when its {probe} probe gives up after {allowed} s, and the kubelet kills it (exit code {exit})',
} as const;

/** Where the log does not tell how long a start takes: ten minutes, as Kubernetes gives a rollout (progressDeadlineSeconds). */
const GENEROUS_SECONDS = 600;

/** What ending a container takes on top: its grace period, 30 s by default, and checks that run into their timeout. */
const GRACE_SECONDS = 120;

export default defineRule({
  code: 'IS6207',
  name: 'LivenessKillsSlowStart',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The liveness or startup probe kills a program that is still starting',
  appliesTo: ['Pod'],
  effects: ['container-killed', 'container-not-ready', 'container-exits'],
  aliases: [
    'liveness-probe-kills-slow-start',
    'failed liveness probe, will be restarted',
    'failed startup probe, will be restarted',
    'Liveness probe failed',
    'ExitCode137',
    'ExitCode143',
    'exit code 137 without OOMKilled',
  ],
  needs: { trouble: probeTrouble, template: podTemplate, starts: slowStart },
  messages,
  check({ trouble, template, starts }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) =>
      judge(
        problem,
        starts.find((start) => start.container === problem.container.name),
        template,
        context,
      ),
    );
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

function judge(
  problem: ProbeProblem,
  start: SlowStart | undefined,
  template: PodTemplate,
  context: RuleContext<typeof messages>,
): Verdict {
  const { killed, container, specs, failures, listening } = problem;
  if (killed === undefined) return context.notApplicable('no probe made the kubelet end the container');
  const spec = specs.find((candidate) => candidate.kind === killed.probe);
  if (spec === undefined)
    return context.notApplicable('the probe that ended the container is not in its spec any more');
  if (problem.wasReady)
    return context.ruledOut(
      'the pod was Ready before, so its start is not too slow for the probe',
      killed.event.cite(),
    );
  if (killed.probe === 'liveness' && specs.some((candidate) => candidate.kind === 'startup'))
    return context.ruledOut('its startup probe had passed, so it had started', killed.event.cite());
  if (problem.lastRunSeconds !== undefined && problem.lastRunSeconds > 2 * spec.allowedSeconds + GRACE_SECONDS)
    return context.ruledOut('it ran for much longer than the probe gives a start', killed.event.cite());
  const failed = failures.find((candidate) => candidate.spec.kind === killed.probe);
  // Somebody answers, with an error or in another protocol: that is no slow start.
  const answered =
    failed !== undefined &&
    !failed.refused &&
    failed.failure.outcome.kind !== 'timeout' &&
    !isUnready(failed.failure.outcome);
  if (failed !== undefined && answered)
    return context.ruledOut('the server answers the probe, though not as wanted', failed.event.cite());
  const port = failed?.failure.port ?? spec.port;
  const reach = port === undefined ? undefined : reachOf(listening.sockets, port);
  if (reach !== undefined && reach.kind !== 'unsaid')
    return context.ruledOut('the log says that it listens before the probe gives up', reach.socket.cite);
  if (start === undefined || (start.progress === undefined && start.gap !== undefined)) {
    return start?.gap === undefined
      ? context.notApplicable('the log of the container tells nothing')
      : context.unknown(start.gap);
  }
  const exit = container.exit?.exitCode ?? '?';
  const loading = start.progress;
  const cite: readonly [Citation, ...Citation[]] = [
    killed.event.cite(
      killed.said ? `the kubelet ends it for its ${killed.probe} probe` : `the ${killed.probe} probe fails`,
    ),
    ...(loading === undefined ? [] : [loading.cite]),
    ...(container.exit === undefined ? [] : [container.exit.cite]),
    problem.podCite(`the ${killed.probe} probe gives up after ${spec.allowedSeconds} s`, spec.pointer),
  ];
  const needed = start.neededSeconds;
  const common = {
    subject: template.workload,
    container: container.name,
    effects: problem.effects,
    certainty: killed.said && loading !== undefined ? ('confirmed' as const) : ('likely' as const),
    basis:
      killed.said && loading !== undefined
        ? `the kubelet says that it ends the container for its ${killed.probe} probe, and the log ends while it loads`
        : 'the container is ended by its probe before it was ever Ready, and its log shows no failure',
    consequence: `Every start is cut off at the same point, so the container never gets Ready; exit code ${exit} is the kubelet’s signal here, not a lack of memory.`,
    cite,
    since: killed.event.first,
    trace: [
      ...(failed === undefined
        ? []
        : [{ text: `the ${killed.probe} probe fails while the program starts`, cite: [failed.event.cite()] }]),
      { text: 'the kubelet ends the container and starts it anew', cite: [killed.event.cite()] },
    ],
    fixes: [allowTheStart(problem, template, spec, needed === undefined ? GENEROUS_SECONDS : Math.max(60, needed * 2))],
  };
  const args = { container: container.name, probe: killed.probe, allowed: spec.allowedSeconds, exit };
  if (needed !== undefined && needed > spec.allowedSeconds)
    return context.found({ message: 'needs', args: { ...args, needed }, ...common });
  return context.found({ message: 'kills', args, ...common });
}

/** What servers answer that are up and not ready to serve. */
function isUnready(outcome: ProbeProblem['failures'][number]['failure']['outcome']): boolean {
  if (outcome.kind === 'status') return outcome.status >= 500;
  return (
    outcome.kind === 'reset' ||
    outcome.kind === 'exec' ||
    outcome.kind === 'exec-timeout' ||
    (outcome.kind === 'grpc' && outcome.text.includes('NOT_SERVING'))
  );
}
