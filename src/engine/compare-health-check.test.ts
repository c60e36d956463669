import { describe, expect, test } from 'vitest';
import type { PreflightResult } from '../model/preflight-schema.ts';
import type { HealthCheckPart } from '../views/azureml/health-check.ts';
import { newestReport, parseHealthCheckReports } from '../views/parse/health-check-report.ts';
import { compareHealthCheck } from './compare-health-check.ts';
import type { FrameBook } from './frames.ts';

const BOOK: FrameBook = { number: () => 7, frames: [] };
const CITE = { evidence: 'ev:x', at: { kind: 'whole' }, label: 'x' } as const;

function check(code: string, state: PreflightResult['state'], foreignCode?: string): PreflightResult {
  return {
    code,
    name: 'X',
    profile: 'azureml',
    title: 'x',
    ...(foreignCode === undefined ? {} : { foreignCode }),
    weight: 'blocking',
    state,
    text: `${code} ${state}`,
    findings: [],
    evidence: [],
    gaps: [],
  };
}

function part(text: string, name = 'pre-install', matters = true): HealthCheckPart {
  const report = newestReport(parseHealthCheckReports(text));
  if (report === undefined) throw new Error('no report');
  return {
    part: name,
    matters,
    report,
    source: { apiVersion: 'v1', kind: 'ConfigMap', name: 'arcml-healthcheck' },
    cite: () => CITE,
  };
}

function compare(parts: readonly HealthCheckPart[], checks: readonly PreflightResult[]) {
  return compareHealthCheck({ state: 'present', cite: CITE, value: { parts, errors: [] } }, checks, BOOK);
}

const line = (code: string, checker = 'service'): string =>
  `Status: Failed Name: ${checker} ErrorCode: ${code} ErrorMessage: words\n`;

describe('a failure of then', () => {
  test.each([
    ['failed', 'agrees'],
    ['passed', 'fixed-since'],
    ['not-applicable', 'not-compared'],
    ['not-checked', 'not-compared'],
    ['crashed', 'not-compared'],
  ] as const)('while ours now %s: %s', (state, comparison) => {
    const compared = compare([part(line('E40001'))], [check('IS9601', state, 'E40001')]);
    expect(compared?.parts[0]?.lines[0]).toEqual({
      checker: 'service',
      passed: false,
      code: 'E40001',
      message: 'words',
      meaning: 'The cluster gives no Service of type LoadBalancer an address',
      own: 'IS9601',
      comparison,
    });
    expect(compared?.evidence).toEqual([7]);
  });

  test('several checks of one code: one that fails decides; none is fixed while another is open', () => {
    const failed = [check('IS9610', 'passed', 'E45003'), check('IS9620', 'failed', 'E45003')];
    expect(compare([part(line('E45003'))], failed)?.parts[0]?.lines[0]).toMatchObject({
      own: 'IS9620',
      comparison: 'agrees',
    });
    const open = [check('IS9610', 'passed', 'E45003'), check('IS9620', 'not-checked', 'E45003')];
    expect(compare([part(line('E45003'))], open)?.parts[0]?.lines[0]?.comparison).toBe('not-compared');
  });

  test('what no document has is kept without a meaning; the check that repeats the report is no comparison', () => {
    const [told] = compare([part(line('E48123') + line('E40000'))], [check('IS9621', 'failed')])?.parts ?? [];
    expect(told?.lines.map(({ code, comparison, own }) => [code, comparison, own])).toEqual([
      ['E48123', 'not-compared', undefined],
      ['E40000', 'not-compared', undefined],
    ]);
    expect(told?.lines[0]).not.toHaveProperty('meaning');
  });
});

describe('what the report did not see', () => {
  const checks = [check('IS9601', 'failed', 'E40001'), check('IS9602', 'passed', 'E40002'), check('IS9604', 'failed')];

  test('only what has a code of theirs, and fails now', () => {
    expect(compare([part('Status: Passed Name: info\n')], checks)?.missed).toEqual([
      { code: 'IS9601', foreignCode: 'E40001', text: 'IS9601 failed' },
    ]);
    expect(compare([part(line('E40001'))], checks)?.missed).toEqual([]);
  });

  test('a checker that passed then and is known to give the code', () => {
    const instances = [check('IS9613', 'failed', 'E45006')];
    const [told] = compare([part('Status: Passed Name: instancetype\n')], instances)?.parts ?? [];
    expect(told?.lines[0]).toMatchObject({ passed: true, own: 'IS9613', comparison: 'not-seen-then' });
  });

  test('a report that was cut, and one of another phase, tell nothing of it', () => {
    expect(compare([part('Status: Passed Name: info\nStatus: Fai')], checks)?.missed).toEqual([]);
    expect(compare([part('Status: Passed Name: info\n', 'pre-upgrade', false)], checks)?.missed).toEqual([]);
  });
});

test('no report, and one that could not be read, are none', () => {
  expect(compareHealthCheck({ state: 'absent', cite: CITE }, [], BOOK)).toBeUndefined();
  expect(compare([], [])).toBeUndefined();
});
