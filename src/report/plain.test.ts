import { beforeAll, expect, test } from 'vitest';
import { ATTACKS, hostileIn, recordedReports, withTexts } from '../../test/reports.ts';
import type { Report } from '../model/report-schema.ts';
import { renderPlain } from './plain.ts';

let reports: ReadonlyMap<string, Report>;
beforeAll(async () => {
  reports = await recordedReports();
});

test('no escape sequence of a cluster reaches the reader', () => {
  for (const [name, report] of reports) {
    for (const attack of ATTACKS) {
      const output = renderPlain(withTexts(report, (text) => `${attack}${text}\n${attack}`));
      expect(hostileIn(output), name).toBeUndefined();
    }
  }
});

test('every line says by itself what it is', () => {
  const begin =
    /^(?:$|Result: |Object: |Cause: |Further cause: |Candidate: |Certainty: |Consequence: |Seen: |Decides it: |Victims: |Since: |Changed: |Why, step \d+: |Evidence \d+(?:, line \d+)?: |Fix: |Fix, [a-z ]+: |Also wrong: |Ruled out: |Not reached: |Not known: |Diagnosis \d+ of \d+\.|\d+ causes? in |Read \d+ |Exit code: )/;
  for (const [name, report] of reports) {
    for (const line of renderPlain(report).trimEnd().split('\n')) expect(line, name).toMatch(begin);
  }
});

test('no glyphs and no columns', () => {
  for (const report of reports.values()) expect(renderPlain(report)).not.toMatch(/[─│└▸✓✗①-⑳…]| {4,}\S+ {4,}/);
});

test('tells the cause, its certainty, its proof and its fix', () => {
  const report = reports.get('configmap-key-missing, by name');
  if (report === undefined) throw new Error('no such report');
  const output = renderPlain(report);
  const [cause] = report.diagnoses[0]?.causes ?? [];
  expect(output).toContain(`Cause: ${cause?.code ?? ''} ${cause?.name ?? ''}: ${cause?.message.text ?? ''}\n`);
  expect(output).toContain('Certainty: confirmed');
  expect(output).toContain('Evidence 1');
  expect(output).toContain('Fix: ');
  expect(output).toContain('Exit code: 1\n');
});
