import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ATTACKS, hostileIn, recordedReports, withTexts } from '../../../test/reports.ts';
import type { Report, ReportFix } from '../../model/report-schema.ts';
import { widthOf } from '../text.ts';
import { renderTerminal } from './render.ts';

let reports: ReadonlyMap<string, Report>;
beforeAll(async () => {
  reports = await recordedReports();
});

function withoutCommands(report: Report): Report {
  const bare = (fix: ReportFix): ReportFix => ({
    ...fix,
    steps: [],
    undo: [],
    verify: { kind: 'manual', text: fix.title },
  });
  return {
    ...report,
    diagnoses: report.diagnoses.map((diagnosis) => ({
      ...diagnosis,
      causes: diagnosis.causes.map((cause) => ({ ...cause, fixes: cause.fixes.map(bare) })),
    })),
  };
}

const SGR = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

test('no escape sequence of a cluster reaches the terminal', () => {
  for (const [name, report] of reports) {
    for (const attack of ATTACKS) {
      const hostile = withTexts(report, (text) => `${attack}${text}${attack}`);
      for (const ascii of [true, false]) {
        expect(hostileIn(renderTerminal(hostile, { width: 80, colour: false, ascii })), name).toBeUndefined();
        const coloured = renderTerminal(hostile, { width: 80, colour: true, ascii });
        expect(hostileIn(coloured.replaceAll(SGR, '')), name).toBeUndefined();
      }
    }
  }
});

test('nor does anything else that text can hold', () => {
  const [report] = [...reports.values()];
  if (report === undefined) throw new Error('no report');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 20, max: 200 }), (text, width) => {
      const output = renderTerminal(
        withTexts(report, () => text),
        { width, colour: false, ascii: false },
      );
      expect(hostileIn(output)).toBeUndefined();
    }),
    { numRuns: 40 },
  );
});

test('colour is never the only carrier of a meaning', () => {
  for (const report of reports.values()) {
    const plain = renderTerminal(report, { width: 90, colour: false, ascii: false });
    const coloured = renderTerminal(report, { width: 90, colour: true, ascii: false });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[');
    // Blanks that end a line stand inside a colour and cannot be seen.
    const bare = coloured.replaceAll(SGR, '').replaceAll(/ +$/gm, '');
    expect(bare).toBe(plain);
  }
});

test('in ASCII mode everything but quotations is ASCII', () => {
  for (const [name, report] of reports) {
    const worded = withTexts(report, (text) => `${text} ‘x’ “y” – — … · × →`);
    // Evidence is quoted, and a command must stay what it is.
    const told = withoutCommands({
      ...worded,
      diagnoses: worded.diagnoses.map((diagnosis) => ({ ...diagnosis, evidence: [] })),
    });
    const output = renderTerminal(told, { width: 90, colour: false, ascii: true });
    expect(output.match(/[^\n\u0020-\u007e]/g) ?? [], name).toEqual([]);
  }
});

describe('frames', () => {
  test('every number that is referred to has its frame', () => {
    for (const [name, report] of reports) {
      for (const diagnosis of report.diagnoses) {
        const frames = new Set(diagnosis.evidence.map((frame) => frame.number));
        const used = [...diagnosis.causes, ...diagnosis.candidates, ...diagnosis.alsoWrong, ...diagnosis.why].flatMap(
          (entry) => entry.evidence,
        );
        expect(
          used.filter((number) => !frames.has(number)),
          name,
        ).toEqual([]);
      }
    }
  });
  test('and every frame is printed with its number', () => {
    for (const [name, report] of reports) {
      const output = renderTerminal(report, { width: 90, colour: false, ascii: true });
      for (const diagnosis of report.diagnoses) {
        if (diagnosis.status === 'healthy') continue;
        for (const frame of diagnosis.evidence) expect(output, name).toContain(` (${frame.number}) `);
      }
    }
  });
});

test('only commands are wider than the terminal: their words are never broken', () => {
  for (const [name, report] of reports) {
    for (const width of [60, 80, 100]) {
      const lines = renderTerminal(withoutCommands(report), { width, colour: false, ascii: false }).split('\n');
      expect(
        lines.filter((line) => widthOf(line) > width),
        `${name} at ${width}`,
      ).toEqual([]);
    }
  }
});

test('no two steps of a chain stand side by side, however long it is', () => {
  const [report] = [...reports.values()].filter((one) => one.diagnoses[0]?.why.length);
  const [diagnosis] = report?.diagnoses ?? [];
  if (report === undefined || diagnosis === undefined) throw new Error('no chain');
  for (const steps of [2, 6, 11, 14, 20]) {
    const why = Array.from({ length: steps }, (_, index) => ({ text: `step ${index}`, evidence: [], asked: false }));
    const lines = renderTerminal(
      { ...report, diagnoses: [{ ...diagnosis, why }] },
      { width: 90, colour: false, ascii: true },
    ).split('\n');
    const columns = lines.filter((line) => / step \d+$/.test(line)).map((line) => line.indexOf('step'));
    expect(columns.slice(1)).toEqual([...new Set(columns.slice(1))].toSorted((a, b) => a - b));
    expect(columns).toHaveLength(steps);
  }
});

test('of a long quotation the end is shown: the cause stands there', () => {
  const report = reports.get('configmap-key-missing, by name');
  const [diagnosis] = report?.diagnoses ?? [];
  const [frame] = diagnosis?.evidence ?? [];
  if (report === undefined || diagnosis === undefined || frame === undefined) throw new Error('no such report');
  const text = `begins here ${'and goes on '.repeat(100)}connection refused`;
  const long = { ...diagnosis, evidence: [{ ...frame, lines: [{ text, marked: true }] }] };
  const output = renderTerminal({ ...report, diagnoses: [long] }, { width: 80, colour: false, ascii: true });
  expect(output).toMatch(/begins here[^]*\n +\| \.\.\.\n[^]*refused\n/);
});

test('says the exit code, and what to ask next', () => {
  for (const report of reports.values()) {
    const last = renderTerminal(report, { width: 90, colour: false, ascii: true }).trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/^More: .*exit [012]$/);
  }
});
