import { expect, test } from 'vitest';
import { admits, governsIngress } from './network-policy.ts';

const pod = { namespace: 'ml', labels: { app: 'a' }, ports: { http: 8080 } };
const caller = {
  namespace: 'edge',
  labels: { app: 'envoy' },
  namespaceLabels: { 'kubernetes.io/metadata.name': 'edge', team: 'net' },
};

function policy(spec: object) {
  return { metadata: { namespace: 'ml' }, spec: { podSelector: {}, ...spec } };
}

test.each([
  ['no rules', { policyTypes: ['Ingress'] }, 'no'],
  ['an empty rule admits all', { ingress: [{}] }, 'yes'],
  ['same namespace only', { ingress: [{ from: [{ podSelector: {} }] }] }, 'no'],
  [
    'the namespace by name',
    { ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } }] }] },
    'yes',
  ],
  [
    'namespace and pod labels both have to match',
    { ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'other' } } }] }] },
    'no',
  ],
  ['another port', { ingress: [{ ports: [{ port: 9090 }] }] }, 'no'],
  ['a range of ports', { ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] }, 'yes'],
  ['a named port', { ingress: [{ ports: [{ port: 'http' }] }] }, 'yes'],
  ['UDP is not TCP', { ingress: [{ ports: [{ port: 8080, protocol: 'UDP' }] }] }, 'no'],
  ['an address range tells nothing', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }, 'unknown'],
])('%s', (_, spec, answer) => {
  expect(admits(policy(spec), pod, caller, 8080)).toBe(answer);
});

test('labels of a namespace that was not read may match', () => {
  const spec = { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'net' } } }] }] };
  expect(admits(policy(spec), pod, { namespace: 'edge', labels: {} }, 8080)).toBe('unknown');
});

test('which policies govern what comes in', () => {
  expect(governsIngress(policy({}), pod)).toBe(true);
  expect(governsIngress(policy({ policyTypes: ['Egress'] }), pod)).toBe(false);
  expect(governsIngress(policy({ podSelector: { matchLabels: { app: 'b' } } }), pod)).toBe(false);
  expect(governsIngress({ metadata: { namespace: 'other' }, spec: { podSelector: {} } }, pod)).toBe(false);
});
