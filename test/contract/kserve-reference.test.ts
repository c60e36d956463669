/**
 * Everything that KServe, KFServing and Knative say (kserve-reference.yaml) is handled: quoted as a step of a chain and told by `explain`, or
 * found by a rule. Each entry is proven by building the situation and asking the engine; an entry that nothing handles fails.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findAnswers } from '../../src/cli/explain.ts';
import { conditionIndex } from '../../src/cli/condition-pages.ts';
import { pageIndex } from '../../src/cli/pages.ts';
import { diagnose } from '../../src/engine/diagnose.ts';
import { createViewContext } from '../../src/engine/view-context.ts';
import { apiVersionOf, kindFromWord, kindNamed } from '../../src/model/kinds.ts';
import type { ResourceRef } from '../../src/model/reference.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { createReader } from '../../src/snapshot/reader.ts';
import { buildSnapshot, type Given } from '../../src/testing/snapshot-builder.ts';
import { conditionWords } from '../../src/views/condition-words.ts';
import { directoryOf, ruleFolders } from '../../tools/generate/rule-folders.ts';

const text = z.string();
const conditionSchema = z.strictObject({
  kind: text,
  type: text,
  status: z.enum(['True', 'False', 'Unknown']),
  reason: text.optional(),
  message: text.optional(),
  severity: text.optional(),
  /** true: the chain quotes it. said: `explain` knows it; the chain leaves it out, since it follows from another or is normal. */
  step: z.union([z.literal(true), z.literal('said')]),
  code: text.optional(),
  by: z.enum(['condition', 'case', 'told']).optional(),
});
const referenceSchema = z.strictObject({
  conditions: z.array(conditionSchema),
  failures: z.array(
    z.strictObject({ reason: text, message: text, code: text.optional(), step: z.literal('said').optional() }),
  ),
  words: z.array(text),
  events: z.array(
    z.strictObject({
      kind: text,
      reason: text,
      message: text,
      code: text.optional(),
      page: z.literal(true).optional(),
      left: text.optional(),
    }),
  ),
  refusals: z.array(z.strictObject({ kind: text, webhook: text, code: text, texts: z.array(text) })),
  mutator: z.array(z.strictObject({ code: text, texts: z.array(text) })),
  digests: z.array(z.strictObject({ code: text, text })),
  lines: z.array(z.strictObject({ code: text, text })),
  logs: z.array(z.strictObject({ container: text, uri: text.optional(), code: text, text })),
});
type Condition = z.infer<typeof conditionSchema>;

const reference = referenceSchema.parse(
  load(readFileSync(path.join(import.meta.dirname, 'kserve-reference.yaml'), 'utf8'), { schema: CORE_SCHEMA }),
);

const NAME = 'x';
const NAMESPACE = 'models';
const OLD = '2026-03-01T11:31:00Z';

function referenceOf(word: string, name = NAME): ResourceRef {
  const info = kindNamed(word) ?? kindFromWord(word);
  if (info === undefined) throw new Error(`no kind is called ${word}`);
  return {
    apiVersion: apiVersionOf(info),
    kind: info.kind,
    name,
    ...(info.namespaced ? { namespace: NAMESPACE } : {}),
  };
}

function objectOf(word: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { apiVersion, kind } = referenceOf(word);
  return { apiVersion, kind, metadata: { name: NAME, generation: 1 }, spec: {}, ...more };
}

/** The object with this condition, and with Ready as its controller copies it. */
function objectWith({ kind, type, status, reason, message, severity }: Condition): Record<string, unknown> {
  const condition = {
    type,
    status,
    lastTransitionTime: OLD,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(severity === undefined ? {} : { severity }),
  };
  const stopped = type === 'Stopped' || reason === 'Stopped';
  const ready = { ...condition, type: 'Ready', severity: '', status: stopped ? 'False' : status };
  return objectOf(kind, {
    metadata: {
      name: NAME,
      generation: 1,
      ...(stopped ? { annotations: { 'serving.kserve.io/stop': 'true' } } : {}),
    },
    status: { observedGeneration: 1, conditions: type === 'Ready' ? [condition] : [condition, ready] },
  });
}

