/** The engine as a whole: what it may call healthy, what it asks for next, and that nothing that a cluster sends makes it fail. */
import path from 'node:path';
import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCapture } from '../collect/captures/read-capture.ts';
import type { Evidence, EvidenceGap, Snapshot } from '../model/evidence.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import { KINDS } from '../model/kinds.ts';
import { reportSchema } from '../model/report-schema.ts';
import type { ResourceRef } from '../model/reference.ts';
import { renderPlain } from '../report/plain.ts';
import { renderTerminal } from '../report/terminal/render.ts';
import type { AnyRule } from '../rules/define.ts';
import { rules } from '../rules/index.gen.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { diagnose } from './diagnose.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../../test/scenarios');

function scenario(id: string): Promise<Snapshot> {
  return readCapture(path.join(SCENARIOS, id, 'capture.tgz'));
}

const DEPLOYMENT: ResourceRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'models', name: 'm' };
const forbidden = (plural: string): EvidenceGap => ({
  id: `gap:list:${plural}`,
  wanted: plural,
  reason: 'forbidden',
  detail: 'refused',
});

describe('undecided', () => {
  test('names the objects of the serving chain that hold the words that an InferenceService copies', () => {
    const service = {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'iris', namespace: 'models' },
      status: {
        conditions: [
          { type: 'PredictorReady', status: 'False', reason: 'RevisionMissing' },
          { type: 'Ready', status: 'False', reason: 'RevisionMissing', lastTransitionTime: '2026-03-01T11:40:00Z' },
        ],
      },
    };
    const unlisted = ['Configuration', 'Revision', 'Route', 'Pod', 'Deployment', 'Service'];
    const asked = { apiVersion: service.apiVersion, kind: service.kind, namespace: 'models', name: 'iris' };
    const { report } = diagnose(buildSnapshot({ objects: [service], unlisted }), { rules, asked: [asked] });
    expect(report.status).toBe('undecided');
    expect(report.diagnoses[0]?.next[0]).toMatch(/^kubectl -n models get .*revision/);
  });
});

describe('healthy', () => {
  test('is said of a scope whose lists were read', () => {
    const { report } = diagnose(buildSnapshot({ objects: [] }), { rules });
    expect([report.status, report.exitCode, report.gaps]).toEqual(['healthy', 0, []]);
  });

  test.each([
    ['Pod', 'api/v1/pods'],
    ['Deployment', 'apis/apps/v1/deployments'],
    ['Job', 'apis/batch/v1/jobs'],
  ])('is not said where the list of %ss was refused', (kind, plural) => {
    const { report } = diagnose(buildSnapshot({ unlisted: [kind], gaps: [forbidden(plural)] }), {
      rules,
      namespaces: ['models'],
    });
    expect([report.status, report.exitCode, report.diagnoses]).toEqual(['unreadable', 2, []]);
    expect(report.gaps.map((gap) => gap.reason)).toContain('forbidden');
  });

  test('is said, with the gap, where only an autoscaler or a Service was out of sight', () => {
    const { report } = diagnose(
      buildSnapshot({
        unlisted: ['HorizontalPodAutoscaler'],
        gaps: [forbidden('apis/autoscaling/v2/horizontalpodautoscalers')],
      }),
      { rules },
    );
    expect([report.status, report.gaps.length]).toEqual(['healthy', 1]);
  });

  test('holds for what was given where nobody listed everything', () => {
    const unlisted = KINDS.map((info) => info.kind);
    const pod = { kind: 'Pod', metadata: { name: 'm' }, status: { phase: 'Succeeded' } };
    const { report } = diagnose(buildSnapshot({ unlisted, objects: [pod] }), { rules });
    expect([report.status, report.gaps.map((gap) => gap.id)]).toEqual(['healthy', ['gap:given-only']]);
  });

  test('is not said where the output of a command tells that something was refused', () => {
    const outputs = [
      {
        command: 'kubectl apply -f m.yaml',
        text: 'Error from server (Forbidden): error when creating "m.yaml": admission webhook "w.example" denied the request: no\n',
      },
    ];
    const { report } = diagnose(buildSnapshot({ outputs }), { rules });
    expect([report.status, report.exitCode, report.gaps.map((gap) => gap.id)]).toEqual([
      'unreadable',
      2,
      ['gap:refused'],
    ]);
    const created = [{ command: 'kubectl apply -f m.yaml', text: 'deployment.apps/m created\n' }];
    expect(diagnose(buildSnapshot({ outputs: created }), { rules }).report.status).toBe('healthy');
  });

  test('is not said of manifests and of kinds that no rule looks at: they say nothing of their state', () => {
    const unlisted = KINDS.map((info) => info.kind);
    for (const kind of ['Deployment', 'ConfigMap', 'VirtualService']) {
      const { report } = diagnose(buildSnapshot({ unlisted, objects: [{ kind, metadata: { name: 'm' } }] }), { rules });
      expect([report.status, report.exitCode, report.gaps.map((gap) => gap.id)], kind).toEqual([
        'unreadable',
        2,
        ['gap:nothing-examined'],
      ]);
    }
  });

  test('is not said of an object that calls itself not Ready, although no rule looks at its kind', () => {
    const service = { apiVersion: 'ray.io/v1', kind: 'RayService', namespace: 'models', name: 'm' };
    const given = (ready: string): Snapshot =>
      buildSnapshot({
        objects: [
          {
            kind: 'RayService',
            apiVersion: 'ray.io/v1',
            metadata: { name: 'm' },
            status: { conditions: [{ type: 'Ready', status: ready }] },
          },
        ],
      });
    expect(diagnose(given('False'), { rules, asked: [service] }).report).toMatchObject({
      status: 'undecided',
      exitCode: 2,
    });
    expect(diagnose(given('True'), { rules, asked: [service] }).report).toMatchObject({
      status: 'healthy',
      exitCode: 0,
    });
  });

  test('is not said of an object that was not seen', () => {
    const { report } = diagnose(
      buildSnapshot({ unlisted: ['Deployment'], gaps: [forbidden('apis/apps/v1/deployments')] }),
      { rules, asked: [DEPLOYMENT] },
    );
    expect([report.status, report.exitCode]).toEqual(['unreadable', 2]);
  });
});

