import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificateFault, takenName, trafficFault, unclaimedDomain } from './knative-message.ts';

describe('names that are taken', () => {
  test.each([
    ['There is an existing Deployment "a-00001-deployment" that we do not own.', 'Deployment', 'a-00001-deployment'],
    ['There is an existing Configuration "a" that we do not own.', 'Configuration', 'a'],
    [
      'The revision name "a-v2" is taken by a conflicting Revision, so traffic will not be migrated',
      'Revision',
      'a-v2',
    ],
    ['Resource a-00001 of type Service is not owned by SKS', 'Service', 'a-00001'],
  ])('%s', (message, kind, name) => {
    expect(takenName(message)).toEqual({ kind, name });
  });
});

describe('faults of traffic', () => {
  test.each([
    ['Revision "a-v1" referenced in traffic not found.', { fault: 'missing', kind: 'Revision', name: 'a-v1' }],
    ['Configuration "a" referenced in traffic not found.', { fault: 'missing', kind: 'Configuration', name: 'a' }],
    ['Revision "b-1" does not belong to Service "a".', { fault: 'foreign', kind: 'Revision', name: 'b-1' }],
    [
      'Revision "b-1" belongs to Service "b", not Service "a".',
      { fault: 'foreign', kind: 'Revision', name: 'b-1', service: 'b' },
    ],
    ['Revision "a-3" was deleted.', { fault: 'deleted', kind: 'Revision', name: 'a-3' }],
  ])('%s', (message, fault) => {
    expect(trafficFault(message)).toEqual(fault);
  });

  test('a Revision that is not Ready is none', () => {
    expect(trafficFault('Configuration "a" does not have any ready Revision.')).toBeUndefined();
    expect(trafficFault('Revision "a-1" failed to become ready.')).toBeUndefined();
  });
});

test('a domain without a claim, a certificate that does not come', () => {
  const claim =
    'no ClusterDomainClaim found for domain "m.acme.example" (and autocreate-cluster-domain-claims property is not true)';
  expect(unclaimedDomain(claim)).toBe('m.acme.example');
  expect(certificateFault('Certificate route-1 is not ready: no challenge solver service for domain x')).toEqual({
    name: 'route-1',
    why: 'no challenge solver service for domain x',
  });
});

test('takes any text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      takenName(text);
      trafficFault(text);
      certificateFault(text);
    }),
  );
});
