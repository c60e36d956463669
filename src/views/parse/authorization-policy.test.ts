import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issuersOf, policyFits, type PolicyRequest, type PolicySource } from './authorization-policy.ts';

const REQUEST: PolicyRequest = {
  host: 'fraud.models.acme.test',
  path: '/v1/models/fraud:predict',
  method: 'POST',
  port: 8012,
};
const PLAIN: PolicySource = { kind: 'plain' };
const ACTIVATOR: PolicySource = { kind: 'mesh', namespace: 'knative-serving', serviceAccount: 'activator' };

function fits(rules: readonly unknown[], source: PolicySource = PLAIN): string {
  return policyFits({ spec: { rules } }, REQUEST, source);
}

describe('a policy fits a request', () => {
  test.each([
    ['no rules', [], 'no'],
    ['an empty rule', [{}], 'yes'],
    ['the host, whatever its case', [{ to: [{ operation: { hosts: ['Fraud.models.acme.test'] } }] }], 'yes'],
    ['another host', [{ to: [{ operation: { hosts: ['*.other.test'] } }] }], 'no'],
    ['a prefix of the path', [{ to: [{ operation: { paths: ['/v1/models/*'] } }] }], 'yes'],
    ['a template of the path', [{ to: [{ operation: { paths: ['/v1/{*}/fraud:predict'] } }] }], 'yes'],
    ['a template that is too short', [{ to: [{ operation: { paths: ['/v1/{*}'] } }] }], 'no'],
    ['the rest of a path', [{ to: [{ operation: { paths: ['/v1/{**}'] } }] }], 'yes'],
    ['all but this path', [{ to: [{ operation: { notPaths: ['/v1/*'] } }] }], 'no'],
    ['another port', [{ to: [{ operation: { ports: ['9090'] } }] }], 'no'],
    ['a token', [{ from: [{ source: { requestPrincipals: ['*'] } }] }], 'token'],
    ['an address', [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }], 'caller'],
    ['a header', [{ when: [{ key: 'request.headers[x]', values: ['y'] }] }], 'condition'],
    ['a namespace, of a caller that speaks plain', [{ from: [{ source: { namespaces: ['ml'] } }] }], 'no'],
    ['all but a namespace', [{ from: [{ source: { notNamespaces: ['ml'] } }] }], 'yes'],
    ['one rule of several', [{ to: [{ operation: { methods: ['GET'] } }] }, {}], 'yes'],
  ] as const)('%s: %s', (_, rules, expected) => {
    expect(fits(rules)).toBe(expected);
  });

  test('a caller of the mesh by its namespace and its service account', () => {
    const from = (source: unknown): readonly unknown[] => [{ from: [{ source }] }];
    expect(fits(from({ namespaces: ['knative-serving'] }), ACTIVATOR)).toBe('yes');
    expect(fits(from({ principals: ['cluster.local/ns/knative-serving/sa/activator'] }), ACTIVATOR)).toBe('yes');
    expect(fits(from({ principals: ['*/ns/istio-system/*'] }), ACTIVATOR)).toBe('no');
    expect(fits(from({ notPrincipals: ['*'] }), ACTIVATOR)).toBe('no');
    expect(fits(from({ principals: ['cluster.local/ns/x/sa/y'] }), { kind: 'mesh', namespace: 'x' })).toBe('caller');
    expect(fits(from({ principals: ['cluster.local/ns/x/sa/y'] }), { kind: 'mesh', namespace: 'z' })).toBe('no');
    expect(fits(from({ namespaces: ['x'] }), { kind: 'unknown' })).toBe('caller');
  });

  test('whatever is in it, it answers', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (rules) => {
        expect(['yes', 'no', 'token', 'caller', 'condition']).toContain(
          policyFits({ spec: { rules } }, REQUEST, PLAIN),
        );
      }),
    );
  });

  test('the issuers of a RequestAuthentication', () => {
    expect(issuersOf({ spec: { jwtRules: [{ issuer: 'https://id.acme.test' }, {}] } })).toEqual([
      'https://id.acme.test',
    ]);
  });
});
