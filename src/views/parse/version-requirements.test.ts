import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion, requirementsOf, VERSION_REQUIREMENTS } from './version-requirements.ts';

describe('parseVersion', () => {
  test.each([
    ['1.34.4', [1, 34, 4]],
    ['v1.31.2-gke.1384000', [1, 31, 2]],
    ['v1.30.8+rke2r1', [1, 30, 8]],
    ['1.20', [1, 20, 0]],
  ])('%s', (text, parts) => expect(parseVersion(text)).toEqual(parts));

  test.each(['', 'latest', 'v1', 'sha256:0a1b', '20240101'])('%s is none', (text) =>
    expect(parseVersion(text)).toBeUndefined(),
  );

  test('any text', () => {
    assert(
      property(string(), (text) => {
        const parts = parseVersion(text);
        expect(parts === undefined || parts.every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });
});

test('versions are compared by number, not by letter', () => {
  expect(compareVersions([1, 9, 0], [1, 10, 0])).toBeLessThan(0);
  expect(compareVersions([1, 20, 0], [1, 20, 0])).toBe(0);
  expect(compareVersions([1, 13, 1], [1, 13, 0])).toBeGreaterThan(0);
});

test('a release requires what the newest listed one up to it does', () => {
  const least = (version: readonly number[]): readonly string[] =>
    requirementsOf('KServe', version).map((row) => `${row.needs} ${row.least.join('.')}`);
  expect(least([0, 12, 1])).toEqual(['Kubernetes 1.22.0', 'cert-manager 1.9.0']);
  expect(least([0, 17, 0])).toEqual(['Kubernetes 1.32.0', 'cert-manager 1.15.0']);
  expect(least([0, 6, 0])).toEqual([]);
});

test('rows of a product ascend', () => {
  for (const [index, row] of VERSION_REQUIREMENTS.entries()) {
    const before = VERSION_REQUIREMENTS[index - 1];
    if (before?.product !== row.product || before.needs !== row.needs) continue;
    expect(compareVersions(before.from, row.from)).toBeLessThan(0);
    expect(compareVersions(before.least, row.least)).toBeLessThanOrEqual(0);
  }
});
