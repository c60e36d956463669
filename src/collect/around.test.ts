/** The first round for one object: few requests, by name and selector, whatever the person asked about. */
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { ResourceRef } from '../model/reference.ts';
import { startApiServer, type ApiServer, type Fault } from '../testing/api-server.ts';
import { kubeconfigText, testFolder } from '../testing/kubeconfig.ts';
import { collectAround } from './around.ts';
import { connectCluster } from './live/connect.ts';
import { createCollection, rememberAnswers } from './run.ts';

const closing: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

const owner = (apiVersion: string, kind: string, name: string): JsonObject => ({
  ownerReferences: [{ apiVersion, kind, name, uid: name, controller: true }],
});
const body = (
  apiVersion: string,
  kind: string,
  name: string,
  metadata: JsonObject = {},
  more: JsonObject = {},
): JsonObject => ({ apiVersion, kind, metadata: { name, namespace: 'm', uid: name, ...metadata }, ...more });
const template = { spec: { selector: { matchLabels: { app: 'd' } } } };
const podSpec = { spec: { nodeName: 'n', volumes: [{ persistentVolumeClaim: { claimName: 'claim' } }] } };
const LABELS = { labels: { app: 'd', 'pod-template-hash': 'abc' } };

const WINE = { 'serving.kserve.io/inferenceservice': 'wine', 'serving.knative.dev/service': 'wine-predictor' };

const OBJECTS: JsonObject[] = [
  body('apps/v1', 'Deployment', 'd', {}, template),
  body('apps/v1', 'ReplicaSet', 'd-abc', { ...LABELS, ...owner('apps/v1', 'Deployment', 'd') }, template),
  body('v1', 'Pod', 'd-abc-1', { ...LABELS, ...owner('apps/v1', 'ReplicaSet', 'd-abc') }, podSpec),
  body('v1', 'Pod', 'stranger', { labels: { app: 'x' } }),
  body('v1', 'Service', 'd', {}, { spec: { selector: { app: 'd' } } }),
  body(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'd',
    {},
    { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } } },
  ),
  body('v1', 'PersistentVolumeClaim', 'claim', {}, { spec: { selector: { matchLabels: { disk: 'fast' } } } }),
  body('batch/v1', 'CronJob', 'nightly'),
  body('batch/v1', 'Job', 'nightly-1', owner('batch/v1', 'CronJob', 'nightly'), {
    spec: { selector: { matchLabels: { 'job-name': 'nightly-1' } } },
  }),
  body('v1', 'Pod', 'nightly-1-x', { labels: { 'job-name': 'nightly-1' }, ...owner('batch/v1', 'Job', 'nightly-1') }),
  // An operator's own kind above a ReplicaSet, as Argo Rollouts makes them.
  body(
    'apps/v1',
    'ReplicaSet',
    'roll-def',
    { labels: { app: 'roll', 'pod-template-hash': 'def' }, ...owner('argoproj.io/v1alpha1', 'Rollout', 'roll') },
    { spec: { selector: { matchLabels: { app: 'roll' } } } },
  ),
  body('v1', 'Pod', 'roll-def-1', {
    labels: { app: 'roll', 'pod-template-hash': 'def' },
    ...owner('apps/v1', 'ReplicaSet', 'roll-def'),
  }),
  body('serving.kserve.io/v1beta1', 'InferenceService', 'iris'),
  body(
    'apps/v1',
    'Deployment',
    'iris-predictor',
    {
      labels: { 'serving.kserve.io/inferenceservice': 'iris' },
      ...owner('serving.kserve.io/v1beta1', 'InferenceService', 'iris'),
    },
    { spec: { selector: { matchLabels: { app: 'isvc.iris-predictor' } } } },
  ),
  body('v1', 'Pod', 'iris-predictor-1', { labels: { 'serving.kserve.io/inferenceservice': 'iris' } }),
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'n' } },
  // What KServe and Knative make for one predictor, and what stands on it.
  body('serving.kserve.io/v1beta1', 'InferenceService', 'wine'),
  ...['Service', 'Route', 'Configuration'].map((kind) =>
    body(
      'serving.knative.dev/v1',
      kind,
      'wine-predictor',
      owner('serving.kserve.io/v1beta1', 'InferenceService', 'wine'),
    ),
  ),
  body('serving.knative.dev/v1', 'Revision', 'wine-predictor-00001', {
    labels: { 'serving.knative.dev/service': 'wine-predictor' },
    ...owner('serving.knative.dev/v1', 'Configuration', 'wine-predictor'),
  }),
  body('apps/v1', 'Deployment', 'wine-predictor-00001-deployment', {
    labels: WINE,
    ...owner('serving.knative.dev/v1', 'Revision', 'wine-predictor-00001'),
  }),
  body('apps/v1', 'ReplicaSet', 'wine-predictor-00001-deployment-abc', {
    labels: WINE,
    ...owner('apps/v1', 'Deployment', 'wine-predictor-00001-deployment'),
  }),
  body('v1', 'Pod', 'wine-predictor-00001-deployment-abc-1', { labels: WINE }),
  body('serving.kserve.io/v1alpha1', 'TrainedModel', 'red', {}, { spec: { inferenceService: 'wine' } }),
  body(
    'serving.knative.dev/v1beta1',
    'DomainMapping',
    'wine.example.org',
    {},
    {
      spec: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'wine-predictor' } },
    },
  ),
  body(
    'serving.kserve.io/v1alpha1',
    'InferenceGraph',
    'cellar',
    {},
    {
      spec: { nodes: { root: { steps: [{ serviceName: 'wine' }] } } },
    },
  ),
];

