/** One mechanism, one code: no two specific causes stand on the same citation of the same object; no rule crashes. */
import { test } from 'vitest';
import { appliesTo, runRule } from '../../src/engine/run-rule.ts';
import { createViewContext } from '../../src/engine/view-context.ts';
import type { Finding } from '../../src/model/finding.ts';
import { refKey } from '../../src/model/reference.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { createReader } from '../../src/snapshot/reader.ts';
import { caseFiles, findingsOf, scenariosRun } from './corpus.ts';
import { expectNone } from '../expect-none.ts';

function clashes(findings: readonly Finding[], source: string): string[] {
  const standing = new Map<string, Finding>();
  const clash: string[] = [];
  for (const finding of findings) {
    if (finding.role !== 'cause' || finding.general) continue;
    // The first citation is the most telling one; the others may be shared as context.
    const [first] = finding.citations;
    const key = `${refKey(finding.subject)} ${finding.container ?? ''} ${first.evidence} ${JSON.stringify(first.at)}`;
    const known = standing.get(key);
    if (known !== undefined && known.code !== finding.code) {
      clash.push(
        `${source}: ${known.code} ${known.name} and ${finding.code} ${finding.name} both stand on ${first.evidence} (${first.label}) for ${finding.subject.kind}/${finding.subject.name}: one of them must be silent, or general`,
      );
    }
    standing.set(key, finding);
  }
  return clash;
}

test('no two causes on one citation in any scenario, and no crash', async () => {
  const problems = new Set<string>();
  for (const { runs, source } of await scenariosRun()) {
    for (const problem of clashes(
      runs.flatMap(({ verdict }) => findingsOf(verdict)),
      source,
    ))
      problems.add(problem);
    for (const { rule, on, verdict } of runs) {
      if (verdict.state === 'crashed')
        problems.add(`${source}: ${rule.code} ${rule.name} crashes on ${on.kind}/${on.name}: ${verdict.error}`);
    }
  }
  expectNone(problems);
});

test('no two causes on one citation in any case, and no crash', () => {
  const problems = new Set<string>();
  for (const { snapshot, on, asked, source } of caseFiles()) {
    const context = createViewContext(createReader(snapshot));
    const findings: Finding[] = [];
    for (const rule of rules) {
      if (!appliesTo(rule, on)) continue;
      const verdict = runRule(rule, on, context, asked);
      findings.push(...findingsOf(verdict));
      if (verdict.state === 'crashed')
        problems.add(`${source}: ${rule.code} ${rule.name} crashes on ${on.kind}/${on.name}: ${verdict.error}`);
    }
    for (const problem of clashes(findings, source)) problems.add(problem);
  }
  expectNone(problems);
});
