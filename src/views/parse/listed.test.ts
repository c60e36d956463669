/** Lists of names stay readable, however many there are. */
import { expect, test } from 'vitest';
import { listed } from './listed.ts';

test('names as many as can be read, and says how many there are beside them', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('a');
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
  expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
  expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