test('a symptom rule that stops with an error leaves no healthy result', () => {
  const broken: AnyRule = {
    ...firstSymptomRule(),
    appliesTo: ['Deployment'],
    run: () => {
      throw new TypeError('a field of a foreign type');
    },
  };
  const { report } = diagnose(buildSnapshot({ objects: [{ kind: 'Deployment', metadata: { name: 'm' } }] }), {
    rules: [broken],
  });
  expect([report.status, report.exitCode]).toEqual(['unreadable', 2]);
  expect(report.gaps[0]?.detail).toContain('TypeError: a field of a foreign type');
});

function firstSymptomRule(): AnyRule {
  const rule = rules.find((candidate) => candidate.role === 'symptom');
  if (rule === undefined) throw new Error('there are no symptom rules');
  return rule;
}

describe('what a second round should fetch', () => {
  test('one log of pods that look alike, and none where one was read', () => {
    const pod = (name: string): JsonObject => ({
      kind: 'Pod',
      owner: 'ReplicaSet/r',
      metadata: { name },
      spec: { containers: [{ name: 'main', image: 'registry.example/m:1' }] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          {
            name: 'main',
            ready: false,
            restartCount: 5,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                startedAt: '2026-03-01T11:58:00Z',
                finishedAt: '2026-03-01T11:58:10Z',
              },
            },
          },
        ],
      },
    });
    const objects: JsonObject[] = [
      { kind: 'Deployment', metadata: { name: 'm' } },
      { kind: 'ReplicaSet', owner: 'Deployment/m', metadata: { name: 'r' } },
      ...Array.from({ length: 5 }, (_, index) => pod(`p${index}`)),
    ];
    const asked = diagnose(buildSnapshot({ objects }), { rules, asked: [DEPLOYMENT] });
    const first = [...asked.wanted, ...asked.wantedLater].filter((request) => request.type === 'log');
    const places = first.map((request) => `${request.container} ${request.previous}`);
    expect(first.length).toBeGreaterThan(0);
    expect(new Set(places).size).toBe(places.length);
    const logs = first.map((request) => ({
      pod: request.pod.name,
      container: request.container,
      previous: request.previous,
      text: 'nothing that anybody knows\n',
    }));
    const second = diagnose(buildSnapshot({ objects, logs }), { rules, asked: [DEPLOYMENT] });
    expect(
      [...second.wanted, ...second.wantedLater].filter(
        (request) => request.type === 'log' && places.includes(`${request.container} ${request.previous}`),
      ),
    ).toEqual([]);
    expect(second.report.gaps.filter((gap) => gap.id.includes('/log/') && gap.reason === 'not-requested')).toEqual([]);
  });

  test('never a list of a crowded kind over the whole cluster', async () => {
    const whole = await scenario('registry-auth-no-pull-secret');
    const few = {
      ...whole,
      evidence: whole.evidence.filter(
        (piece) => piece.type !== 'list' && !(piece.type === 'object' && piece.subject.kind === 'Secret'),
      ),
    };
    const { wanted, wantedLater } = diagnose(few, { rules });
    expect(
      [...wanted, ...wantedLater]
        .filter((request) => request.type === 'list' && request.namespace === undefined)
        .map((request) => (request.type === 'list' ? request.kind : '')),
    ).not.toContain('Secret');
  });

  test('the nodes, where a cause is found that could say more with them', async () => {
    const whole = await scenario('insufficient-memory-node');
    const isOf = (piece: Evidence, kind: string): boolean =>
      (piece.type === 'object' && piece.subject.kind === kind) || (piece.type === 'list' && piece.kind === kind);
    const { report, wanted } = diagnose(
      { ...whole, evidence: whole.evidence.filter((piece) => !isOf(piece, 'Node')) },
      { rules },
    );
    expect(report.status).toBe('explained');
    expect(wanted).toContainEqual({ type: 'list', kind: 'Node', group: '' });
  });
});

