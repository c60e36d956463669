import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newestReport, parseHealthCheckReports, reportDate } from './health-check-report.ts';

/** Azure/azure-sdk-for-python#33480. */
const SEEN = `
Report:
Duration: 149.978981ms
Date: 2023-12-12 13:57:17.896838241 +0000 UTC m=+0.298028493
K8sDistribution:
K8sInfrastructure:
CorrelationId: 3f1c0a52-0000-4000-8000-0123456789ab
TroubleShootingGuide: https://aka.ms/arcmltsg

Status: Passed Name: service
Status: Failed Name: instancetype ErrorCode: E45006 ErrorMessage: Failed to validate or update instancetype
Status: Passed Name: info
`;

const results = (text: string) =>
  parseHealthCheckReports(text).flatMap((report) =>
    report.results.map(({ checker, passed, code, message }) => [checker, passed, code, message]),
  );

describe('a report as it was seen', () => {
  test('head, date in UTC, every result with its line', () => {
    const [report, ...more] = parseHealthCheckReports(SEEN);
    expect(more).toEqual([]);
    expect(report).toEqual({
      date: '2023-12-12T13:57:17.896Z',
      details: [
        ['Duration', '149.978981ms'],
        ['CorrelationId', '3f1c0a52-0000-4000-8000-0123456789ab'],
        ['TroubleShootingGuide', 'https://aka.ms/arcmltsg'],
      ],
      results: [
        { checker: 'service', passed: true, from: 10, to: 10 },
        {
          checker: 'instancetype',
          passed: false,
          code: 'E45006',
          message: 'Failed to validate or update instancetype',
          from: 11,
          to: 11,
        },
        { checker: 'info', passed: true, from: 12, to: 12 },
      ],
      unread: [],
    });
  });

  test('Windows line ends and a byte order mark change nothing', () => {
    expect(parseHealthCheckReports(`\uFEFF${SEEN.replaceAll('\n', '\r\n')}`)).toEqual(parseHealthCheckReports(SEEN));
  });

  test('within a log of the pod', () => {
    const log = SEEN.split('\n')
      .map((line) => `I1212 13:57:17.896838       8 report.go:44] ${line}`)
      .join('\n');
    expect(results(log)).toEqual(results(SEEN));
  });
});

describe('what differs from it', () => {
  test('several reports in one value: the newest is that of the latest date', () => {
    const older = SEEN.replace('2023-12-12', '2023-12-01').replace('E45006', 'E40002');
    const reports = parseHealthCheckReports(SEEN + older);
    expect(reports).toHaveLength(2);
    expect(newestReport(reports)?.results[1]?.code).toBe('E45006');
    const undated = parseHealthCheckReports('Report:\nStatus: Passed Name: a\nReport:\nStatus: Passed Name: b\n');
    expect(newestReport(undated)?.results[0]?.checker).toBe('b');
  });

  test('a second head without its Report line begins another report', () => {
    const reports = parseHealthCheckReports(SEEN.replace('Report:\n', '') + SEEN.replace('Report:\n', ''));
    expect(reports.map((report) => report.results.length)).toEqual([3, 3]);
  });

  test('a message over several lines belongs to its result', () => {
    const [report] = parseHealthCheckReports(
      'Status: Failed Name: clusterresource ErrorCode: E45001 ErrorMessage: pods are not healthy:\n  gateway-7f\n\n  fluent-bit-2\nStatus: Passed Name: info\n',
    );
    expect(report?.results[0]).toMatchObject({
      message: 'pods are not healthy:\n  gateway-7f\n  fluent-bit-2',
      from: 1,
      to: 4,
    });
    expect(report?.results[1]?.passed).toBe(true);
    expect(report?.unread).toEqual([]);
  });

  test.each([
    ['Status: Fai', [], ['Status: Fai']],
    ['Status: Failed Name: instancetype ErrorC', [['instancetype', false, undefined, undefined]], 1],
    ['Status: Failed Name: instancetype ErrorCode: E450', [['instancetype', false, undefined, undefined]], 1],
    ['Status: Failed Name: instancetype ErrorCode: E45006', [['instancetype', false, 'E45006', undefined]], 1],
    ['Status: Failed Name: instancetype ErrorCode: E45006 ErrorM', [['instancetype', false, 'E45006', undefined]], 1],
  ])('cut in the middle of a line: %s', (end, read, unread) => {
    const [report] = parseHealthCheckReports(`Report:\nStatus: Passed Name: service\n${end}`);
    expect(results(`Report:\nStatus: Passed Name: service\n${end}`).slice(1)).toEqual(read);
    expect(report?.unread).toEqual(unread === 1 ? [end] : unread);
  });

  test('a head in another language, and none at all', () => {
    const [french] = parseHealthCheckReports(
      'Rapport : \nDurée : 12s\nDate : 2024-03-02T08:00:00+01:00\nStatus: Failed Name: service ErrorCode: E40001 ErrorMessage: équilibreur\n',
    );
    expect(french).toMatchObject({ date: '2024-03-02T07:00:00.000Z', details: [['Durée', '12s']] });
    expect(french?.results[0]).toMatchObject({ code: 'E40001', message: 'équilibreur' });
    expect(results('Status: Passed Name: service\n')).toEqual([['service', true, undefined, undefined]]);
  });

  test('labels of results in another language: a code is a failure', () => {
    expect(results('Statut : Échec Nom : service CodeErreur : E40001 MessageErreur : pas pris en charge\n')).toEqual([
      ['service', false, 'E40001', 'pas pris en charge'],
    ]);
    expect(parseHealthCheckReports('Statut : Réussi Nom : service\nx y\n')[0]?.unread).toEqual(['x y']);
  });

  test('unknown codes and foreign states are kept', () => {
    expect(results('Status: Failed Name: gpu ErrorCode: E48123 ErrorMessage: new\n')).toEqual([
      ['gpu', false, 'E48123', 'new'],
    ]);
    expect(parseHealthCheckReports('Status: Passed Name: a\nStatus: Skipped Name: b\n')[0]?.unread).toEqual([
      'Status: Skipped Name: b',
    ]);
  });

  test('JSON: a list of results with its head, one object a line, and a list that was cut', () => {
    const entries = [
      { status: 'Passed', name: 'service' },
      { status: 'Failed', name: 'inferencev1', errorCode: 'E45005', errorMessage: 'confict' },
    ];
    const told = [
      ['service', true, undefined, undefined],
      ['inferencev1', false, 'E45005', 'confict'],
    ];
    const whole = JSON.stringify({ report: { Date: '2024-03-02T08:00:00Z', results: entries } });
    expect(results(whole)).toEqual(told);
    expect(parseHealthCheckReports(whole)[0]?.date).toBe('2024-03-02T08:00:00.000Z');
    expect(results(entries.map((entry) => JSON.stringify(entry)).join('\n'))).toEqual(told);
    const cut = `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')},\n{"status":"Fai`;
    expect(results(cut)).toEqual(told);
    expect(parseHealthCheckReports(cut)[0]?.unread.at(-1)).toBe('{"status":"Fai');
  });
});

