/**
 * Sorts causes and symptoms into diagnoses: one per cause with all its victims, or one per object asked for. Decides what is the cause, what is
 * also wrong, and what stays unexplained.
 */
import { certaintyRank, type Explanation } from '../graph/explain.ts';
import type { Closure } from '../graph/closure.ts';
import { STAGES, type Effect, type Finding } from '../model/finding.ts';
import type { ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { ownerTree } from '../views/owner-tree.ts';
import { podState } from '../views/pod-state.ts';

export interface Group {
  readonly subject: ResourceRef;
  readonly asked: boolean;
  readonly victims: readonly ResourceRef[];
  /** Proven or likely, the first explains most. */
  readonly causes: readonly Finding[];
  /** Fit, not proven: shown only where there is no cause. */
  readonly candidates: readonly Finding[];
  readonly symptoms: readonly Finding[];
  readonly unexplained: readonly Finding[];
  readonly alsoWrong: readonly Finding[];
  /** Objects whose checks belong to this diagnosis. */
  readonly members: ReadonlySet<string>;
}

/** Effects that are the trouble themselves: no object need show a symptom for them. */
const STANDING_ALONE: ReadonlySet<Effect> = new Set([
  'requests-fail',
  'work-not-done',
  'not-scaled',
  'rollout-stopped',
  'object-refused',
  'service-without-endpoints',
  'object-not-reconciled',
  'route-not-ready',
  'rollout-timed-out',
]);

const ENTRANCES = new Set(['Service', 'HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'Ingress']);

function rankCauses(causes: readonly Finding[], explanation: Explanation): readonly Finding[] {
  return [...causes].sort(
    (a, b) =>
      certaintyRank(a) - certaintyRank(b) ||
      Number(a.general) - Number(b.general) ||
      STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) ||
      explanation.reach(b).size - explanation.reach(a).size ||
      (a.fingerprint < b.fingerprint ? -1 : 1),
  );
}

/** A person asked for these objects: one diagnosis each, those with the same cause together. */
export function groupAsked(
  asked: readonly ResourceRef[],
  closures: readonly Closure[],
  explanation: Explanation,
  context: ViewContext,
): readonly Group[] {
  const groups: Group[] = [];
  for (const [index, subject] of asked.entries()) {
    const closure = closures[index];
    if (!closure) continue;
    const group = groupOf(subject, closure, explanation, context);
    const cause = group.causes[0];
    const same = cause === undefined ? -1 : groups.findIndex((known) => known.causes[0] === cause);
    const known = groups[same];
    if (known)
      groups[same] = {
        ...known,
        victims: uniteRefs(known.victims, group.victims),
        members: new Set([...known.members, ...group.members]),
      };
    else groups.push(group);
  }
  return groups.map((group) => ({
    ...group,
    victims: group.victims.length > 0 ? group.victims : [rootOf(context, group.subject)],
  }));
}

function groupOf(subject: ResourceRef, closure: Closure, explanation: Explanation, context: ViewContext): Group {
  const members = new Set(closure.members.map(refKey));
  const symptoms = explanation.symptoms.filter((symptom) => members.has(refKey(symptom.subject)));
  const own = explanation.findings.filter(
    (finding) => finding.role === 'cause' && touches(finding, members) && explanation.causes.includes(finding),
  );
  const explaining = own.filter((cause) => symptoms.some((symptom) => explanation.causesOf(symptom).includes(cause)));
  const alone = own.filter((cause) => cause.effects.some((effect) => STANDING_ALONE.has(effect)));
  const primary = explaining.length > 0 ? explaining : alone;
  const split = splitCauses(primary, symptoms, explanation, context);
  const rest = own.filter(
    (cause) =>
      !split.causes.includes(cause) &&
      !split.candidates.includes(cause) &&
      !cause.general &&
      // A weaker reading of a symptom that is explained is no second trouble; what else is proven is.
      (cause.certainty === 'confirmed' || (cause.certainty === 'likely' && !explaining.includes(cause))),
  );
  const unexplained = headsOf(symptoms, explanation);
  return {
    subject,
    asked: true,
    victims: split.causes.length > 0 ? closure.roots : [],
    ...split,
    symptoms,
    unexplained,
    alsoWrong: [...rankCauses(rest, explanation)],
    members,
  };
}

function touches(finding: Finding, members: ReadonlySet<string>): boolean {
  return members.has(refKey(finding.subject)) || finding.affects.some((ref) => members.has(refKey(ref)));
}

/** Causes that explain the same symptoms as a better proven one are no second cause. */
function splitCauses(
  causes: readonly Finding[],
  symptoms: readonly Finding[],
  explanation: Explanation,
  context: ViewContext,
): Pick<Group, 'causes' | 'candidates'> {
  const ranked = rankCauses(causes, explanation);
  const sure = ranked.filter((cause) => cause.certainty !== 'possible');
  if (sure.length === 0) return { causes: [], candidates: ranked };
  const kept: Finding[] = [];
  for (const cause of sure) {
    const explains = symptoms.filter((symptom) => explanation.reach(cause).has(symptom));
    const rivals = kept.filter(
      (other) => explains.length > 0 && explains.every((symptom) => explanation.reach(other).has(symptom)),
    );
    const rival = rivals.some(
      (other) =>
        !inOtherContainer(other, cause, context) &&
        (certaintyRank(other) < certaintyRank(cause) || (!other.general && cause.general) || samePlace(other, cause)),
    );
    if (!rival) kept.push(cause);
  }
  return { causes: kept, candidates: [] };
}

/** Two readings of one trouble, not two troubles: the same object at fault, by the same effect. */
function samePlace(a: Finding, b: Finding): boolean {
  return refKey(a.subject) === refKey(b.subject) && a.effects.some((effect) => b.effects.includes(effect));
}

/**
 * A symptom speaks of a Pod, and two of its containers may fail for two reasons. A cause inside an image names no container; beside it another
 * object at fault counts as another container's where more than one is in trouble.
 */
function inOtherContainer(a: Finding, b: Finding, context: ViewContext): boolean {
  if (a.container !== undefined && b.container !== undefined) return a.container !== b.container;
  if (refKey(a.subject) === refKey(b.subject)) return false;
  const affected = new Set(a.affects.map(refKey));
  return b.affects.some((ref) => {
    const state = ref.kind === 'Pod' && affected.has(refKey(ref)) ? context.use(podState, ref) : undefined;
    return state?.state === 'present' && state.value.troubled.length > 1;
  });
}

/** Symptoms that nothing leads to. */
function headsOf(symptoms: readonly Finding[], explanation: Explanation): readonly Finding[] {
  const led = new Set(explanation.findings.flatMap((finding) => explanation.effectsOf(finding)));
  return symptoms.filter((symptom) => !led.has(symptom));
}

/** No object was asked for: everything unhealthy, grouped by cause, most victims first. */
export function groupByCause(explanation: Explanation, context: ViewContext): readonly Group[] {
  const perRoot = new Map<string, { root: ResourceRef; symptoms: Finding[] }>();
  const roots = new Map<Finding, string>();
  for (const symptom of explanation.symptoms) {
    const root = rootOf(context, symptom.subject);
    const key = refKey(root);
    roots.set(symptom, key);
    const entry = perRoot.get(key);
    if (entry) entry.symptoms.push(symptom);
    else perRoot.set(key, { root, symptoms: [symptom] });
  }
  const groups = new Map<string, Group>();
  for (const { root, symptoms } of perRoot.values()) {
    const causes = [...new Set(symptoms.flatMap((symptom) => explanation.causesOf(symptom)))];
    const split = splitCauses(causes, symptoms, explanation, context);
    const unexplained = headsOf(symptoms, explanation);
    // An entrance (a Service, an autoscaler) whose trouble comes from an unexplained workload is told there.
    if (causes.length === 0 && unexplained.length === 0) continue;
    const members = new Set([
      refKey(root),
      ...symptoms.map((symptom) => refKey(symptom.subject)),
      ...context.use(ownerTree, root).descendants.map((object) => refKey(object.ref)),
    ]);
    const key = split.causes[0]?.fingerprint ?? `undecided|${refKey(root)}`;
    const known = groups.get(key);
    if (!known) {
      groups.set(key, {
        subject: root,
        asked: false,
        victims: [root],
        ...split,
        symptoms,
        unexplained,
        alsoWrong: [],
        members,
      });
      continue;
    }
    groups.set(key, {
      ...known,
      subject: ENTRANCES.has(known.subject.kind) && !ENTRANCES.has(root.kind) ? root : known.subject,
      victims: uniteRefs(known.victims, [root]),
      causes: uniteFindings(known.causes, split.causes),
      symptoms: uniteFindings(known.symptoms, symptoms),
      unexplained: uniteFindings(known.unexplained, unexplained),
      members: new Set([...known.members, ...members]),
    });
  }
  return [...groups.values()]
    .map(withoutEntrances)
    .sort((a, b) => Number(b.causes.length > 0) - Number(a.causes.length > 0) || b.victims.length - a.victims.length);
}

/** Where a workload is broken, its Service and its autoscaler are no victims of their own. */
function withoutEntrances(group: Group): Group {
  const workloads = group.victims.filter((victim) => !ENTRANCES.has(victim.kind));
  return workloads.length === 0 ? group : { ...group, victims: workloads };
}

function rootOf(context: ViewContext, ref: ResourceRef): ResourceRef {
  return context.use(ownerTree, ref).root;
}

function uniteRefs(a: readonly ResourceRef[], b: readonly ResourceRef[]): readonly ResourceRef[] {
  return [...new Map([...a, ...b].map((ref) => [refKey(ref), ref])).values()];
}

function uniteFindings(a: readonly Finding[], b: readonly Finding[]): readonly Finding[] {
  return [...new Set([...a, ...b])];
}
