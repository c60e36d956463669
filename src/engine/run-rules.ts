/**
 * Runs the rules in two passes: symptom rules over everything in scope, then cause rules over what shows a symptom and, for objects asked
 * for by name, over what looks healthy too. Knows no single rule.
 */
import type { Finding, Verdict } from '../model/finding.ts';
import type { ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { isServing } from '../model/serving-relations.ts';
import { chainBelow } from '../views/serving-chain.ts';
import type { AnyRule } from '../rules/define.ts';
import { appliesTo, runRule } from './run-rule.ts';
import { lookAlikeKey } from './siblings.ts';

export interface RuleRun {
  readonly rule: AnyRule;
  readonly on: ResourceRef;
  readonly verdict: Verdict;
}

export interface RunResult {
  readonly runs: readonly RuleRun[];
  readonly findings: readonly Finding[];
  /** Keys of objects that show a symptom. */
  readonly unhealthy: ReadonlySet<string>;
}

export interface RunScope {
  /** Everything that symptom rules look at. */
  readonly objects: readonly ResourceRef[];
  /** Keys of objects that belong to something asked for by name. */
  readonly asked: ReadonlySet<string>;
}

/** Of pods that fail alike so many are examined; `siblings.ts` extends what was found to the rest. */
const MOST_ALIKE = 3;

export function runRules(rules: readonly AnyRule[], scope: RunScope, context: ViewContext): RunResult {
  const runs: RuleRun[] = [];
  const unhealthy = new Set<string>();
  /** Objects whose requests fail although all that they consist of looks well. */
  const refusing = new Set<string>();
  const symptomRules = byKind(rules.filter((rule) => rule.looksAt === 'always'));
  for (const on of scope.objects) {
    for (const rule of symptomRules(on)) {
      const verdict = runRule(rule, on, context, scope.asked.has(refKey(on)));
      // Of the thousands of healthy objects nothing is kept.
      if (verdict.state === 'not-applicable' || (verdict.state === 'ruled-out' && !scope.asked.has(refKey(on))))
        continue;
      runs.push({ rule, on, verdict });
      if (verdict.state === 'found')
        for (const finding of verdict.findings) {
          if (finding.role !== 'symptom') continue;
          unhealthy.add(refKey(on));
          if (finding.effects.includes('requests-fail')) refusing.add(refKey(on));
        }
    }
  }
  const alike = new Map<string, number>();
  const isOneOfMany = (on: ResourceRef): boolean => {
    const key = lookAlikeKey(context, on);
    if (key === undefined) return false;
    const seen = alike.get(key) ?? 0;
    alike.set(key, seen + 1);
    return seen >= MOST_ALIKE;
  };
  const causeRules = byKind(rules.filter((rule) => rule.looksAt !== 'always'));
  const below = belowTroubled(scope, unhealthy, refusing, context);
  for (const on of [...scope.objects, ...below.values()]) {
    const key = refKey(on);
    // Where requests fail, a pod that looks well is looked at as if somebody had asked for it.
    const closer = on.kind === 'Pod' && below.has(key);
    const asked = scope.asked.has(key) || closer;
    const troubled = unhealthy.has(key) || (below.has(key) && !closer);
    if (!asked && !troubled) continue;
    if (troubled && isOneOfMany(on)) continue;
    for (const rule of causeRules(on)) {
      if (!troubled && rule.looksAt !== 'asked') continue;
      if (!asked && rule.looksAt === 'asked' && !troubled) continue;
      runs.push({ rule, on, verdict: runRule(rule, on, context, asked) });
    }
  }
  const findings = runs.flatMap((run) => (run.verdict.state === 'found' ? run.verdict.findings : []));
  return { runs, findings, unhealthy };
}

/**
 * What an object of the serving chain stands on, where that object shows a symptom and nobody looked at those below: no symptom rule looks at a
 * Revision, and yet its image may be what cannot be found.
 */
function belowTroubled(
  scope: RunScope,
  unhealthy: ReadonlySet<string>,
  refusing: ReadonlySet<string>,
  context: ViewContext,
): ReadonlyMap<string, ResourceRef> {
  const known = new Set(scope.objects.map(refKey));
  const below = new Map<string, ResourceRef>();
  for (const on of scope.objects) {
    if (!isServing(on) || !unhealthy.has(refKey(on))) continue;
    for (const ref of context.use(chainBelow, on)) {
      const key = refKey(ref);
      if (!known.has(key) && (ref.kind !== 'Pod' || refusing.has(refKey(on)))) below.set(key, ref);
    }
  }
  return below;
}

/** The rules that examine objects of a kind, looked up once per kind and API group. */
function byKind(rules: readonly AnyRule[]): (on: ResourceRef) => readonly AnyRule[] {
  const known = new Map<string, readonly AnyRule[]>();
  return (on) => {
    const key = `${on.apiVersion}|${on.kind}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = rules.filter((rule) => appliesTo(rule, on))));
    return found;
  };
}
