/**
 * Writes one diagnosis out as data: impact, cause, trigger, chain, evidence frames, checks. Decides nothing about causes.
 */
import type { Explanation } from '../graph/explain.ts';
import type { Evidence, Snapshot } from '../model/evidence.ts';
import { STAGES, type Effect, type Finding } from '../model/finding.ts';
import { numberAt } from '../model/json.ts';
import type { Diagnosis } from '../model/report-schema.ts';
import type { ViewContext } from '../model/reader.ts';
import { kindWord } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';
import { KNATIVE_LISTS, isServing } from '../model/serving-relations.ts';
import type { AnyRule } from '../rules/define.ts';
import { rolloutTrigger } from '../views/rollout-history.ts';
import { ownerTree } from '../views/owner-tree.ts';
import { readyCondition } from '../views/ready-condition.ts';
import { azureSection } from './azure-section.ts';
import { chainOf } from './chain.ts';
import { createFrameBook } from './frames.ts';
import type { Group } from './group.ts';
import { impactOf } from './impact.ts';
import { reportCause } from './report-cause.ts';
import { appliesTo } from './run-rule.ts';
import type { RuleRun } from './run-rules.ts';

export interface BuildParts {
  readonly context: ViewContext;
  readonly explanation: Explanation;
  /** By the key of the object that was examined. */
  readonly runs: ReadonlyMap<string, readonly RuleRun[]>;
  readonly rules: readonly AnyRule[];
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly snapshot: Snapshot;
}

export function buildDiagnosis(group: Group, parts: BuildParts): Diagnosis {
  const { context } = parts;
  const book = createFrameBook(parts.evidence, parts.snapshot);
  const subject = withUid(context, group.asked ? group.subject : (group.victims[0] ?? group.subject));
  const causes = group.causes.map((cause) => reportCause(cause, book));
  const candidates = group.candidates.map((cause) => reportCause(cause, book));
  const seen = context.object(subject);
  const told = impact(context, subject, group);
  // No rule looks at such an object itself (an InferenceService): what it says of itself must not pass for healthy.
  const unexamined =
    told.state === 'NOT READY' &&
    !isOnItsWay(context, subject) &&
    !parts.rules.some((rule) => rule.role === 'symptom' && appliesTo(rule, subject));
  const known = statusOf(group, seen.state !== 'present', unexamined);
  const first = group.causes[0] ?? (group.candidates.length === 1 ? group.candidates[0] : undefined);
  const why = first === undefined ? [] : chainOf(first, group, subject, parts.explanation, book, context);
  const trigger = first === undefined ? undefined : triggerOf(context, subject, first);
  const checks = checksOf(group, parts);
  const alsoWrong = group.alsoWrong.map((cause) => reportCause(cause, book));
  const azure = azureSection(context, subject, group.members, { causes, candidates, alsoWrong, checks }, book);
  // Nothing is wrong here, and yet Azure ML gives an error: what it is about lies where the cluster does not show it.
  const status = known === 'healthy' && azure !== undefined && azure.reported.length > 0 ? 'undecided' : known;
  return {
    subject,
    asked: group.asked,
    status,
    impact: told,
    victims: [...group.victims],
    causes,
    candidates,
    ...(trigger === undefined ? {} : { trigger }),
    why,
    evidence: [...book.frames],
    unexplained: group.causes.length > 0 ? [] : unexplainedOf(group.unexplained),
    alsoWrong,
    // What only Azure can tell is asked there, and no reading of the cluster would decide it.
    next: status === known ? nextReadings(group, parts) : [],
    ...(azure === undefined ? {} : { azure }),
    checks,
  };
}

function withUid(context: ViewContext, ref: ResourceRef): ResourceRef {
  const found = context.object(ref);
  return found.state === 'present' ? found.value.ref : ref;
}

function isOnItsWay(context: ViewContext, subject: ResourceRef): boolean {
  const ready = context.use(readyCondition, subject);
  return ready.state === 'present' && !ready.value.settled;
}

function statusOf(group: Group, unseen: boolean, unexamined: boolean): Diagnosis['status'] {
  if (group.causes.length > 0) return 'explained';
  if (group.candidates.length > 0 || group.unexplained.length > 0 || group.symptoms.length > 0) return 'undecided';
  if (unexamined) return 'undecided';
  return unseen ? 'unreadable' : 'healthy';
}

function impact(context: ViewContext, subject: ResourceRef, group: Group): Diagnosis['impact'] {
  const known = impactOf(context, subject);
  const does = (effect: Effect): boolean =>
    group.causes[0]?.effects.includes(effect) === true && known.state === 'READY';
  if (does('work-not-done'))
    return { ...known, state: 'READY, NOT WORKING', text: `${known.text}, yet does not do its work` };
  if (does('requests-fail'))
    return { ...known, state: 'READY, REQUESTS FAIL', text: `${known.text}, yet requests fail` };
  // Old pods serve on while those of the new revision fail; the controller says so only after its deadline.
  const stuck =
    known.state === 'READY' &&
    isRollingOut(context, subject) &&
    group.symptoms.some((symptom) => symptom.subject.kind === 'Pod');
  return stuck
    ? { ...known, state: 'ROLLOUT STUCK', text: `ROLLOUT STUCK, ${known.text.replace('READY, ', '')}` }
    : known;
}

/** Whether pods of two revisions stand beside each other. */
function isRollingOut(context: ViewContext, subject: ResourceRef): boolean {
  const revisions = context
    .use(ownerTree, subject)
    .descendants.filter(
      (object) => object.ref.kind === 'ReplicaSet' && (numberAt(object.body, 'status', 'replicas') ?? 0) > 0,
    );
  return subject.kind === 'Deployment' && revisions.length > 1;
}

