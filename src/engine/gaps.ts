/**
 * What could not be seen, and which rules that blinded: from recorded gaps and from the rules' unknown verdicts.
 */
import type { EvidenceGap, Snapshot } from '../model/evidence.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import type { ReportGap } from '../model/report-schema.ts';
import type { RuleRun } from './run-rules.ts';
import type { ReadElsewhere } from './siblings.ts';

const MOST_GAPS = 50;

/** Logs that nobody asked for because a look-alike pod's was read are no gap. */
export function collectGaps(
  runs: readonly RuleRun[],
  snapshot: Snapshot,
  elsewhere: ReadElsewhere,
  further: EvidenceGap | undefined,
): ReportGap[] {
  const blinds = new Map<string, { gap: EvidenceGap; codes: Set<string> }>();
  if (further !== undefined) blinds.set(further.id, { gap: further, codes: new Set() });
  for (const { rule, on, verdict } of runs) {
    if (verdict.state === 'crashed' && rule.role === 'symptom') {
      const gap = crashGap(rule, on, verdict.error);
      blinds.set(gap.id, { gap, codes: new Set([rule.code]) });
    }
    if (verdict.state !== 'unknown') continue;
    for (const gap of verdict.gaps) {
      if (gap.reason === 'not-requested' && gap.request !== undefined && elsewhere(gap.request)) continue;
      const entry = blinds.get(gap.id) ?? { gap, codes: new Set<string>() };
      entry.codes.add(rule.code);
      blinds.set(gap.id, entry);
    }
  }
  for (const gap of snapshot.gaps) if (!blinds.has(gap.id)) blinds.set(gap.id, { gap, codes: new Set() });
  return [...blinds.values()].slice(0, MOST_GAPS).map(reportGap);
}

/** `codes`: of the rules that it blinds. */
export function reportGap({ gap, codes }: { readonly gap: EvidenceGap; readonly codes: Iterable<string> }): ReportGap {
  return {
    id: gap.id,
    wanted: gap.wanted,
    reason: gap.reason,
    detail: gap.detail,
    ...(gap.unlock === undefined ? {} : { unlock: gap.unlock }),
    blinds: [...codes].sort(),
  };
}

/** A symptom rule that stopped with an error leaves its object unexamined, which must not pass for healthy. */
function crashGap(rule: RuleRun['rule'], on: ResourceRef, error: string): EvidenceGap {
  return {
    id: `gap:crashed:${rule.code}:${refKey(on)}`,
    wanted: `whether ${on.kind} ${on.namespace === undefined ? '' : `${on.namespace}/`}${on.name} is in order`,
    reason: 'failed',
    detail: `${rule.code} ${rule.name} stopped with an error of its own: ${error}`,
  };
}
