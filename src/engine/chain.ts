/**
 * The chain from a cause down to what the person saw: the cause, the observed steps that its rule gives, and the symptoms on the way.
 */
import type { Explanation } from '../graph/explain.ts';
import type { Finding } from '../model/finding.ts';
import type { Diagnosis } from '../model/report-schema.ts';
import type { ViewContext } from '../model/reader.ts';
import { refKey, sameRef, type ResourceRef } from '../model/reference.ts';
import type { FrameBook } from './frames.ts';
import type { Group } from './group.ts';
import { impactOf } from './impact.ts';

type Step = Diagnosis['why'][number];

/** Frames beyond these would not be read; later steps go without a number. */
const MOST_FRAMES = 8;

export function chainOf(
  cause: Finding,
  group: Group,
  subject: ResourceRef,
  explanation: Explanation,
  book: FrameBook,
  context: ViewContext,
): Step[] {
  const numbers = (citations: readonly Finding['citations'][number][], most = 1): number[] =>
    citations.slice(0, most).flatMap((citation) => (book.frames.length < MOST_FRAMES ? [book.number(citation)] : []));
  const steps: Step[] = [
    {
      text: cause.message.text,
      object: { ...cause.subject },
      code: cause.code,
      evidence: numbers(cause.citations),
      asked: false,
    },
  ];
  for (const step of cause.trace) steps.push({ text: step.text, evidence: numbers(step.citations), asked: false });
  const path = pathToSubject(cause, group, subject, explanation);
  for (const symptom of path) {
    const others = symptom.subject.kind === 'Pod' ? siblingsOf(symptom, cause, group) : 0;
    steps.push({
      text:
        others === 0
          ? symptom.message.text
          : `${symptom.message.text} (and ${others} more ${others === 1 ? 'Pod' : 'Pods'})`,
      object: { ...symptom.subject },
      code: symptom.code,
      // What a workload says of itself only repeats its pods; it gets no frame of its own.
      evidence: symptom.subject.kind === 'Pod' || path.length === 1 ? numbers(symptom.citations) : [],
      asked: sameRef(symptom.subject, subject),
    });
  }
  if (!steps.some((step) => step.asked)) {
    const impact = impactOf(context, subject);
    steps.push({
      text: `${subject.kind} ${subject.name}: ${impact.text}`,
      object: { ...subject },
      evidence: [],
      asked: true,
    });
  }
  return steps;
}

/** The symptoms between the cause and the object asked about; where that shows none, down to the end of the longest way. */
function pathToSubject(
  cause: Finding,
  group: Group,
  subject: ResourceRef,
  explanation: Explanation,
): readonly Finding[] {
  const targets = group.symptoms.filter((symptom) => refKey(symptom.subject) === refKey(subject));
  const paths = (targets.length > 0 ? targets : group.symptoms).flatMap((target) => {
    const path = explanation.path(cause, target);
    return path === undefined ? [] : [path.filter((finding) => finding.role === 'symptom')];
  });
  paths.sort((a, b) => b.length - a.length);
  const [longest] = paths;
  // A way that leads on to a Service or an autoscaler is not what a person who asked for the workload saw.
  return targets.length > 0
    ? (longest ?? [])
    : (paths.find((path) => !path.some((finding) => finding.subject.kind === 'Service')) ?? longest ?? []);
}

function siblingsOf(symptom: Finding, cause: Finding, group: Group): number {
  const affected = new Set(cause.affects.map(refKey));
  const same = group.symptoms.filter((other) => other.code === symptom.code && affected.has(refKey(other.subject)));
  return Math.max(0, same.length - 1);
}