test.each([
  ['2023-12-12 13:57:17.896838241 +0000 UTC m=+0.298028493', '2023-12-12T13:57:17.896Z'],
  ['2023-12-12 13:57:17 +0530 IST', '2023-12-12T08:27:17.000Z'],
  ['2023-12-12T13:57:17Z', '2023-12-12T13:57:17.000Z'],
  ['2023-12-12 13:57:17', '2023-12-12T13:57:17.000Z'],
  ['Tue, 12 Dec 2023 13:57:17 GMT', '2023-12-12T13:57:17.000Z'],
  ['Tue Dec 12 13:57:17 UTC 2023', '2023-12-12T13:57:17.000Z'],
  ['2023-99-12 13:57:17', undefined],
  ['yesterday', undefined],
])('the time %s', (text, expected) => {
  expect(reportDate(text)).toBe(expected);
});

describe('hostile text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'Report:',
      'Status: Failed Name: x ErrorCode: E40001 ErrorMessage: y',
      'Status: Passed Name: x',
      'Status:',
      'Date: 2023-12-12 13:57:17 +0000 UTC',
      '{',
      '[{"status":"Failed","name":"x"}]',
      '',
      'a: b: c: E40001 : d',
    ),
    fc.string({ maxLength: 80 }),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('\n'));

  test('any text is taken; every line that begins a result is a result or kept', () => {
    fc.assert(
      fc.property(text, (input) => {
        for (const report of parseHealthCheckReports(input)) {
          for (const { from, to, checker } of report.results) {
            expect(from).toBeLessThanOrEqual(to);
            expect(checker.length).toBeLessThanOrEqual(200);
          }
          if (report.date !== undefined) expect(report.date).toMatch(/^.{4,7}-\d\d-\d\dT.*Z$/);
        }
      }),
    );
  });

  test('a result is read wherever it stands, with every cut of what follows it', () => {
    fc.assert(
      fc.property(fc.nat(SEEN.length), (length) => {
        const whole = results(SEEN);
        const found = results(`${SEEN}Report:\n${SEEN.slice(0, length)}`);
        expect(found.slice(0, whole.length)).toEqual(whole);
      }),
    );
  });

  test('a megabyte of one line, and of lines that almost match', () => {
    expect(parseHealthCheckReports('Status: Failed Name: '.repeat(100_000))).toBeDefined();
    expect(parseHealthCheckReports('a: '.repeat(400_000))).toBeDefined();
    expect(parseHealthCheckReports(`${'['.repeat(100_000)}`)).toBeDefined();
  });
});