const FOREIGN = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  '\u0000',
  true,
  [],
  [[]],
  {},
  { a: null },
  'constructor',
  ['a', 1, null],
  { __proto__: 1 },
] as const;

/** The object with some of its fields deleted or replaced by something of another type. */
function damaged(body: JsonObject, choose: () => number): JsonObject {
  const visit = (value: unknown, depth: number): unknown => {
    if (depth > 1 && choose() % 23 === 0) return FOREIGN[choose() % FOREIGN.length];
    if (Array.isArray(value)) return value.flatMap((entry) => (choose() % 29 === 0 ? [] : [visit(entry, depth + 1)]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, entry]) => (choose() % 29 === 0 ? [] : [[key, visit(entry, depth + 1)]])),
    );
  };
  const result = visit(body, 0);
  return isObject(result) ? result : {};
}

/** A chain of pseudo-random numbers from a seed (Numerical Recipes' linear congruence), so that a failure can be repeated. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

describe('whatever a cluster sends', () => {
  const ids = [
    'registry-auth-no-pull-secret',
    'python-evidently-api-removed',
    'insufficient-cpu-two-nodes',
    'service-selector-mismatch',
    'hpa-no-metrics',
    'pvc-no-storage-class',
    'job-backoff-limit',
  ];

  test.each(ids)('no field that is missing or foreign stops a rule or the report: %s', async (id) => {
    const snapshot = await scenario(id);
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const choose = numbersFrom(seed);
        const evidence = snapshot.evidence.map((piece) =>
          piece.type === 'object' ? { ...piece, body: damaged(piece.body, choose) } : piece,
        );
        const { report } = diagnose({ ...snapshot, evidence }, { rules });
        const crashed = report.diagnoses.flatMap((diagnosis) =>
          diagnosis.checks
            .filter((check) => check.state === 'crashed')
            .map((check) => `${check.code}: ${check.because}`),
        );
        expect([
          ...crashed,
          ...report.gaps.filter((gap) => gap.id.startsWith('gap:crashed:')).map((gap) => gap.detail),
        ]).toEqual([]);
        reportSchema.parse(report);
        renderTerminal(report, { width: 90, colour: true, ascii: false });
        renderPlain(report);
      }),
      { numRuns: 40, seed: 20260301 },
    );
  });

  test.each(ids)('the order in which evidence arrived does not matter: %s', async (id) => {
    const snapshot = await scenario(id);
    const straight = diagnose(snapshot, { rules }).report;
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const choose = numbersFrom(seed);
        const evidence = snapshot.evidence
          .map((piece) => ({ piece, at: choose() }))
          .sort((a, b) => a.at - b.at)
          .map((entry) => entry.piece);
        expect(essence(diagnose({ ...snapshot, evidence }, { rules }).report)).toEqual(essence(straight));
      }),
      { numRuns: 4, seed: 20260301 },
    );
  });
});

function essence(report: ReturnType<typeof diagnose>['report']): unknown {
  return report.diagnoses.map(({ subject, status, victims, causes, candidates, alsoWrong, unexplained }) => ({
    subject: subject.name,
    status,
    victims: victims.map((victim) => victim.name).sort(),
    causes: causes.map((cause) => [cause.code, cause.message.text, cause.affects.map((ref) => ref.name).sort()]),
    candidates: candidates.map((cause) => cause.code),
    alsoWrong: alsoWrong.map((cause) => cause.code),
    unexplained: unexplained.map((symptom) => symptom.text).sort(),
  }));
}
