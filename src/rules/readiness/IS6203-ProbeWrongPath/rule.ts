/** Cause: a probe asks a path that the server does not have. */
import type { Step, Verdict } from '../../../model/finding.ts';
import { listRoutes, probeThePath } from '../../../fixes/probes.ts';
import { probeAnswers, type ProbeAnswers } from '../../../views/probe-answers.ts';
import { type FailedProbe, probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  missing: 'The {probe} probe of container {container} asks {path}; the server answers {status}',
  near: 'The {probe} probe of container {container} asks {path}; the server answers {status} there, and answers {good} with success',
  several: 'The probes of container {container} ask {paths}; the server has none of these paths',
} as const;

/** Not found, method not allowed (the probe sends GET), gone. */
const STATUSES = new Set([404, 405, 410]);

export default defineRule({
  code: 'IS6203',
  name: 'ProbeWrongPath',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A probe asks a path that the server does not have',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'readiness-probe-wrong-path',
    'HTTP probe failed with statuscode: 404',
    'HTTP probe failed with statuscode: 405',
    '404 Not Found',
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
  const found = problem.failures.flatMap((failed) => {
    const { outcome } = failed.failure;
    return outcome.kind === 'status' && STATUSES.has(outcome.status) ? [{ failed, status: outcome.status }] : [];
  });
  const [first, ...others] = found.map((entry) => say(problem, entry, template, answers));
  if (first) {
    const { args, good, ...parts } = first;
    if (others.length > 0) {
      const all = [first, ...others];
      const paths = all.map((other) => `${other.args.path} (${other.args.probe})`).join(' and ');
      return context.found({
        message: 'several',
        args: { container: problem.container.name, paths },
        ...parts,
        cite: [first.cite[0], ...all.slice(1).map((other) => other.cite[0]), ...first.cite.slice(1)],
        trace: all.flatMap((other) => other.trace),
        fixes: all.flatMap((other) => other.fixes),
      });
    }
    if (good === undefined) return context.found({ message: 'missing', args, ...parts });
    return context.found({ message: 'near', args: { ...args, good }, ...parts });
  }
  const [newest] = problem.failures;
  if (newest) return context.ruledOut('no probe is answered with a missing path', newest.event.cite());
  return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
}

/** The parts of a finding about one probe. */
function say(
  problem: ProbeProblem,
  { failed, status }: { readonly failed: FailedProbe; readonly status: number },
  template: PodTemplate,
  answers: readonly ProbeAnswers[],
) {
  const { container, specs, failures } = problem;
  const { spec } = failed;
  const path = spec.path ?? '/';
  const own = answers.find((candidate) => candidate.container === container.name);
  const line = own?.lines.find((candidate) => samePath(candidate.path, path) && candidate.status === status);
  // A sibling probe that asks another path and does not fail is answered.
  const sibling = specs.find(
    (other) =>
      other.handler === 'http' &&
      other.path !== path &&
      !failures.some((failure) => failure.spec.kind === other.kind) &&
      problem.killed === undefined,
  );
  const seen = own?.good.find((candidate) => !samePath(candidate.path, path));
  const good = seen?.path ?? sibling?.path;
  const complaint = own?.complaint;
  // Model servers answer 404 for a model that they could not load.
  const aboutModel = /\/models?\//.test(path) && complaint !== undefined;
  const routes: readonly Step[] =
    own?.describesRoutes === true && spec.port !== undefined ? [listRoutes(problem.pod, spec.port)] : [];
  const correction = probeThePath(problem, template, spec, good);
  const common = {
    subject: template.workload,
    container: container.name,
    effects: problem.effects,
    certainty: aboutModel ? ('possible' as const) : ('confirmed' as const),
    basis: aboutModel
      ? `the server answers ${status}; its log also complains, and a model that is not loaded is answered alike`
      : `the kubelet's event tells the status ${status} for that path`,
    consequence:
      problem.killed === undefined
        ? 'The server runs and answers, and its container never gets Ready.'
        : 'The server runs and answers, and the kubelet ends it again and again.',
    cite: [
      failed.event.cite(`the ${spec.kind} probe gets ${status}`),
      ...(line === undefined ? [] : [line.cite]),
      problem.podCite(`the ${spec.kind} probe of container ${container.name}`, spec.pointer),
      ...(aboutModel ? [complaint] : []),
    ] as const,
    since: failed.event.first,
    trace: [
      {
        text: `the kubelet asks ${path} and the server answers ${status}`,
        cite: line === undefined ? [failed.event.cite()] : [line.cite],
      },
    ],
    fixes: [good === undefined ? { ...correction, steps: [...routes, ...correction.steps] } : correction],
  };
  return { ...common, args: { probe: spec.kind, container: container.name, path, status }, good };
}

function samePath(logged: string, probed: string): boolean {
  return logged === probed.replace(/[?#].*$/, '');
}
