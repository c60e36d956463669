import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { quoted } from './quoted.ts';

test('credentials in mount arguments are not repeated', () => {
  expect(quoted('mount failed\nMounting arguments: -o username=acct,password=S3cr=t //x/y.')).toBe(
    'mount failed Mounting arguments: -o username=…,password=… //x/y',
  );
});

test('any text becomes one bounded line', () => {
  assert(property(string({ maxLength: 3000 }), (text) => quoted(text).length <= 240 && !quoted(text).includes('\n')));
});
