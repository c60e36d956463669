/**
 * Whole logs of the real inference server of Azure ML (azureml-inference-server-http 1.5.1, or the version after `@`, run with scoring scripts that
 * fail in one way each), as the pods of an online deployment would leave them: the true cause comes first, and what works is silent. `RUN=no-run npx vitest run
 * test/azureml-server.test.ts` runs one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { diagnose } from '../src/engine/diagnose.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import type { JsonObject } from '../src/model/json.ts';
import { rules } from '../src/rules/index.gen.ts';
import { buildSnapshot, type Given } from '../src/testing/snapshot-builder.ts';
import { expectNone } from './expect-none.ts';

const FOLDER = path.resolve(import.meta.dirname, 'azureml-server');
const only = process.env['RUN'] ?? '';

const runSchema = z.object({
  ready: z.boolean(),
  exitCode: z.number(),
  requests: z.array(
    z.object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string().optional(),
      status: z.number(),
      answer: z.string(),
      answerHeaders: z.record(z.string(), z.string()),
    }),
  ),
});
type Run = z.infer<typeof runSchema>;

const expectationSchema = z.strictObject({
  /** Code of the first cause; `none` where everything is in order; `undecided` where the log does not tell. */
  cause: z.string(),
  certainty: z.string().optional(),
  /** Words that the first cause's message must hold. */
  says: z.string().optional(),
});

const runs = z.record(z.string(), runSchema).parse(JSON.parse(readFileSync(path.join(FOLDER, 'runs.json'), 'utf8')));
const expected = z
  .record(z.string(), expectationSchema)
  .parse(load(readFileSync(path.join(FOLDER, 'expected.yaml'), 'utf8'), { schema: CORE_SCHEMA }));

describe('logs of the inference server', () => {
  test('every run has an expectation', () => {
    expectNone(Object.keys(runs).filter((id) => expected[id] === undefined));
  });

  for (const [id, run] of Object.entries(runs)) {
    if (!id.includes(only)) continue;
    test(id, () => expectNone(problemsOf(id, run)));
  }
});

function problemsOf(id: string, run: Run): readonly string[] {
  const wanted = expected[id];
  if (wanted === undefined) return ['it has no expectation'];
  const asked = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'scoring', name: 'credit-blue' };
  const { report } = diagnose(snapshotOf(id, run), { rules, asked: [asked] });
  const [diagnosis] = report.diagnoses;
  const cause = diagnosis?.causes[0];
  const given = cause?.code ?? (diagnosis?.status === 'undecided' ? 'undecided' : 'none');
  const told = `${given} ${cause?.certainty ?? ''} ${cause?.message.text ?? diagnosis?.candidates.map((candidate) => candidate.code).join(' ') ?? ''}`;
  const problems: string[] = [];
  if (given !== wanted.cause) problems.push(`cause is ${told}, not ${wanted.cause}`);
  if (wanted.certainty !== undefined && cause?.certainty !== wanted.certainty) problems.push(`certainty: ${told}`);
  if (wanted.says !== undefined && cause?.message.text.includes(wanted.says) !== true)
    problems.push(`the message does not say ${JSON.stringify(wanted.says)}: ${told}`);
  return problems;
}

/** A Deployment of one pod, as the inference operator makes it, that ran this server. */
function snapshotOf(id: string, run: Run): Snapshot {
  const text = readFileSync(path.join(FOLDER, 'logs', `${id}.txt`), 'utf8');
  const labels = {
    isazuremlapp: 'true',
    'ml.azure.com/endpoint-name': 'credit',
    'ml.azure.com/deployment-name': 'blue',
  };
  const given: Given = {
    namespace: 'scoring',
    objects: objectsOf(run, labels, environmentOf(text)),
    logs: [{ pod: POD, container: 'inference-server', previous: !run.ready, text }],
    requests: run.requests.map((request) => ({ ...request, headers: request.headers })),
    events: run.ready
      ? []
      : [
          {
            on: `Pod/${POD}`,
            reason: 'BackOff',
            message: `Back-off restarting failed container inference-server in pod ${POD}`,
            container: 'inference-server',
            count: 12,
          },
        ],
  };
  return buildSnapshot(given);
}

const POD = 'credit-blue-6c9f7d5b8-x2k4p';

