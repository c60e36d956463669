/**
 * Cutting bytes must never change what is left.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutManagedFields } from './cut-managed-fields.ts';

function cut(text: string): string {
  return cutManagedFields(Buffer.from(text)).toString('utf8');
}

it('cuts the array wherever it stands among the members', () => {
  expect(cut('{"a":1,"managedFields":[{"x":"]\\"["}]}')).toBe('{"a":1}');
  expect(cut('{"managedFields":[[]],"a":1}')).toBe('{"a":1}');
  expect(cut('{"managedFields":[]}')).toBe('{}');
  expect(cut('{"a":1,"managedFields":[],"b":2}')).toBe('{"a":1,"b":2}');
});

it('leaves strings, look-alikes and unfinished arrays', () => {
  for (const text of [
    '{"a":"\\"managedFields\\":[1]"}',
    '{"x\\"managedFields":[1]}',
    '{"managedFields":{"a":[1]}}',
    '{"a":1,"managedFields":[1',
  ]) {
    expect(cut(text)).toBe(text);
  }
});

it('leaves the same list without its managedFields', () => {
  const item = fc.record(
    { name: fc.string(), managedFields: fc.array(fc.jsonValue()), labels: fc.jsonValue(), z: fc.string() },
    { requiredKeys: [] },
  );
  const shuffled = fc
    .tuple(item, fc.boolean())
    .map(([object, back]) => (back ? Object.fromEntries(Object.entries(object).toReversed()) : object));
  fc.assert(
    fc.property(fc.array(shuffled), (items) => {
      const expected = items.map((object) =>
        Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'managedFields')),
      );
      expect(cut(JSON.stringify({ items }))).toBe(JSON.stringify({ items: expected }));
    }),
  );
});
