/** Skip lists as Arc and AKS write them. */
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { skipListLack } from './proxy-skip-list.ts';

test('what is missing is named in the order in which it is written', () => {
  expect(skipListLack('10.0.0.0/16,kubernetes.default.svc,.svc.cluster.local,.svc', '10.0.0.1')).toEqual([
    '127.0.0.1',
    'localhost',
  ]);
  expect(skipListLack('', '10.0.0.1')).toEqual([
    '127.0.0.1',
    'localhost',
    '.svc',
    'the network of Services (10.0.0.1 is of it)',
  ]);
});

test('ranges, domains and stars count for what they hold', () => {
  expect(skipListLack(' LOCALHOST, 127.0.0.0/8 ,.cluster.local,172.20.0.0/14', '172.21.3.4')).toEqual([]);
  expect(skipListLack('*', '10.0.0.1')).toEqual([]);
  // One address of the network is not the network.
  expect(skipListLack('localhost,127.0.0.1,svc,10.0.0.1', '10.0.0.1')).toHaveLength(1);
  expect(skipListLack('localhost,127.0.0.1,.svc', 'fd00::1')).toEqual([]);
});

test('any text is read without an error', () => {
  assert(
    property(string(), string(), (list, address) => skipListLack(list, address).length <= 4),
    { numRuns: 300 },
  );
});
