/**
 * Joins findings into cause → effect: what nothing explains is a cause, the rest folds into the chain below it. Knows codes, effects and
 * links, never the body of an object.
 */
import type { Finding } from '../model/finding.ts';
import { refKey } from '../model/reference.ts';
import type { ViewContext } from '../model/reader.ts';
import { links } from './links/index.ts';
import type { FindingIndex } from './links/link.ts';

export interface Edge {
  readonly from: Finding;
  readonly to: Finding;
  readonly link: string;
}

export interface Explanation {
  readonly findings: readonly Finding[];
  /** Cause findings that nothing else brings about. */
  readonly causes: readonly Finding[];
  readonly symptoms: readonly Finding[];
  effectsOf(finding: Finding): readonly Finding[];
  /** The causes at the far end of everything that leads to this finding; the finding itself where it is one. */
  causesOf(finding: Finding): readonly Finding[];
  /** Everything that a finding leads to, itself included. */
  reach(finding: Finding): ReadonlySet<Finding>;
  /** Shortest way from a cause to a finding, both included; undefined where there is none. */
  path(from: Finding, to: Finding): readonly Finding[] | undefined;
}

export function explain(findings: readonly Finding[], context: ViewContext): Explanation {
  const merged = mergeFindings(findings);
  const index = indexOf(merged);
  const forward = new Map<Finding, Finding[]>();
  const backward = new Map<Finding, Finding[]>();
  for (const from of merged) {
    for (const link of links) {
      for (const to of link.effectsOf(from, index, context)) {
        // An edge back would make a circle, and in a circle nothing is a cause.
        if (to === from || reachable(forward, to).has(from)) continue;
        push(forward, from, to);
        push(backward, to, from);
      }
    }
  }
  const symptoms = merged.filter((finding) => finding.role === 'symptom');
  const causes = merged.filter((finding) => finding.role === 'cause' && (backward.get(finding) ?? []).length === 0);
  return {
    findings: merged,
    causes,
    symptoms,
    effectsOf: (finding) => forward.get(finding) ?? [],
    causesOf: (finding) => [...reachable(backward, finding)].filter((candidate) => causes.includes(candidate)),
    reach: (finding) => reachable(forward, finding),
    path: (from, to) => shortestPath(forward, from, to),
  };
}

/** The same trouble found on several pods is one finding with several victims. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const known = merged.get(finding.fingerprint);
    if (!known) {
      merged.set(finding.fingerprint, finding);
      continue;
    }
    const seen = new Set(known.affects.map(refKey));
    const better = certaintyRank(finding) < certaintyRank(known) ? finding : known;
    merged.set(finding.fingerprint, {
      ...better,
      affects: [...known.affects, ...finding.affects.filter((ref) => !seen.has(refKey(ref)))],
      effects: [...new Set([...known.effects, ...finding.effects])],
    });
  }
  return [...merged.values()];
}

export function certaintyRank(finding: Finding): number {
  return finding.certainty === 'confirmed' ? 0 : finding.certainty === 'likely' ? 1 : 2;
}

function indexOf(findings: readonly Finding[]): FindingIndex {
  const bySubject = new Map<string, Finding[]>();
  const onObject = new Map<string, Finding[]>();
  for (const finding of findings) {
    push(bySubject, refKey(finding.subject), finding);
    for (const key of new Set([finding.subject, ...finding.affects].map(refKey))) push(onObject, key, finding);
  }
  return { of: (key) => bySubject.get(key) ?? [], on: (key) => onObject.get(key) ?? [], all: findings };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

function reachable(edges: ReadonlyMap<Finding, readonly Finding[]>, start: Finding): ReadonlySet<Finding> {
  const seen = new Set<Finding>([start]);
  const queue = [start];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    for (const next of edges.get(current) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}

function shortestPath(
  edges: ReadonlyMap<Finding, readonly Finding[]>,
  from: Finding,
  to: Finding,
): readonly Finding[] | undefined {
  const cameFrom = new Map<Finding, Finding>();
  const queue = [from];
  const seen = new Set<Finding>(queue);
  for (let head = 0; head < queue.length; head += 1) {
    const current = queue[head];
    if (current === undefined) break;
    if (current === to) {
      const path = [current];
      for (let step = cameFrom.get(current); step !== undefined; step = cameFrom.get(step)) path.unshift(step);
      return path;
    }
    for (const next of edges.get(current) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      cameFrom.set(next, current);
      queue.push(next);
    }
  }
  return undefined;
}
