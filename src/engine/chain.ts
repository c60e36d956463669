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
import { nameWithKind } from '../model/kinds.ts';
import { conditionWords, type ConditionWords } from '../views/condition-words.ts';
import { chainAbove, layerOf } from '../views/serving-chain.ts';

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
  const lowest = lowestOf([...(path[0] === undefined ? [] : [path[0].subject]), ...cause.affects]);
  // Where what was asked about is Ready and requests fail, what is not Ready between them is another story: a rollout on its way.
  const ready = impactOf(context, subject).state === 'READY';
  const rising = lowest === undefined || ready ? [] : risingTo(context, lowest, subject, path);
  const quotedBefore: string[] = [];
  // A reason travels up the chain as a copy, whole or as part of a sentence; its words are quoted where they come first.
  const sayOnce = (words: ToldStep): string => {
    const again = quotedBefore.some((said) => words.message.includes(said));
    if (words.message !== '') quotedBefore.push(words.message.slice(0, TELLING_LENGTH));
    return again ? words.short : words.text;
  };
  const rise = (before: number): void => {
    for (let next = rising[0]; next !== undefined && next.layer < before; next = rising[0]) {
      rising.shift();
      steps.push({
        text: sayOnce(next.words),
        object: { ...next.ref },
        evidence: [],
        asked: sameRef(next.ref, subject),
      });
    }
  };
  for (const symptom of path) {
    rise(layerOf(symptom.subject));
    const others = symptom.subject.kind === 'Pod' ? siblingsOf(symptom, cause, group) : 0;
    const words = SELF_TOLD.has(symptom.subject.kind) ? undefined : wordsOf(context, symptom.subject);
    const text = words === undefined ? symptom.message.text : sayOnce(words);
    steps.push({
      text: others === 0 ? text : `${text} (and ${others} more ${others === 1 ? 'Pod' : 'Pods'})`,
      object: { ...symptom.subject },
      code: symptom.code,
      // What a workload says of itself only repeats its pods; it gets no frame of its own.
      evidence:
        symptom.subject.kind === 'Pod' || path.length === 1
          ? numbers(words === undefined ? symptom.citations : [words.cite])
          : [],
      asked: sameRef(symptom.subject, subject),
    });
  }
  rise(Number.POSITIVE_INFINITY);
  if (!steps.some((step) => step.asked)) {
    const said = SELF_TOLD.has(subject.kind) ? undefined : wordsOf(context, subject);
    steps.push({
      text: said === undefined ? impactText(context, subject) : sayOnce(said),
      object: { ...subject },
      evidence: [],
      asked: true,
    });
  }
  return steps;
}

/** `Deployment web: 0 of 1 replicas serve`; an object that is not there is named once. */
function impactText(context: ViewContext, subject: ResourceRef): string {
  const name = nameWithKind(subject);
  const { text } = impactOf(context, subject);
  return text.startsWith(name) ? text : `${name}: ${text}`;
}

/** Where the chain begins: a cause may lie in the object asked about and show on a Revision far below it. */
function lowestOf(refs: readonly ResourceRef[]): ResourceRef | undefined {
  return refs.toSorted((a, b) => layerOf(a) - layerOf(b))[0];
}

/** So much of a message tells it from others; copies further up are cut off or get a full stop. */
const TELLING_LENGTH = 60;

interface RisingStep {
  readonly ref: ResourceRef;
  readonly layer: number;
  readonly words: ToldStep;
}

type ToldStep = Pick<ConditionWords, 'text' | 'short' | 'message'>;

/** Their symptoms say more than their conditions: counts, exit codes, restarts. */
const SELF_TOLD = new Set(['Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

function wordsOf(context: ViewContext, ref: ResourceRef): ConditionWords | undefined {
  const words = context.use(conditionWords, ref);
  return words.state === 'present' ? words.value : undefined;
}

/** A workload that is short of replicas and has no symptom of its own yet: its deadline has not passed. */
function replicasOf(context: ViewContext, ref: ResourceRef): ToldStep | undefined {
  if (ref.kind === 'Pod' || ref.kind === 'ReplicaSet') return undefined;
  const impact = impactOf(context, ref);
  if (impact.state !== 'NOT READY' || impact.desired === undefined || impact.serving === undefined) return undefined;
  const text = `${nameWithKind(ref)}: ${impact.serving} of ${impact.desired} replicas serve`;
  return { text, short: text, message: '' };
}

/** The objects between the lowest one that shows the trouble and the one asked about that are not Ready, in their own words. */
function risingTo(
  context: ViewContext,
  lowest: ResourceRef,
  subject: ResourceRef,
  path: readonly Finding[],
): RisingStep[] {
  const told = new Set(path.map((symptom) => refKey(symptom.subject)));
  const above = [lowest, ...context.use(chainAbove, lowest)];
  if (!above.some((ref) => sameRef(ref, subject))) return [];
  return above.flatMap((ref) => {
    const between = sameRef(ref, subject) || context.use(chainAbove, ref).some((upper) => sameRef(upper, subject));
    if (!between || told.has(refKey(ref))) return [];
    const words = SELF_TOLD.has(ref.kind) ? replicasOf(context, ref) : wordsOf(context, ref);
    return words === undefined ? [] : [{ ref, layer: layerOf(ref), words }];
  });
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
    // Between a cause and a symptom another cause stands where the first keeps a program from running that the second needs.
    return path === undefined
      ? []
      : [path.filter((finding) => finding !== cause && (finding.role === 'symptom' || !finding.general))];
  });
  paths.sort((a, b) => b.length - a.length);
  const longest = paths[0] ?? [];
  // That a Service has no endpoints either is no step on the way, unless somebody asked for that Service.
  return longest.filter((finding) => !isCoreService(finding) || sameRef(finding.subject, subject));
}

function isCoreService(finding: Finding): boolean {
  return finding.subject.kind === 'Service' && finding.subject.apiVersion === 'v1';
}

function siblingsOf(symptom: Finding, cause: Finding, group: Group): number {
  const affected = new Set(cause.affects.map(refKey));
  const same = group.symptoms.filter((other) => other.code === symptom.code && affected.has(refKey(other.subject)));
  return Math.max(0, same.length - 1);
}
