/** The same evidence, read in whatever order, gives the same findings, as plain data. */
import { expect, test } from 'vitest';
import { runRule } from '../../src/engine/run-rule.ts';
import { createViewContext } from '../../src/engine/view-context.ts';
import type { Snapshot } from '../../src/model/evidence.ts';
import type { Verdict } from '../../src/model/finding.ts';
import { createReader } from '../../src/snapshot/reader.ts';
import { loadScenario, scenarioIds } from '../scenario.ts';
import { caseFiles, findingsOf, rulesUnderTest, runAsked } from './corpus.ts';

function reversed(snapshot: Snapshot): Snapshot {
  return { ...snapshot, evidence: snapshot.evidence.toReversed(), gaps: snapshot.gaps.toReversed() };
}

/** What a reader of the report would call the same answer. */
function essence(verdict: Verdict): readonly string[] {
  if (verdict.state !== 'found') return [verdict.state];
  return findingsOf(verdict)
    .map((finding) => `${finding.fingerprint} ${finding.certainty}: ${finding.message.text}`)
    .sort();
}

test.each(rulesUnderTest().map((rule) => [`${rule.code} ${rule.name}`, rule] as const))(
  '%s answers its cases in the same way again, and in reverse',
  (_, rule) => {
    for (const { rule: of, snapshot, on, asked, source } of caseFiles()) {
      if (of.code !== rule.code) continue;
      const answer = (given: Snapshot): Verdict => runRule(rule, on, createViewContext(createReader(given)), asked);
      const first = answer(snapshot);
      expect(answer(snapshot), `${source}, run twice`).toEqual(first);
      expect(essence(answer(reversed(snapshot))), `${source}, evidence in reverse order`).toEqual(essence(first));
      expect(
        JSON.parse(JSON.stringify(first)),
        `${source}: the verdict is plain data (an undefined field, a Map, a Date or a function is none)`,
      ).toStrictEqual(first);
    }
  },
);

test.each(scenarioIds())('scenario %s', async (id) => {
  const { snapshot, asked } = await loadScenario(id);
  const answers = (given: Snapshot): readonly string[] =>
    runAsked(given, asked)
      .filter(({ verdict }) => verdict.state === 'found' || verdict.state === 'crashed')
      .flatMap(({ verdict, rule }) => essence(verdict).map((text) => `${rule.code} ${text}`))
      .sort();
  const first = answers(snapshot);
  expect(answers(snapshot), 'run twice').toEqual(first);
  expect(answers(reversed(snapshot)), 'evidence in reverse order').toEqual(first);
});
