import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCpu, formatMemory, formatQuantity, parseQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['2', 2],
    ['1500m', 1.5],
    ['100m', 0.1],
    ['250u', 0.00025],
    ['12345678n', 0.012345678],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E3', 1000],
    ['12e-1', 1.2],
    ['1E', 1e18],
    ['1k', 1000],
    ['4G', 4e9],
    ['256Mi', 268_435_456],
    ['1.5Gi', 1_610_612_736],
    ['15919180Ki', 15_919_180 * 1024],
    ['1Ei', 1024 ** 6],
    ['-1', -1],
    ['+1', 1],
  ])('reads %s', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });

  it.each([
    '',
    'Mi',
    '1 Gi',
    '1gi',
    '1K',
    '1mi',
    '1.2.3',
    'e3',
    '0x10',
    '9'.repeat(70),
    undefined,
    null,
    {},
    Number.NaN,
  ])('knows %s is no quantity', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('takes plain numbers as YAML gives them', () => {
    expect(parseQuantity(4)).toBe(4);
  });
});

describe('formatting', () => {
  it('writes quantities as people do', () => {
    expect([2, 1.5, 0.1, 0, 0.0001].map(formatCpu)).toEqual(['2', '1500m', '100m', '0', '1m']);
    expect([512, 256 * 1024 ** 2, 1.5 * 1024 ** 3, 1280 * 1024 ** 2].map(formatMemory)).toEqual([
      '512',
      '256Mi',
      '1.5Gi',
      '1280Mi',
    ]);
    expect(formatMemory(13_529_146_982)).toBe('12.6Gi');
    expect(formatMemory(1024 ** 3 - 1)).toBe('1Gi');
    expect(formatQuantity('limits.cpu', 0.25)).toBe('250m');
    expect(formatQuantity('requests.memory', 1024 ** 3)).toBe('1Gi');
    expect(formatQuantity('ephemeral-storage', 1024 ** 3)).toBe('1Gi');
    expect(formatQuantity('hugepages-2Mi', 1024 ** 2)).toBe('1Mi');
    expect(formatQuantity('nvidia.com/gpu', 4)).toBe('4');
  });

  it('can be read back, near enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        const back = parseQuantity(formatMemory(bytes)) ?? Number.NaN;
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes * 0.051);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (milli) => {
        expect(parseQuantity(formatCpu(milli / 1000))).toBe(milli / 1000);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['number', 'undefined']).toContain(typeof parseQuantity(text));
      }),
    );
  });
});
