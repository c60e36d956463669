import { beforeAll, expect, test } from 'vitest';
import { ATTACKS, hostileIn, recordedReports, withTexts } from '../../test/reports.ts';
import type { Report } from '../model/report-schema.ts';
import { renderShort } from './short.ts';

let reports: ReadonlyMap<string, Report>;
beforeAll(async () => {
  reports = await recordedReports();
});

test('no escape sequence of a cluster reaches a chat or a log', () => {
  for (const [name, report] of reports) {
    for (const attack of ATTACKS) {
      const output = renderShort(withTexts(report, (text) => `${attack}${text}\n${attack}`));
      expect(hostileIn(output), name).toBeUndefined();
    }
  }
});

test('one or two lines a diagnosis, whatever its texts hold', () => {
  for (const [name, report] of reports) {
    const broken = withTexts(report, (text) => `${text}\n\nand more`);
    for (const each of [report, broken]) {
      const lines = renderShort(each).trimEnd().split('\n');
      expect(lines.length, name).toBeLessThanOrEqual(Math.max(1, 2 * each.diagnoses.length));
    }
  }
});

test('names the object, the code, the certainty, the fix and the command to ask again', () => {
  const report = reports.get('configmap-key-missing, by name');
  const subject = report?.diagnoses[0]?.subject;
  if (report === undefined || subject === undefined) throw new Error('no such report');
  const [first = '', second = ''] = renderShort(report).split('\n');
  expect(first).toMatch(
    new RegExp(
      `^${subject.namespace ?? ''}/${subject.kind.toLowerCase()}/${subject.name}  IS\\d{4} .* \\(confirmed\\)$`,
    ),
  );
  expect(second).toMatch(/^ {2}fix: .* · inferscope \w+\/\S+ -n \S+$/);
});

test('a name that a shell would read as more than a name is quoted', () => {
  const report = reports.get('configmap-key-missing, by name');
  if (report === undefined) throw new Error('no such report');
  const hostile = withTexts(report, (text) => (text === report.diagnoses[0]?.subject.name ? 'x; reboot' : text));
  expect(renderShort(hostile)).toContain("inferscope 'deployment/x; reboot' -n");
});
