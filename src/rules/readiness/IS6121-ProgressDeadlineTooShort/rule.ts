/** Cause: Knative gives a Revision up after its progress deadline, while the program is alive and still loads its model. */
import { annotateTemplate } from '../../../fixes/knative.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { DEADLINE_ANNOTATION, componentOf, knativeStart, type KnativeStart } from '../../../views/knative-start.ts';
import { quoted, BRIEF } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

/** For a load that tells no measure: as much again, and not less than Knative's own default twice. */
const GENEROUS_SECONDS = 1200;

export default defineRule({
  code: 'IS6121',
  name: 'ProgressDeadlineTooShort',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The model takes longer to load than Knative gives a Revision',
  appliesTo: ['Revision'],
  looksAt: 'asked',
  effects: ['rollout-timed-out', 'container-not-ready'],
  aliases: [
    'progress-deadline-shorter-than-load',
    'ProgressDeadlineExceeded',
    'has timed out progressing',
    'Initial scale was never achieved',
    'serving.knative.dev/progress-deadline',
    'TimedOut',
  ],
  needs: { start: knativeStart },
  messages: {
    needs: '{workload} needs about {needed} s to load, and Knative gives Revision {revision} {allowed} s',
    unmeasured: '{workload} is still loading, and Knative gave Revision {revision} up',
    loads: '{workload} is still loading, and Knative gave Revision {revision} up after {allowed} s',
  },
  check({ start }, context) {
    if (start.state === 'unknown') return context.unknown(start.gap);
    if (start.state === 'absent') return context.notApplicable('the Revision does not exist any more');
    if (start.value === undefined) return context.notApplicable('Knative did not give the Revision up');
    const { revision, givenUp, gone, deadline, loading, otherwise, gap } = start.value;
    if (otherwise !== undefined) return context.ruledOut(otherwise.because, otherwise.cite);
    if (gap !== undefined) return context.unknown(gap);
    const { root, object } = revision;
    if (loading === undefined)
      return gone ? context.unknown(goneGap(start.value)) : context.notApplicable('no program of the Revision runs');
    const workload = nameWithKind(root);
    const allowed = deadline.seconds;
    const { needed } = loading;
    const seen = deadline.from !== 'unseen';
    const rest = {
      subject: root,
      affects: [...revision.affects, ...revision.pods.map((pod) => pod.ref)],
      certainty: 'confirmed',
      basis: 'Knative says that it waited no longer, and the log ends while it loads',
      consequence:
        'Nothing has failed: the program is alive. Knative scales the Revision to zero and does not try it again; only a new Revision starts anew.',
      cite: [givenUp, ...(deadline.cite === undefined ? [] : [deadline.cite]), loading.cite],
      trace: [
        {
          text: `container ${loading.container} is still loading: “${quoted(loading.text, BRIEF)}”`,
          cite: [loading.cite],
        },
        {
          text: seen
            ? `the progress deadline of ${deadline.written ?? `${allowed} s`} passes`
            : 'the progress deadline passes',
          cite: deadline.cite === undefined ? [] : [deadline.cite],
        },
      ],
      fixes: [raise(start.value)],
    } as const;
    const args = { workload, revision: object.ref.name, allowed };
    if (!seen) return context.found({ message: 'unmeasured', args, ...rest });
    if (needed !== undefined && needed > allowed)
      return context.found({ message: 'needs', args: { ...args, needed }, ...rest });
    return context.found({ message: 'loads', args, ...rest });
  },
});

function raise({ revision, deadline, loading }: KnativeStart): Fix {
  const { root } = revision;
  const component = componentOf(revision);
  const wanted = Math.max(
    GENEROUS_SECONDS,
    2 * deadline.seconds,
    Math.ceil((1.3 * (loading?.needed ?? loading?.reckoned ?? 0)) / 60) * 60,
  );
  const step = annotateTemplate(root, component, { [DEADLINE_ANNOTATION]: `${wanted}s` });
  const before = deadline.from === 'annotation' ? (deadline.written ?? null) : null;
  const back = annotateTemplate(root, component, { [DEADLINE_ANNOTATION]: before });
  return fix({
    title: `Give ${nameWithKind(root)} ${wanted} s to load`,
    applicability: step === undefined ? 'advice' : 'review',
    effect: 'Makes a new Revision, which Knative waits for longer; what serves now goes on until it is Ready.',
    steps: [
      step ?? manual(`Set the annotation ${DEADLINE_ANNOTATION}: ${wanted}s in the template of ${nameWithKind(root)}.`),
    ],
    undo: back === undefined ? [] : [back],
    verify: verifyWithInferscope(root),
  });
}

function goneGap({ revision, deadline }: KnativeStart) {
  const { ref } = revision.object;
  const namespace = ref.namespace ?? 'default';
  return {
    id: `gap:start:${namespace}/${ref.name}`,
    wanted: `why the pods of Revision ${namespace}/${ref.name} did not get Ready`,
    reason: 'expired',
    detail: `Knative scaled it to zero after its progress deadline; its pods and their logs are gone`,
    unlock: `make a new Revision (change an annotation of its template), and collect before its progress deadline passes (${deadline.seconds} s where nothing else is set)`,
  } as const;
}