/** What runs in the cluster: nothing of it is at fault. */
const PLATFORM: readonly Record<string, unknown>[] = [
  controller('kserve', 'kserve-controller-manager'),
  controller('kserve', 'llmisvc-controller-manager'),
  controller('knative-serving', 'controller'),
  controller('knative-serving', 'webhook'),
  controller('knative-serving', 'autoscaler'),
  controller('knative-serving', 'activator'),
  { kind: 'Node', metadata: { name: 'n1' }, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
  {
    kind: 'Secret',
    metadata: { name: 'regcred' },
    type: 'kubernetes.io/dockerconfigjson',
    inferscopeRegistries: ['registry.example.org'],
  },
];

function controller(namespace: string, name: string): Record<string, unknown> {
  return {
    kind: 'Deployment',
    metadata: { name, namespace, generation: 1 },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'manager', image: `r.example/${name}:v1` }] },
      },
    },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1 },
  };
}

/** Codes of all that the engine says when this is all that it sees. */
function found(given: Given, asked: ResourceRef): readonly string[] {
  const objects = [...(given.objects ?? []), ...PLATFORM];
  const snapshot = buildSnapshot({ namespace: NAMESPACE, ...given, objects });
  const { diagnoses } = diagnose(snapshot, { rules, asked: [asked] }).report;
  return diagnoses.flatMap(({ causes, candidates, alsoWrong }) =>
    [...causes, ...candidates, ...alsoWrong].map(({ code }) => code),
  );
}

function isExplained(word: string): boolean {
  return findAnswers(word, pageIndex(), conditionIndex()).length > 0;
}

function folderOf(code: string): string {
  const folder = ruleFolders().find((candidate) => candidate.code === code);
  if (folder === undefined) throw new Error(`${code} is no rule`);
  return directoryOf(folder);
}

function heldByCase(code: string, words: string): boolean {
  const folder = path.join(folderOf(code), 'cases');
  return readdirSync(folder).some((file) => file.startsWith('found') && holds(path.join(folder, file), words));
}

function heldByRule(code: string, words: string): boolean {
  const folder = folderOf(code);
  return ['rule.ts', 'page.md'].some((file) => holds(path.join(folder, file), words));
}

function holds(file: string, words: string): boolean {
  const plain = (value: string): string => value.replace(/[^A-Za-z]+/g, ' ').toLowerCase();
  return plain(readFileSync(file, 'utf8')).includes(plain(words).trim());
}

function nameOf({ kind, type, status, reason, message }: Condition): string {
  return `${kind} ${type}=${status} ${reason ?? ''} ${(message ?? '').slice(0, 50)}`;
}

describe('conditions', () => {
  test.each(reference.conditions.map((entry) => [nameOf(entry), entry] as const))('%s', (_, entry) => {
    const word = entry.reason ?? entry.type;
    expect(isExplained(word), `explain ${word}`).toBe(true);
    expect(isExplained(entry.type), `explain ${entry.type}`).toBe(true);
    const object = objectWith(entry);
    const context = createViewContext(createReader(buildSnapshot({ namespace: NAMESPACE, objects: [object] })));
    const words = context.use(conditionWords, referenceOf(entry.kind));
    if (entry.step === true) {
      expect(words.state === 'present' ? words.value?.text : words.state).toContain(
        `${entry.type} is ${entry.status}${entry.reason === undefined ? '' : `, ${entry.reason}`}`,
      );
    }
    if (entry.code === undefined) return;
    switch (entry.by) {
      case 'condition':
        expect(found({ objects: [object] }, referenceOf(entry.kind))).toContain(entry.code);
        break;
      case 'case':
        expect(heldByCase(entry.code, fixedPart(entry.message ?? word)), `a case of ${entry.code}`).toBe(true);
        break;
      default:
        expect(heldByRule(entry.code, word), `rule or page of ${entry.code}`).toBe(true);
    }
  });
});

