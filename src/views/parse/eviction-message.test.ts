import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { parseEviction } from './eviction-message.ts';

test('a node low on memory, with the container that used most', () => {
  const text =
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container server was using 7Gi, request is 1Gi, has larger consumption of memory. ';
  expect(parseEviction(text)).toEqual({
    kind: 'node',
    resource: 'memory',
    threshold: '100Mi',
    available: '51200Ki',
    container: 'server',
    usage: '7Gi',
    request: '1Gi',
  });
});

test('a node low on disk, without numbers, as older kubelets say it', () => {
  expect(parseEviction('The node was low on resource: ephemeral-storage. ')).toEqual({
    kind: 'node',
    resource: 'ephemeral-storage',
  });
  expect(
    parseEviction('The node was low on resource: memory. Container a was using 1Gi, which exceeds its request of 0. '),
  ).toMatchObject({ container: 'a', usage: '1Gi', request: '0' });
});

test('limits of the pod itself', () => {
  expect(parseEviction('Container cache exceeded its local ephemeral storage limit "2Gi". ')).toEqual({
    kind: 'limit',
    resource: 'ephemeral-storage',
    container: 'cache',
    limit: '2Gi',
  });
  expect(parseEviction('Usage of EmptyDir volume "shm" exceeds the limit "64Mi". ')).toEqual({
    kind: 'limit',
    resource: 'emptyDir shm',
    limit: '64Mi',
  });
  expect(parseEviction('Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ')).toMatchObject({
    kind: 'limit',
    limit: '1Gi',
  });
});

test('a condition of the node', () => {
  expect(parseEviction('The node had condition: [DiskPressure]. ')).toEqual({
    kind: 'condition',
    resource: 'DiskPressure',
  });
});

test('any text is answered', () => {
  assert(property(string(), (text) => parseEviction(text).kind !== undefined));
});
