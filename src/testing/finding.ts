/** Makes findings for tests of the graph and of grouping: what matters is given, the rest is filled in. For tests only. */
import type { Finding } from '../model/finding.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';

export type GivenFinding = Partial<Finding> & Pick<Finding, 'code' | 'effects'>;

export function cause(given: GivenFinding): Finding {
  return finding({ role: 'cause', ...given });
}

export function symptom(given: GivenFinding): Finding {
  return finding({ role: 'symptom', ...given });
}

function finding(given: GivenFinding): Finding {
  const subject: ResourceRef = given.subject ?? { apiVersion: 'v1', kind: 'Pod', namespace: 'models', name: 'a' };
  return {
    fingerprint: `${given.code}#${refKey(subject)}#${given.container ?? ''}`,
    name: `Name${given.code}`,
    stage: 'start',
    role: 'cause',
    general: false,
    certainty: 'confirmed',
    basis: 'the test says so',
    message: { id: 'index', args: {}, text: `${given.code} at ${subject.kind} ${subject.name}` },
    subject,
    affects: [subject],
    citations: [{ evidence: 'ev:test', at: { kind: 'whole' }, label: 'test' }],
    trace: [],
    fixes: [],
    ...given,
  };
}
