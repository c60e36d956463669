import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationSeconds } from './go-duration.ts';

test.each([
  ['60s', 60],
  ['1h30m', 5400],
  ['1.5m', 90],
  ['500ms', 0.5],
  ['0', 0],
  ['-10s', -10],
])('%s', (text, seconds) => {
  expect(durationSeconds(text)).toBeCloseTo(seconds);
});

test.each(['', '60', '10 s', '1d', 's', '1h-2m', 'ten minutes', '30sec'])('refuses %j', (text) => {
  expect(durationSeconds(text)).toBeUndefined();
});

test('takes any text', () => {
  fc.assert(fc.property(fc.string(), (text) => void durationSeconds(text)));
});
