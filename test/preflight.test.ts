/**
 * Preflight from a cluster and from a capture of it give the same result; whoever may not read the cluster is told what to ask for, and nothing passes that could
 * not be looked at.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { intentEvidence, readIntent, type IntentFlags } from '../src/cli/preflight-intent.ts';
import { preflightLive } from '../src/cli/preflight-live.ts';
import { withIntent } from '../src/cli/preflight.ts';
import { connectCluster } from '../src/collect/live/connect.ts';
import type { ClusterPort } from '../src/collect/port.ts';
import { preflight } from '../src/engine/preflight.ts';
import { isObject, type JsonObject } from '../src/model/json.ts';
import { preflightSchema, type PreflightReport } from '../src/model/preflight-schema.ts';
import { renderPreflight } from '../src/report/terminal/preflight.ts';
import { rules } from '../src/rules/index.gen.ts';
import { startApiServer, type ApiServer, type Fault } from '../src/testing/api-server.ts';
import { kubeconfigText, testFolder, type TestFolder } from '../src/testing/kubeconfig.ts';
import { buildSnapshot, CASE_NOW } from '../src/testing/snapshot-builder.ts';

const closing: (ApiServer | TestFolder | ClusterPort)[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await ('remove' in each ? each.remove() : each.close());
});

const REPORT = `Report:
Duration: 149.978981ms
Date: 2026-03-01 11:40:17.896838241 +0000 UTC m=+0.298028493

Status: Passed Name: service
Status: Failed Name: clusterresource ErrorCode: E40000 ErrorMessage: context deadline exceeded
Status: Failed Name: inferencev1 ErrorCode: E45005 ErrorMessage: Azureml Fe deployment confict
`;

const OBJECTS: readonly JsonObject[] = [
  { kind: 'Namespace', metadata: { name: 'azureml' } },
  {
    kind: 'Node',
    metadata: { name: 'n1', labels: { 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      nodeInfo: { kubeletVersion: 'v1.33.4', operatingSystem: 'linux', architecture: 'amd64' },
    },
  },
  { kind: 'ClusterRole', metadata: { name: 'azureml-fe-role' }, rules: [] },
  {
    kind: 'ConfigMap',
    metadata: { name: 'arcml-healthcheck', namespace: 'azureml' },
    data: { 'reports-pre-install': REPORT },
  },
  {
    kind: 'Pod',
    metadata: { name: 'healthcheck', namespace: 'azureml' },
    spec: { nodeName: 'n1', containers: [{ name: 'healthcheck', image: 'mcr.microsoft.com/azureml/healthcheck:1' }] },
    status: {
      phase: 'Failed',
      containerStatuses: [{ name: 'healthcheck', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
    },
  },
];
const LOG = `I0301 11:40:17.746774       8 client.go:70] Configuration: &{HookName:pre-install ExtensionName:mlext}
E0301 11:40:18.001234       8 checker.go:51] clusterresource: context deadline exceeded
`;

async function connected(
  objects: readonly JsonObject[],
  faults: readonly Fault[] = [],
): Promise<[ClusterPort, ApiServer]> {
  const bodies = buildSnapshot({ objects }).evidence.flatMap((piece) => (piece.type === 'object' ? [piece.body] : []));
  const server = await startApiServer({
    objects: bodies,
    logs: new Map([['azureml/healthcheck/healthcheck', LOG]]),
    faults,
    date: new Date(CASE_NOW).toUTCString(),
  });
  const folder = testFolder();
  const kubeconfig = folder.write('config', kubeconfigText({ server: server.url, namespace: 'dev' }));
  const port = await connectCluster({ kubeconfig, env: {}, timeoutMs: 20_000 });
  closing.push(port, server, folder);
  return [port, server];
}

async function live(flags: IntentFlags, faults: readonly Fault[] = [], namespace?: string): Promise<PreflightReport> {
  const [port] = await connected(OBJECTS, faults);
  const { report } = await preflightLive(port, intentEvidence(readIntent(flags)), rules, namespace);
  expect(preflightSchema.parse(report)).toEqual(report);
  return report;
}

function captured(flags: IntentFlags): PreflightReport {
  const snapshot = buildSnapshot({
    namespace: 'azureml',
    objects: OBJECTS,
    logs: [{ pod: 'healthcheck', container: 'healthcheck', text: LOG }],
  });
  return preflight(withIntent(snapshot, intentEvidence(readIntent(flags))), rules).report;
}

/** Without what differs by nature: where it was read, and numbers of frames. */
function essence(report: PreflightReport): unknown {
  return {
    status: report.status,
    profiles: report.profiles,
    settings: report.settings,
    checks: report.checks.map(({ code, state, text, findings }) => ({
      code,
      state,
      text,
      fixes: findings.map((finding) => finding.fixes),
    })),
    healthCheck: { ...report.healthCheck, evidence: [] },
  };
}

const FLAGS: IntentFlags = {
  config: [
    'enableInference=True',
    'enableTraining=True',
    'inferenceRouterServiceType=nodePort',
    'allowInsecureConnections=True',
  ],
};
const text = (report: PreflightReport): string => renderPreflight(report, { width: 90, colour: false, ascii: false });