/** Up to the first number or quotation: what the source writes itself. */
function fixedPart(message: string): string {
  return /^[^\d"[]{12,}/.exec(message)?.[0] ?? message;
}

describe('what KServe says of a model (lastFailureInfo)', () => {
  test.each(reference.failures.map((entry) => [`${entry.reason} ${entry.message}`.slice(0, 90), entry] as const))(
    '%s',
    (_, { reason, message, code, step }) => {
      expect(isExplained(reason)).toBe(true);
      if (step === 'said') return;
      expect(found({ objects: [failedService(reason, message)] }, referenceOf('InferenceService'))).toContain(code);
    },
  );
});

function failedService(reason: string, message: string): Record<string, unknown> {
  return objectOf('InferenceService', {
    spec: { predictor: { model: { modelFormat: { name: 'sklearn' }, runtime: 'sk', storageUri: 's3://m/x' } } },
    status: {
      observedGeneration: 1,
      conditions: [
        { type: 'PredictorReady', status: 'Unknown', lastTransitionTime: OLD },
        { type: 'Ready', status: 'Unknown', lastTransitionTime: OLD },
      ],
      modelStatus: {
        transitionStatus: 'InvalidSpec',
        states: { activeModelState: '', targetModelState: 'FailedToLoad' },
        lastFailureInfo: { reason, message },
      },
    },
  });
}

test.each(reference.words)('explain knows %s', (word) => {
  expect(isExplained(word)).toBe(true);
});

describe('events', () => {
  test.each(
    reference.events.map((entry) => [`${entry.kind} ${entry.reason} ${entry.message}`.slice(0, 90), entry] as const),
  )('%s', (_, { kind, reason, message, code, left }) => {
    if (left !== undefined) return;
    expect(isExplained(reason), `explain ${reason}`).toBe(true);
    if (code === undefined) return;
    const objects = [
      objectOf(kind, {
        spec: {
          predictor: { model: { modelFormat: { name: 'sklearn' }, storageUri: 's3://m/x' } },
          nodes: { root: { routerType: 'Sequence', steps: [{ serviceName: NAME }] } },
        },
      }),
    ];
    const on = `${kind}/${NAME}`;
    expect(found({ objects, events: [{ on, reason, message }] }, referenceOf(kind))).toContain(code);
  });
});

describe('refusals of webhooks', () => {
  const all = reference.refusals.flatMap((entry) => entry.texts.map((words) => ({ ...entry, words })));
  test.each(all.map((entry) => [`${entry.kind} ${entry.words}`.slice(0, 100), entry] as const))(
    '%s',
    (_, { kind, webhook, words, code }) => {
      const output = `Error from server (BadRequest): error when creating "x.yaml": admission webhook "${webhook}" denied the request: ${words}\n`;
      const outputs = [{ command: 'kubectl apply -f x.yaml', text: output }];
      expect(found({ outputs }, referenceOf(kind))).toContain(code);
    },
  );
});

describe('refusals of pods', () => {
  const all = reference.mutator.flatMap((entry) => entry.texts.map((words) => ({ ...entry, words })));
  test.each(all.map((entry) => [entry.words, entry] as const))('%s', (_, { words, code }) => {
    const message = `Error creating: admission webhook "inferenceservice.kserve-webhook-server.pod-mutator" denied the request: ${words}`;
    const given: Given = {
      objects: [
        objectOf('InferenceService', { spec: { predictor: {} } }),
        {
          ...objectOf('Deployment'),
          owner: `InferenceService/${NAME}`,
          metadata: { name: NAME, generation: 1 },
          spec: { replicas: 1, selector: { matchLabels: { app: NAME } }, template: { spec: { containers: [] } } },
          status: {
            observedGeneration: 1,
            unavailableReplicas: 1,
            conditions: [
              { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: message.slice(16) },
            ],
          },
        },
        {
          kind: 'ReplicaSet',
          metadata: { name: 'x-1' },
          owner: `Deployment/${NAME}`,
          spec: { replicas: 1, selector: { matchLabels: { app: NAME } } },
          status: {
            replicas: 0,
            conditions: [
              { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: message.slice(16) },
            ],
          },
        },
      ],
      events: [{ on: 'ReplicaSet/x-1', reason: 'FailedCreate', message }],
    };
    expect(found(given, referenceOf('InferenceService'))).toContain(code);
  });
});

describe('tags that are not resolved to digests', () => {
  test.each(reference.digests.map((entry) => [entry.text, entry] as const))('%s', (_, entry) => {
    const image = 'registry.example.org/team/x:1';
    const said = entry.text.replaceAll('REG', 'registry.example.org');
    const condition = {
      type: 'ContainerHealthy',
      status: 'False',
      reason: 'ContainerMissing',
      message: `Unable to fetch image "${image}": failed to resolve image to digest: ${said}`,
      lastTransitionTime: OLD,
    };
    const given: Given = {
      objects: [
        {
          apiVersion: 'serving.knative.dev/v1',
          kind: 'Service',
          metadata: { name: NAME, generation: 1 },
          spec: { template: { spec: { containers: [{ image }] } } },
          status: { observedGeneration: 1, conditions: [{ ...condition, type: 'Ready', reason: 'RevisionFailed' }] },
        },
        {
          kind: 'Configuration',
          metadata: { name: NAME },
          owner: `Service.serving.knative.dev/${NAME}`,
          status: { latestCreatedRevisionName: 'x-00001' },
        },
        {
          kind: 'Revision',
          metadata: { name: 'x-00001', generation: 1 },
          owner: `Configuration/${NAME}`,
          spec: {
            serviceAccountName: NAME,
            imagePullSecrets: [{ name: 'regcred' }],
            containers: [{ name: 'user-container', image }],
          },
          status: { observedGeneration: 1, conditions: [condition, { ...condition, type: 'Ready' }] },
        },
      ],
    };
    expect(found(given, referenceOf('Service.serving.knative.dev'))).toContain(entry.code);
  });
});

test.each(reference.lines.map((entry) => [entry.text, entry] as const))('a line: %s', (_, { code, text: words }) => {
  expect(heldByCase(code, words) || heldByRule(code, words), `a case, the page or the source of ${code}`).toBe(true);
});

describe('logs of containers that end', () => {
  test.each(reference.logs.map((entry) => [`${entry.container} ${entry.text}`.slice(0, 110), entry] as const))(
    '%s',
    (_, entry) => {
      expect(found(crashing(entry), referenceOf('InferenceService'))).toContain(entry.code);
    },
  );
});

const LOADING = `Traceback (most recent call last):
  File "/prod_venv/lib/python3.11/site-packages/sklearnserver/model.py", line 48, in load
    self._model = joblib.load(model_files[0])
  File "/prod_venv/lib/python3.11/site-packages/joblib/numpy_pickle.py", line 658, in load
    obj = _unpickle(fobj, filename, mmap_mode)
`;

/** An InferenceService in Standard mode whose container ends with that log. */
function crashing(entry: (typeof reference.logs)[number]): Given {
  const init = entry.container === 'storage-initializer';
  const uri = entry.uri ?? 's3://m/x';
  // Until 0.16 the storage-initializer ended with a traceback, from 0.17 with one line; servers always with one.
  const log = `${init || entry.text.startsWith('Traceback') ? '' : LOADING}${entry.text}\n`;
  const waiting = {
    name: entry.container,
    ready: false,
    restartCount: 5,
    image: 'kserve/x:v0.17.0',
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } },
    lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: OLD, finishedAt: '2026-03-01T11:58:00Z' } },
  };
  const main = {
    name: 'kserve-container',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'PodInitializing' } },
  };
  const containers = [
    { name: 'kserve-container', image: 'kserve/sklearnserver:v0.17.0', args: ['--model_dir=/mnt/models'] },
  ];
  const initContainers = [
    { name: 'storage-initializer', image: 'kserve/storage-initializer:v0.17.0', args: [uri, '/mnt/models'] },
  ];
  const ready = {
    name: 'storage-initializer',
    ready: true,
    restartCount: 0,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  };
  const template = { metadata: { labels: { app: NAME } }, spec: { containers, initContainers } };
  return {
    objects: [
      objectOf('InferenceService', {
        spec: { predictor: { model: { modelFormat: { name: 'sklearn' }, storageUri: uri } } },
        status: {
          deploymentMode: 'Standard',
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: OLD }],
        },
      }),
      {
        kind: 'Deployment',
        metadata: { name: 'x-predictor', generation: 1 },
        owner: `InferenceService/${NAME}`,
        spec: { replicas: 1, selector: { matchLabels: { app: NAME } }, template },
        status: { observedGeneration: 1, replicas: 1, unavailableReplicas: 1 },
      },
      {
        kind: 'ReplicaSet',
        metadata: { name: 'x-predictor-7d', labels: { app: NAME } },
        owner: 'Deployment/x-predictor',
        spec: { replicas: 1, selector: { matchLabels: { app: NAME } }, template },
        status: { replicas: 1 },
      },
      {
        kind: 'Pod',
        metadata: { name: 'x-predictor-7d-a', labels: { app: NAME, 'serving.kserve.io/inferenceservice': NAME } },
        owner: 'ReplicaSet/x-predictor-7d',
        spec: { nodeName: 'n1', containers, initContainers },
        status: {
          phase: init ? 'Pending' : 'Running',
          conditions: [{ type: 'Ready', status: 'False' }],
          initContainerStatuses: [init ? waiting : ready],
          containerStatuses: [init ? main : waiting],
        },
      },
    ],
    logs: [
      { pod: 'x-predictor-7d-a', container: entry.container, previous: true, text: log },
      { pod: 'x-predictor-7d-a', container: entry.container, text: log },
    ],
  };
}
