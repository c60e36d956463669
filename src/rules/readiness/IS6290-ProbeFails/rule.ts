/** Cause (general): a probe fails, and nothing more specific was found out about why. */
import type { Verdict } from '../../../model/finding.ts';
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { spanText } from '../../../views/parse/time.ts';
import {
  askedText,
  isStarting,
  probeTrouble,
  type FailedProbe,
  type ProbeProblem,
} from '../../../views/probe-trouble.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  refused:
    'The {probe} probe of container {container} is refused at {asked}; the container runs for {span} and its log names no port',
  killed: 'The kubelet ends container {container} because its {probe} probe fails: {words}',
  fails: 'The {probe} probe of container {container} fails: {words}',
} as const;

export default defineRule({
  code: 'IS6290',
  name: 'ProbeFails',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A probe fails',
  general: true,
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'probe-fails',
    'Unhealthy',
    'Readiness probe failed',
    'Liveness probe failed',
    'Startup probe failed',
    'no route to host',
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
  const { container, failures, killed, listening, unseen } = problem;
  const name = container.name;
  const failed = failures.find((candidate) => candidate.spec.kind === killed?.probe) ?? failures[0];
  if (!failed) {
    if (unseen) return context.unknown(unseen);
    return context.notApplicable('no failure of a probe was seen');
  }
  const { spec, event } = failed;
  const common = {
    subject: template.workload,
    container: name,
    effects: problem.effects,
    consequence:
      killed === undefined
        ? 'The container never gets Ready, and no Service sends requests to its pod.'
        : 'The container starts anew, again and again.',
    since: event.first,
    fixes: [
      fix({
        title: `Look at what container ${name} does when its ${spec.kind} probe asks`,
        applicability: 'advice',
        effect: 'Changes nothing.',
        steps: [
          kubectl(
            context.on,
            ['logs', context.on.name, '-c', name, '--tail=100', ...(killed === undefined ? [] : ['--previous'])],
            false,
          ),
        ],
        verify: verifyWithInferscope(template.workload),
      }),
    ],
  };
  if (killed !== undefined) {
    return context.found({
      message: 'killed',
      args: { container: name, probe: killed.probe, words: quoted(withoutUrl(wordsOf(failed)), BRIEF) },
      ...common,
      certainty: killed.said ? 'confirmed' : 'likely',
      basis: killed.said ? 'the kubelet says so' : 'the exit code is that of a signal, and the probe failed before it',
      cite: [
        killed.event.cite(
          killed.said ? `the kubelet ends it for its ${killed.probe} probe` : `the ${killed.probe} probe fails`,
        ),
        event.cite(),
      ],
    });
  }
  if (isStarting(problem)) return context.notApplicable('the container is still starting');
  const told = event.cite(`the ${spec.kind} probe fails`);
  if (!failed.refused) {
    return context.found({
      message: 'fails',
      args: { probe: spec.kind, container: name, words: quoted(withoutUrl(wordsOf(failed)), BRIEF) },
      ...common,
      certainty: 'likely',
      basis: 'the kubelet says so',
      cite: [told],
    });
  }
  // Whether nobody listens or somebody listens elsewhere is told by the log: without it nothing is known.
  if (listening.log.state === 'unknown') return context.unknown(listening.log.gap);
  return context.found({
    message: 'refused',
    args: { probe: spec.kind, container: name, asked: askedText(spec), span: spanText(problem.runSeconds ?? 0) },
    ...common,
    certainty: 'likely',
    basis: 'the kubelet is refused, and the log does not say that the server came up',
    cite: [told, container.cite],
  });
}

function wordsOf(failed: FailedProbe): string {
  return (
    failed.event.message
      .replace(/^\w+ probe (?:failed|errored): /, '')
      .split('\n')[0]
      ?.slice(0, 200) ?? ''
  );
}

/** Go's HTTP client begins with `Get "url": `; the citation holds it in full. */
function withoutUrl(words: string): string {
  return words.replace(/^[A-Z][a-z]{2,6} "[^"]{0,2000}": /, '');
}