/** Only a change that can have brought the cause about: a rollout of a workload that shows it. */
function triggerOf(context: ViewContext, subject: ResourceRef, cause: Finding): Diagnosis['trigger'] {
  const victim = cause.affects[0] ?? subject;
  const candidates = [victim, ...context.use(ownerTree, victim).owners, subject];
  for (const candidate of candidates) {
    const trigger = context.use(rolloutTrigger, candidate);
    if (trigger !== undefined) return { at: trigger.at, change: trigger.change, diff: [...trigger.diff] };
  }
  return undefined;
}

const STRENGTH = ['found', 'crashed', 'unknown', 'ruled-out', 'not-applicable'] as const;

function checksOf(group: Group, parts: BuildParts): Diagnosis['checks'] {
  const best = new Map<string, RuleRun>();
  for (const run of membersOf(group, parts)) {
    if (run.rule.role === 'symptom') continue;
    const known = best.get(run.rule.code);
    if (!known || strength(run) < strength(known)) best.set(run.rule.code, run);
  }
  // Where nothing shows a symptom every stage was reached, and its checks had nothing to look at.
  const broken = (group.symptoms.length === 0 ? [] : group.causes)
    .map((cause) => STAGES.indexOf(cause.stage))
    .filter((index) => index < STAGES.indexOf('platform'));
  const blockedAt = broken.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...broken);
  const blockedBy = group.causes[0]?.code ?? '';
  return parts.rules
    .filter((rule) => rule.role === 'cause')
    .flatMap((rule) => {
      const run = best.get(rule.code);
      const base = { code: rule.code, name: rule.name, stage: rule.stage };
      const later = rule.stage !== 'platform' && STAGES.indexOf(rule.stage) > blockedAt;
      if (later && (run === undefined || run.verdict.state === 'not-applicable' || run.verdict.state === 'unknown')) {
        return [{ ...base, state: 'not-reached' as const, because: `comes after ${blockedBy}` }];
      }
      return run === undefined ? [] : [{ ...base, state: run.verdict.state, because: becauseOf(run) }];
    });
}

function membersOf(group: Group, parts: BuildParts): readonly RuleRun[] {
  return [...group.members].flatMap((key) => parts.runs.get(key) ?? []);
}

function strength(run: RuleRun): number {
  return STRENGTH.indexOf(run.verdict.state === 'not-reached' ? 'not-applicable' : run.verdict.state);
}

function becauseOf({ verdict }: RuleRun): string {
  switch (verdict.state) {
    case 'found':
      return verdict.findings[0].message.text;
    case 'ruled-out':
    case 'not-applicable':
      return verdict.because;
    case 'unknown':
      return verdict.gaps.map((gap) => `${gap.wanted}: ${gap.detail}`).join('; ');
    case 'crashed':
      return verdict.error;
    case 'not-reached':
      return verdict.blockedBy;
  }
}

/** Ten replicas that wait alike are one thing seen, not ten. */
function unexplainedOf(symptoms: readonly Finding[]): Diagnosis['unexplained'] {
  const first = new Map<string, { symptom: Finding; more: number }>();
  for (const symptom of symptoms) {
    const key = `${symptom.code}|${symptom.message.id}|${symptom.subject.kind}`;
    const known = first.get(key);
    if (known) known.more += 1;
    else first.set(key, { symptom, more: 0 });
  }
  return [...first.values()].map(({ symptom, more }) => ({
    code: symptom.code,
    text:
      more === 0
        ? symptom.message.text
        : `${symptom.message.text} (and ${more} more ${symptom.subject.kind}${more === 1 ? '' : 's'})`,
    subject: symptom.subject,
  }));
}

/** Undecided: the readings that would separate the candidates, as commands where there is one. */
function nextReadings(group: Group, parts: BuildParts): string[] {
  if (group.causes.length > 0) return [];
  const readings = new Map<string, number>();
  // The configuration on the way tells what no status does.
  const asking = group.unexplained.find((symptom) => symptom.effects.includes('requests-fail'));
  if (asking !== undefined) readings.set(tracing(asking.subject), Number.MAX_SAFE_INTEGER);
  for (const { verdict } of membersOf(group, parts)) {
    if (verdict.state !== 'unknown') continue;
    for (const gap of verdict.gaps) {
      const reading = gap.unlock ?? gap.wanted;
      readings.set(reading, (readings.get(reading) ?? 0) + 1);
    }
  }
  if (readings.size === 0) for (const reading of unreadChain(group.subject, parts.context)) readings.set(reading, 1);
  // What most rules wait for decides most.
  return [...readings]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_READINGS)
    .map(([reading]) => reading);
}

/** An object of the serving chain whose links to its pods were not read: they hold the words that it copies. */
function unreadChain(subject: ResourceRef, context: ViewContext): readonly string[] {
  const { namespace } = subject;
  if (!isServing(subject) || namespace === undefined) return [];
  const unread = KNATIVE_LISTS.filter(
    ({ kind, group }) => context.list(kind, { namespace, group }).complete.state === 'unknown',
  );
  const words = unread.map(({ kind, group }) => kindWord({ apiVersion: `${group}/v1`, kind }));
  return words.length === 0 ? [] : [`kubectl -n ${namespace} get ${words.join(',')} -o yaml`];
}

function tracing(ref: ResourceRef): string {
  const namespace = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  return `inferscope trace ${kindWord(ref)}/${ref.name}${namespace}`;
}

const MOST_READINGS = 3;
