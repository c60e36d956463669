/**
 * Derives from the rules what a first round of collection has to read: all that symptom rules look at and need. What cause rules need beyond
 * that they ask for in a second round, by answering `unknown`.
 */
import type { CollectionPlan, PlannedKind } from '../model/plan.ts';
import { KINDS, kindNamed, titleOf } from '../model/kinds.ts';
import type { EvidenceNeed, View } from '../model/reader.ts';
import { KNATIVE_LISTS } from '../model/serving-relations.ts';
import type { AnyRule } from '../rules/define.ts';

export function planFor(rules: readonly AnyRule[]): CollectionPlan {
  const kinds = new Map<string, PlannedKind>();
  const add = (name: string): void => {
    const dot = name.indexOf('.');
    const kind = dot < 0 ? name : name.slice(0, dot);
    const first = kindNamed(kind, dot < 0 ? undefined : name.slice(dot + 1));
    // A bare kind stands for it in all groups (KServe's and KFServing's InferenceService), but not for its namesakes.
    const infos = KINDS.filter(
      (info) =>
        info === first || (dot < 0 && info.kind === kind && titleOf({ apiVersion: `${info.group}/v1`, kind }) === kind),
    );
    for (const { group, namespaced } of infos) {
      // Cluster-scoped kinds are never needed to see that something is wrong, only to say why.
      if (namespaced) kinds.set(`${group}|${kind}`, { kind, group });
    }
  };
  for (const rule of rules) {
    if (rule.looksAt !== 'always') continue;
    for (const kind of rule.appliesTo) add(kind);
    for (const need of needsOf(rule)) {
      if (need.type === 'event') add('Event');
      if (need.type === 'object' && need.kind !== undefined && need.kind !== '*') add(need.kind);
    }
  }
  // Between a Knative Service and its pods stand objects that no symptom rule looks at: without them the chain ends at the first.
  if (kinds.has('serving.knative.dev|Service'))
    for (const { kind, group } of KNATIVE_LISTS) kinds.set(`${group}|${kind}`, { kind, group });
  return { kinds: [...kinds.values()] };
}

/** Everything that a rule may read, through all of its views. */
export function needsOf(rule: AnyRule): readonly EvidenceNeed[] {
  const needs = new Map<string, EvidenceNeed>();
  const seen = new Set<string>();
  const visit = (view: View<unknown>): void => {
    if (seen.has(view.id)) return;
    seen.add(view.id);
    for (const need of view.needs) {
      if (need.kind === '**') continue;
      // `*` stands for the kinds that the rule applies to.
      const kinds = need.kind === '*' ? rule.appliesTo : [need.kind];
      for (const kind of kinds)
        needs.set(`${need.type}|${kind ?? ''}`, kind === undefined ? { type: need.type } : { type: need.type, kind });
    }
    for (const used of view.uses ?? []) visit(used);
  };
  for (const view of Object.values(rule.needs)) visit(view);
  return [...needs.values()];
}