/** The variables of the run, as its server printed them at its start. */
function environmentOf(text: string): readonly JsonObject[] {
  const model = /^Model Directory: (\S+)$/m.exec(text)?.[1] ?? '/var/azureml-app/azureml-models/credit-model/3';
  const workers = /^Worker Count: (\S+)$/m.exec(text)?.[1] ?? '1';
  const isUnset = /No score script found|Either provide an entry_script/.test(text);
  return [
    ...(isUnset ? [] : [{ name: 'AZUREML_ENTRY_SCRIPT', value: 'onlinescoring/score.py' }]),
    ...(model === 'None' ? [] : [{ name: 'AZUREML_MODEL_DIR', value: model }]),
    ...(workers === '1' ? [] : [{ name: 'WORKER_COUNT', value: workers }]),
  ];
}

function objectsOf(
  run: Run,
  labels: Readonly<Record<string, string>>,
  env: readonly JsonObject[],
): readonly JsonObject[] {
  const ready = run.ready ? 1 : 0;
  const word = run.ready ? 'True' : 'False';
  const containers = [
    {
      name: 'inference-server',
      image: 'acme.azurecr.io/azureml/azureml_1f2e3d:latest',
      ports: [{ containerPort: 5001 }],
      env,
      volumeMounts: [{ name: 'model-mount', mountPath: '/var/azureml-app' }],
    },
  ];
  // Code and model of a deployment are downloaded into a volume of the pod before its server starts (Azure/MachineLearningNotebooks#1900).
  const spec = { containers, volumes: [{ name: 'model-mount', emptyDir: {} }] };
  const since = '2026-03-01T11:40:00Z';
  const conditions = (names: readonly string[], status: string): readonly JsonObject[] =>
    names.map((type) => ({ type, status, lastTransitionTime: since }));
  return [
    {
      kind: 'Deployment',
      metadata: { name: 'credit-blue', labels, generation: 1 },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: ready,
        availableReplicas: ready,
        unavailableReplicas: 1 - ready,
        conditions: [
          { type: 'Available', status: word, reason: 'MinimumReplicas', lastTransitionTime: since },
          {
            type: 'Progressing',
            status: word,
            reason: run.ready ? 'NewReplicaSetAvailable' : 'ProgressDeadlineExceeded',
            lastUpdateTime: since,
            lastTransitionTime: since,
          },
        ],
      },
    },
    {
      kind: 'ReplicaSet',
      owner: 'Deployment/credit-blue',
      metadata: {
        name: 'credit-blue-6c9f7d5b8',
        labels: { ...labels, 'pod-template-hash': '6c9f7d5b8' },
        annotations: { 'deployment.kubernetes.io/revision': '1' },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { ...labels, 'pod-template-hash': '6c9f7d5b8' } },
        template: { metadata: { labels }, spec },
      },
      status: { replicas: 1, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
    },
    {
      kind: 'Pod',
      owner: 'ReplicaSet/credit-blue-6c9f7d5b8',
      metadata: { name: POD, labels: { ...labels, 'pod-template-hash': '6c9f7d5b8' } },
      spec: { nodeName: 'aks-gpu-1', ...spec },
      status: {
        phase: 'Running',
        podIP: '10.244.3.17',
        conditions: [
          ...conditions(['PodScheduled', 'Initialized'], 'True'),
          ...conditions(['ContainersReady', 'Ready'], word),
        ],
        containerStatuses: [
          run.ready
            ? {
                name: 'inference-server',
                ready: true,
                started: true,
                restartCount: 0,
                state: { running: { startedAt: '2026-03-01T11:41:00Z' } },
              }
            : {
                name: 'inference-server',
                ready: false,
                started: false,
                restartCount: 12,
                state: {
                  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
                },
                lastState: {
                  terminated: {
                    exitCode: run.exitCode < 0 ? 128 - run.exitCode : run.exitCode,
                    reason: 'Error',
                    startedAt: '2026-03-01T11:57:00Z',
                    finishedAt: '2026-03-01T11:57:04Z',
                  },
                },
              },
        ],
      },
    },
    {
      kind: 'Service',
      metadata: { name: 'credit-blue' },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 5001 }] },
    },
    {
      kind: 'Node',
      metadata: { name: 'aks-gpu-1' },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' },
      },
    },
  ];
}
