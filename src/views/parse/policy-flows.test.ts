/** Flows against NetworkPolicies as people write them; what cannot be judged is never called cut. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/reader.ts';
import { cutBy, type Flow } from './policy-flows.ts';

function policy(name: string, spec: JsonObject): KubeObject {
  return {
    ref: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'azureml', name },
    body: { spec },
    cite: (label) => ({ evidence: 'ev:x', at: { kind: 'whole' }, label }),
  };
}

const HTTPS: Flow = { direction: 'Egress', port: 443, protocol: 'TCP', peer: 'outside' };
const SCORING: Flow = { direction: 'Ingress', port: 5001, protocol: 'TCP', peer: 'elsewhere', namespace: 'azureml' };
const ALL = { podSelector: {} };

test('without a policy for all pods nothing is known to be cut', () => {
  expect(cutBy([], HTTPS)).toBeUndefined();
  expect(
    cutBy([policy('a', { podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Egress'] })], HTTPS),
  ).toBeUndefined();
  // Without policyTypes and rules for going out a policy is about coming in only.
  expect(cutBy([policy('a', ALL)], HTTPS)).toBeUndefined();
  expect(cutBy([policy('a', ALL)], SCORING)?.ref.name).toBe('a');
});

test('a rule lets through by port, protocol and peer', () => {
  const deny = policy('deny', { ...ALL, policyTypes: ['Ingress', 'Egress'] });
  const egress = (rule: JsonObject): readonly KubeObject[] => [deny, policy('more', { ...ALL, egress: [rule] })];
  const ingress = (rule: JsonObject): readonly KubeObject[] => [deny, policy('more', { ...ALL, ingress: [rule] })];
  expect(cutBy(egress({}), HTTPS)).toBeUndefined();
  expect(cutBy(egress({ ports: [{ port: 400, endPort: 500 }] }), HTTPS)).toBeUndefined();
  expect(cutBy(egress({ ports: [{ port: 443, protocol: 'UDP' }] }), HTTPS)?.ref.name).toBe('deny');
  expect(cutBy(egress({ to: [{ namespaceSelector: {} }] }), HTTPS)?.ref.name).toBe('deny');
  expect(cutBy(egress({ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }), HTTPS)).toBeUndefined();
  const from = (name: string): JsonObject => ({
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }],
  });
  expect(cutBy(ingress(from('azureml')), SCORING)).toBeUndefined();
  expect(cutBy(ingress(from('shop')), SCORING)?.ref.name).toBe('deny');
  expect(cutBy(ingress({ from: [{ podSelector: {} }] }), SCORING)?.ref.name).toBe('deny');
  expect(cutBy(ingress({ from: [{ namespaceSelector: { matchLabels: { team: 'ml' } } }] }), SCORING)).toBeUndefined();
});

test('malformed policies are read without an error', () => {
  const odd = policy('odd', {
    podSelector: 7,
    policyTypes: 'Egress',
    egress: [null, { to: [null, 3], ports: [null] }],
  });
  expect(() => cutBy([odd], HTTPS)).not.toThrow();
});
