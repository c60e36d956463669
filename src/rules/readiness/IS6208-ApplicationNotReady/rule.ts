/** Cause (general): the program answers its own check with an error: it says itself that it is not ready. Why is in its log. */
import type { Verdict } from '../../../model/finding.ts';
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { probeAnswers, type ProbeAnswers } from '../../../views/probe-answers.ts';
import { probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  says: 'Container {container} answers its {probe} probe with {answer}: the program runs and says that it is not ready',
  loading: 'Container {container} answers its {probe} probe with {answer}: the program is still loading ({words})',
  complains: 'Container {container} answers its {probe} probe with {answer}; its log says: {words}',
} as const;

export default defineRule({
  code: 'IS6208',
  name: 'ApplicationNotReady',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The program says itself that it is not ready',
  general: true,
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'application-not-ready',
    'HTTP probe failed with statuscode: 503',
    'HTTP probe failed with statuscode: 500',
    'service unhealthy (responded with "NOT_SERVING")',
  ],
  needs: { trouble: probeTrouble, template: podTemplate, answers: probeAnswers },
  messages,
  check({ trouble, template, answers }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) =>
      judge(
        problem,
        template,
        answers.find((own) => own.container === problem.container.name),
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
  template: PodTemplate,
  own: ProbeAnswers | undefined,
  context: RuleContext<typeof messages>,
): Verdict {
  const name = problem.container.name;
  for (const { failure, event, spec } of problem.failures) {
    const answer = answerOf(failure.outcome);
    if (answer === undefined) continue;
    const common = {
      subject: template.workload,
      container: name,
      effects: problem.effects,
      certainty: 'likely' as const,
      consequence: 'The container is not Ready, and no Service sends requests to its pod.',
      since: event.first,
      fixes: [
        fix({
          title: `Read in the log of container ${name} what it waits for`,
          applicability: 'advice',
          effect: 'Changes nothing.',
          steps: [kubectl(context.on, ['logs', context.on.name, '-c', name, '--tail=100'], false)],
          verify: verifyWithInferscope(template.workload),
        }),
      ],
    };
    const told = event.cite(`the ${spec.kind} probe gets ${answer}`);
    const args = { container: name, probe: spec.kind, answer };
    if (own?.complaint !== undefined && own.complaintText !== undefined) {
      return context.found({
        message: 'complains',
        args: { ...args, words: own.complaintText },
        ...common,
        basis: 'the program answers, and its log complains',
        cite: [told, own.complaint],
      });
    }
    if (own?.loading !== undefined) {
      return context.found({
        message: 'loading',
        args: { ...args, words: own.loading.text.slice(0, 120) },
        ...common,
        basis: 'the program answers, and its log ends with loading',
        cite: [told, own.loading.cite],
      });
    }
    return context.found({
      message: 'says',
      args,
      ...common,
      basis: "the kubelet's event tells the answer of the program",
      cite: [told],
    });
  }
  const [newest] = problem.failures;
  if (newest) return context.ruledOut('no probe is answered with an error of the program', newest.event.cite());
  return problem.unseen ? context.unknown(problem.unseen) : context.notApplicable('no failure of a probe was seen');
}

function answerOf(outcome: ProbeProblem['failures'][number]['failure']['outcome']): string | undefined {
  if (outcome.kind === 'status' && outcome.status >= 500) return `status ${outcome.status}`;
  if (outcome.kind === 'grpc') return /service unhealthy \(responded with "(\w{1,40})"\)/.exec(outcome.text)?.[1];
  return undefined;
}