describe('a cluster', () => {
  test.each([
    ['settings given', FLAGS],
    ['nothing given', {}],
    ['an upgrade', { ...FLAGS, phase: 'pre-upgrade' as const }],
    ['a deletion', { phase: 'pre-delete' as const, profile: ['azureml'] }],
    ['every profile', { profile: ['azureml,kserve', 'kubernetes'] }],
  ])('live equals capture: %s', async (_, flags: IntentFlags) => {
    expect(essence(await live(flags))).toEqual(essence(captured(flags)));
  });

  test('what the extension reported is compared, and its log is read', async () => {
    const report = await live(FLAGS);
    const [part] = report.healthCheck?.parts ?? [];
    expect(part).toMatchObject({ part: 'pre-install', matters: true, date: '2026-03-01T11:40:17.896Z' });
    expect(part?.lines.map(({ checker, comparison }) => [checker, comparison])).toEqual([
      ['service', 'not-compared'],
      ['clusterresource', 'not-compared'],
      ['inferencev1', 'fixed-since'],
    ]);
    expect(report.healthCheck?.missed.map(({ foreignCode }) => foreignCode)).toContain('E45004');
    expect(report.checks.find(({ code }) => code === 'IS9621')?.state).toBe('failed');
    expect(report.evidence.flatMap(({ lines }) => lines).map((line) => line.text)).toContain(LOG.split('\n')[1]);
  });

  test('profiles are picked by what is installed, in whatever namespace it stands', async () => {
    const definition = (name: string): JsonObject => ({
      kind: 'CustomResourceDefinition',
      metadata: { name },
      spec: { versions: [{ name: 'v1beta1', served: true }] },
    });
    const node = OBJECTS.filter(({ kind }) => kind === 'Node');
    const picked = async (objects: readonly JsonObject[]): Promise<readonly string[]> => {
      const [port] = await connected(objects);
      const { report } = await preflightLive(port, intentEvidence(readIntent({})), rules, undefined);
      return report.profiles.map(({ profile }) => profile);
    };
    expect(await picked(node)).toEqual(['kubernetes']);
    expect(await picked([...node, definition('inferenceservices.serving.kserve.io')])).toEqual([
      'kserve',
      'kubernetes',
    ]);
  });

  test('Secrets are listed in no namespace but that of the extension', async () => {
    const [port, server] = await connected(OBJECTS);
    await preflightLive(
      port,
      intentEvidence(readIntent({ ...FLAGS, profile: ['azureml', 'kserve', 'kubernetes'] })),
      rules,
      undefined,
    );
    expect(
      server.requests.filter((request) => /\/secrets(?:\?|$)/.test(request) && !request.includes('/azureml/')),
    ).toEqual([]);
    expect(server.requests.some((request) => request.startsWith('/api/v1/configmaps?'))).toBe(false);
  });
});

const FORBIDDEN: Fault = {
  match: /^(?!\/api\/v1\/namespaces\/dev\/|\/version|\/apis?(?:\?|$))/,
  answer: {
    kind: 'answer',
    status: 403,
    body: JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message: 'forbidden: User "guest" cannot list it at the cluster scope',
    }),
  },
};

describe('a person who may read only her own namespace', () => {
  test.each([[undefined], ['dev']])('nothing passes; she is told what to have run (-n %s)', async (namespace) => {
    const report = await live({ ...FLAGS, profile: ['azureml', 'kubernetes'] }, [FORBIDDEN], namespace);
    expect(report).toMatchObject({ status: 'unknown', exitCode: 2 });
    const passed = report.checks.filter(({ state }) => state === 'passed');
    // The settings themselves can be judged without a cluster.
    expect(
      passed.filter(({ evidence }) =>
        evidence.some(
          (number) => report.evidence.find((frame) => frame.number === number)?.evidence !== 'ev:preflight',
        ),
      ),
    ).toEqual([]);
    expect(report.checks.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(text(report)).toContain('NOT KNOWN: ');
    expect(text(report)).toContain('Somebody who may read the whole cluster runs:');
    expect(text(report).replace(/ \\\n\s+/g, ' ')).toContain(
      'inferscope preflight --phase pre-install --profile azureml,kubernetes --config enableInference=True',
    );
  });
});

test('where namespaces may not be read, further profiles are an open question', async () => {
  const report = await live({}, [FORBIDDEN]);
  expect(report.profiles.map(({ profile }) => profile)).toEqual(['kubernetes']);
  expect(text(report).replaceAll(/\s+/g, ' ')).toContain('whether others apply is not known');
});

describe('what was collected', () => {
  test('an empty capture: nothing passes but what the settings say', () => {
    const empty = { ...buildSnapshot({}), evidence: [], gaps: [] };
    const { report } = preflight(
      withIntent(empty, intentEvidence(readIntent({ profile: ['azureml', 'kserve', 'kubernetes'] }))),
      rules,
    );
    expect(report.status).toBe('unknown');
    const own = report.evidence.filter(({ evidence }) => evidence === 'ev:preflight').map(({ number }) => number);
    for (const check of report.checks.filter(({ state }) => state === 'passed' || state === 'failed'))
      expect(
        check.evidence.filter((number) => !own.includes(number)),
        check.code,
      ).toEqual([]);
  });

  test('an intent that a capture holds gives way to the one asked for', () => {
    const kept = intentEvidence(readIntent({ phase: 'pre-delete' }));
    const again = withIntent(withIntent(buildSnapshot({}), kept), intentEvidence(readIntent({ phase: 'pre-upgrade' })));
    const held = again.evidence.filter((piece) => piece.type === 'object' && isObject(piece.body['spec']));
    expect(held).toHaveLength(1);
    expect(preflight(again, rules).report.phase).toBe('pre-upgrade');
  });
});
