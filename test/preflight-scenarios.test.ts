/** Preflight on recorded clusters: where the platform is sound every check of kserve and kubernetes is, and where it is broken the right one fails. */
import { describe, expect, test } from 'vitest';
import { preflight } from '../src/engine/preflight.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { INTENT_EVIDENCE, PREFLIGHT, type PreflightProfile } from '../src/model/preflight.ts';
import { rules } from '../src/rules/index.gen.ts';
import { loadScenario, readTruth, scenarioIds } from './scenario.ts';

/** Some captures are of clusters without KServe, made to show something else. */
function profilesFor(snapshot: Snapshot): readonly PreflightProfile[] {
  const hasKserve = snapshot.evidence.some(({ subject }) => subject.name === 'inferenceservices.serving.kserve.io');
  return hasKserve ? ['kserve', 'kubernetes'] : ['kubernetes'];
}

/** What is wrong with the platform itself; in all other captures it is sound, and what is wrong is the model or its manifest. */
const FAILED: Readonly<Record<string, readonly string[]>> = {
  'knative-activator-down': ['IS9704'],
  'knative-ingress-controller-down': ['IS9705'],
  'kserve-webhook-down': ['IS9702'],
  'webhook-backend-down': ['IS9806'],
  // No metrics-server was installed there.
  'azureml-too-many-pods': ['IS9803'],
  'gpu-not-allocatable': ['IS9803'],
  'insufficient-cpu-two-nodes': ['IS9803'],
  'insufficient-memory-node': ['IS9803'],
  'node-selector-mismatch': ['IS9803'],
  'node-not-ready': ['IS9803', 'IS9804'],
  'taint-not-tolerated': ['IS9803', 'IS9804'],
};

function withIntent(snapshot: Snapshot, profiles: readonly PreflightProfile[]): Snapshot {
  return {
    ...snapshot,
    evidence: [
      ...snapshot.evidence,
      {
        type: 'object',
        id: INTENT_EVIDENCE,
        subject: PREFLIGHT,
        completeness: { kind: 'complete' },
        body: { ...PREFLIGHT, metadata: { name: PREFLIGHT.name }, spec: { profiles, phase: 'pre-install' } },
      },
    ],
  };
}

describe.each(scenarioIds().map((id) => [id]))('%s', (id) => {
  test('fails where the platform is broken, and nowhere else', async () => {
    const { snapshot } = await loadScenario(id);
    const { report } = preflight(withIntent(snapshot, profilesFor(snapshot)), rules);
    const failed = report.checks.filter(({ state }) => state === 'failed' || state === 'crashed');
    expect(
      failed.map(({ code }) => code),
      failed.map(({ code, text }) => `${code}: ${text}`).join('\n'),
    ).toEqual(FAILED[id] ?? []);
  });
});

test('every object at fault that the truth names is the one that the check names', async () => {
  for (const id of [
    'knative-activator-down',
    'knative-ingress-controller-down',
    'kserve-webhook-down',
    'webhook-backend-down',
  ]) {
    const { snapshot } = await loadScenario(id);
    const { report } = preflight(withIntent(snapshot, ['kserve', 'kubernetes']), rules);
    const subjects = report.checks.flatMap(({ findings }) =>
      findings.map(({ subject }) => `${subject.kind}/${subject.name}`),
    );
    const { cause } = readTruth(id).truth;
    expect(subjects, id).toEqual(cause === 'none' ? [] : [`${cause.object.kind}/${cause.object.name}`]);
  }
});

test('a healthy platform is passed', async () => {
  const { snapshot } = await loadScenario('kserve-healthy-transformer');
  const { report } = preflight(withIntent(snapshot, ['kserve', 'kubernetes']), rules);
  const passed = report.checks.filter(({ state }) => state === 'passed').map(({ code }) => code);
  for (const code of [
    'IS9701',
    'IS9702',
    'IS9703',
    'IS9704',
    'IS9705',
    'IS9707',
    'IS9708',
    'IS9709',
    'IS9801',
    'IS9803',
    'IS9804',
  ])
    expect(passed).toContain(code);
});

test('what was not collected is never said to be missing', async () => {
  const { snapshot } = await loadScenario('kserve-healthy-transformer');
  const kinds = new Set(snapshot.evidence.map((piece) => (piece.type === 'list' ? piece.kind : piece.subject.kind)));
  for (const kind of kinds) {
    const evidence = snapshot.evidence.filter((piece) =>
      piece.type === 'list' ? piece.kind !== kind : piece.subject.kind !== kind,
    );
    const { report } = preflight(withIntent({ ...snapshot, evidence }, ['kserve', 'kubernetes']), rules);
    const failed = report.checks.filter(({ state }) => state === 'failed' || state === 'crashed');
    expect(
      failed.map(({ code, text }) => `${code}: ${text}`),
      `without ${kind}`,
    ).toEqual([]);
  }
});
