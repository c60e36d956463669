/** Cause: the server asks for credentials where a probe, which has none, asks it. */
import type { Verdict } from '../../../model/finding.ts';
import { openToProbe } from '../../../fixes/probes.ts';
import { probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  refused: 'The {probe} probe of container {container} asks {path} without credentials; the server answers {status}',
} as const;

export default defineRule({
  code: 'IS6204',
  name: 'ProbeUnauthorized',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The server refuses the probe for want of credentials',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'readiness-probe-unauthorized',
    'HTTP probe failed with statuscode: 401',
    'HTTP probe failed with statuscode: 403',
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
  for (const { failure, event, spec } of problem.failures) {
    const { outcome } = failure;
    if (outcome.kind !== 'status' || (outcome.status !== 401 && outcome.status !== 403)) continue;
    const name = problem.container.name;
    return context.found({
      message: 'refused',
      args: { probe: spec.kind, container: name, path: spec.path ?? '/', status: outcome.status },
      subject: template.workload,
      container: name,
      effects: problem.effects,
      certainty: 'confirmed',
      basis: `the kubelet's event tells the status ${outcome.status}`,
      consequence: 'The server runs and answers, and its container never gets Ready.',
      cite: [
        event.cite(`the ${spec.kind} probe gets ${outcome.status}`),
        problem.podCite(`the ${spec.kind} probe`, spec.pointer),
      ],
      since: event.first,
      fixes: [openToProbe(problem, template, spec)],
    });
  }
  const [newest] = problem.failures;
  if (newest) return context.ruledOut('no probe is refused for want of credentials', newest.event.cite());
  return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
}
