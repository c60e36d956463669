/**
 * Gap fuzz: withholds one piece of evidence at a time from every scenario, as a cluster does that forbids it, and checks that nothing is
 * concluded from what was not seen. Tries everything that a verdict cited, and a fixed sample of what else lies in the namespace of the object
 * asked for; `FUZZ=all` (npm run fuzz) tries every piece that belongs to the scenario.
 */
import { describe, test } from 'vitest';
import { runRules, type RuleRun } from '../src/engine/run-rules.ts';
import { extendToSiblings } from '../src/engine/siblings.ts';
import { groupAsked } from '../src/engine/group.ts';
import { createViewContext } from '../src/engine/view-context.ts';
import { closureOf } from '../src/graph/closure.ts';
import { explain } from '../src/graph/explain.ts';
import type { Evidence, Snapshot } from '../src/model/evidence.ts';
import type { Finding } from '../src/model/finding.ts';
import { refKey, type ResourceRef } from '../src/model/reference.ts';
import { rules } from '../src/rules/index.gen.ts';
import { createReader } from '../src/snapshot/reader.ts';
import { loadScenario, scenarioIds } from './scenario.ts';
import { expectNone } from './expect-none.ts';
import { withhold } from './withhold.ts';

const ALL = process.env['FUZZ'] === 'all';
/** Pieces that no verdict cited, per scenario, in the quick run. */
const SAMPLE = 12;

interface Answer {
  readonly runs: readonly RuleRun[];
  readonly findings: readonly Finding[];
  /** What the diagnosis of the object asked for gives as its causes, confirmed ones only. */
  readonly confirmed: readonly Finding[];
}

/** The engine's own way from a Snapshot to causes, without writing the Report. */
function answerFor(snapshot: Snapshot, asked: ResourceRef): Answer {
  const context = createViewContext(createReader(snapshot));
  const closure = closureOf(context, asked);
  const { runs, findings } = runRules(
    rules,
    { objects: closure.members, asked: new Set(closure.members.map(refKey)) },
    context,
  );
  const explanation = explain(extendToSiblings(runs, findings, context), context);
  const groups = groupAsked([asked], [closure], explanation, context);
  const confirmed = groups.flatMap((group) => group.causes).filter((cause) => cause.certainty === 'confirmed');
  return { runs, findings, confirmed };
}

function citedBy(answer: Answer): ReadonlySet<string> {
  const cited = new Set<string>();
  for (const { verdict } of answer.runs) {
    const citations =
      verdict.state === 'found'
        ? verdict.findings.flatMap((finding) => [
            ...finding.citations,
            ...finding.trace.flatMap((step) => step.citations),
          ])
        : verdict.state === 'ruled-out'
          ? verdict.citations
          : [];
    for (const citation of citations) cited.add(citation.evidence);
  }
  return cited;
}

function piecesToWithhold(snapshot: Snapshot, asked: ResourceRef, full: Answer): readonly Evidence[] {
  const cited = citedBy(full);
  // A request that was not sent is nothing that anybody withholds: no gap could tell of it.
  const evidence = snapshot.evidence.filter((piece) => piece.type !== 'exchange');
  const first = evidence.filter((piece) => cited.has(piece.id));
  const others = evidence.filter(
    (piece) => !cited.has(piece.id) && (piece.type === 'list' || piece.subject.namespace === asked.namespace),
  );
  if (ALL) return [...first, ...others];
  const step = Math.max(1, Math.floor(others.length / SAMPLE));
  return [...first, ...others.filter((_, index) => index % step === 0)];
}

function problemsOf(answer: Answer, full: Answer, withheld: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  for (const { rule, on, verdict } of answer.runs) {
    if (verdict.state === 'crashed') problems.push(`${rule.code} crashes on ${on.kind}/${on.name}: ${verdict.error}`);
  }
  for (const evidence of citedBy(answer))
    if (withheld.has(evidence)) problems.push(`a verdict cites ${evidence}, which it cannot have seen`);
  // The same finding in other words is right: with less seen, less can be told.
  const places = full.findings.map(placeOf);
  const known = (finding: Finding): boolean => places.some((place) => isWithin(place, placeOf(finding), finding));
  const symptoms = new Set(
    full.findings.filter((finding) => finding.role === 'symptom').map((finding) => finding.fingerprint),
  );
  for (const finding of answer.findings) {
    if (finding.role === 'symptom' && !symptoms.has(finding.fingerprint)) {
      problems.push(
        `symptom ${finding.code} ${finding.name} appears only without it, so it is concluded from not looking: ${finding.message.text}`,
      );
    } else if (finding.role === 'cause' && finding.certainty === 'confirmed' && !finding.general && !known(finding)) {
      problems.push(
        `${finding.code} ${finding.name} is confirmed at ${finding.subject.kind}/${finding.subject.name} only without it, so it is concluded from not looking: ${finding.message.text}`,
      );
    }
  }
  for (const cause of answer.confirmed) {
    if (!known(cause))
      problems.push(
        `${cause.code} ${cause.name} is the confirmed cause at ${cause.subject.kind}/${cause.subject.name}; with everything seen it is not found there`,
      );
  }
  return problems;
}

/** Of a store the directory is the same place as the file in it: without the log of the download nobody tells which file. */
function isWithin(place: string, wider: string, finding: Finding): boolean {
  return place === wider || (finding.subject.kind === 'Source' && place.startsWith(`${wider}/`));
}

function placeOf(finding: Finding): string {
  return `${finding.code} ${refKey(finding.subject)}`;
}

describe.each(scenarioIds())('%s', (id) => {
  test('concludes nothing from what was withheld', async () => {
    const { snapshot, asked } = await loadScenario(id);
    const full = answerFor(snapshot, asked);
    const problems = new Map<string, string>();
    for (const piece of piecesToWithhold(snapshot, asked, full)) {
      const less = withhold(snapshot, piece);
      for (const problem of problemsOf(answerFor(less.snapshot, asked), full, less.withheld)) {
        if (!problems.has(problem)) problems.set(problem, `without ${piece.id}: ${problem}`);
      }
    }
    expectNone(problems.values());
  });
});