async function around(
  kind: string,
  name: string,
  apiVersion: string,
  faults: readonly Fault[] = [],
): Promise<{ seen: string[]; gaps: string[]; server: ApiServer }> {
  const server = await startApiServer({ objects: OBJECTS, faults });
  const folder = testFolder();
  const port = await connectCluster({
    kubeconfig: folder.write('config', kubeconfigText({ server: server.url })),
    env: {},
    timeoutMs: 10_000,
  });
  closing.push(port, server, { close: () => folder.remove() });
  const remembering = rememberAnswers(port);
  const collection = createCollection(remembering, { namespaces: ['m'], clusterScoped: true });
  const ref: ResourceRef = { apiVersion, kind, name, ...(kind === 'Node' ? {} : { namespace: 'm' }) };
  await collectAround(remembering, ref, collection);
  const snapshot = await collection.snapshot();
  return {
    seen: snapshot.evidence
      .flatMap((piece) => (piece.type === 'object' ? [`${piece.subject.kind}/${piece.subject.name}`] : []))
      .sort(),
    gaps: snapshot.gaps.map((gap) => gap.id),
    server,
  };
}

describe('around', () => {
  test.each([
    ['Deployment', 'd', 'apps/v1', 6],
    ['ReplicaSet', 'd-abc', 'apps/v1', 7],
    ['Pod', 'd-abc-1', 'v1', 7],
    ['Service', 'd', 'v1', 8],
    ['HorizontalPodAutoscaler', 'd', 'autoscaling/v2', 7],
    ['PersistentVolumeClaim', 'claim', 'v1', 8],
  ])('%s/%s leads to the Deployment, its ReplicaSets and its pods', async (kind, name, apiVersion, most) => {
    const { seen, gaps, server } = await around(kind, name, apiVersion);
    expect(seen).toEqual(
      expect.arrayContaining([
        'Deployment/d',
        'HorizontalPodAutoscaler/d',
        'Pod/d-abc-1',
        'ReplicaSet/d-abc',
        'Service/d',
        `${kind}/${name}`,
      ]),
    );
    expect(gaps).toEqual([]);
    expect(server.requests.length, server.requests.join('\n')).toBeLessThanOrEqual(most);
    if (kind !== 'PersistentVolumeClaim') expect(seen).not.toContain('Pod/stranger');
  });

  test.each([
    ['InferenceService', 'wine', 'serving.kserve.io/v1beta1', 9],
    ['Service', 'wine-predictor', 'serving.knative.dev/v1', 9],
    ['Revision', 'wine-predictor-00001', 'serving.knative.dev/v1', 10],
    ['Pod', 'wine-predictor-00001-deployment-abc-1', 'v1', 10],
    ['TrainedModel', 'red', 'serving.kserve.io/v1alpha1', 10],
    ['DomainMapping', 'wine.example.org', 'serving.knative.dev/v1beta1', 10],
    ['InferenceGraph', 'cellar', 'serving.kserve.io/v1alpha1', 10],
  ])('%s/%s leads to all that Knative made for the model', async (kind, name, apiVersion, most) => {
    const { seen, gaps, server } = await around(kind, name, apiVersion);
    expect(seen).toEqual(
      expect.arrayContaining([
        'Service/wine-predictor',
        'Configuration/wine-predictor',
        'Route/wine-predictor',
        'Revision/wine-predictor-00001',
        'Deployment/wine-predictor-00001-deployment',
        'ReplicaSet/wine-predictor-00001-deployment-abc',
        'Pod/wine-predictor-00001-deployment-abc-1',
        `${kind}/${name}`,
      ]),
    );
    expect(gaps).toEqual([]);
    expect(server.requests.length, server.requests.join('\n')).toBeLessThanOrEqual(most);
  });

  test('a pod of a CronJob leads to its Jobs', async () => {
    for (const [kind, name, apiVersion] of [
      ['Pod', 'nightly-1-x', 'v1'],
      ['Job', 'nightly-1', 'batch/v1'],
      ['CronJob', 'nightly', 'batch/v1'],
    ] as const) {
      expect((await around(kind, name, apiVersion)).seen).toEqual(
        expect.arrayContaining(['CronJob/nightly', 'Job/nightly-1', 'Pod/nightly-1-x']),
      );
    }
  });

  test('a ReplicaSet that no Deployment owns is read itself', async () => {
    const { seen } = await around('Pod', 'roll-def-1', 'v1');
    expect(seen).toEqual(expect.arrayContaining(['ReplicaSet/roll-def', 'Pod/roll-def-1']));
    expect(seen).not.toContain('Pod/stranger');
  });

  test('an InferenceService leads to what KServe made for it', async () => {
    const { seen, server } = await around('InferenceService', 'iris', 'serving.kserve.io/v1beta1');
    expect(seen).toEqual(
      expect.arrayContaining(['InferenceService/iris', 'Deployment/iris-predictor', 'Pod/iris-predictor-1']),
    );
    expect(seen).not.toContain('Pod/stranger');
    expect(server.requests.length).toBeLessThanOrEqual(7);
  });

  test('a Node leads to the pods that run on it', async () => {
    const { seen } = await around('Node', 'n', 'v1');
    expect(seen).toEqual(['Node/n', 'Pod/d-abc-1']);
  });

  test('an object that is not there costs two requests, and one that may not be read is a gap', async () => {
    const missing = await around('Deployment', 'unheard-of', 'apps/v1');
    expect([missing.seen, missing.gaps, missing.server.requests.length]).toEqual([[], [], 2]);
    const refused = await around('Deployment', 'd', 'apps/v1', [
      {
        match: /deployments/,
        answer: {
          kind: 'answer',
          status: 403,
          body: JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', code: 403 }),
        },
      },
    ]);
    expect(refused.gaps).toEqual(['gap:apis/apps/v1/namespaces/m/deployments/d']);
  });
});
