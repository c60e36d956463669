/** `inferscope preflight` as a user runs it: exit codes, formats, files of settings, and nothing secret or foreign in what it prints. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preflightSchema } from '../../src/model/preflight-schema.ts';
import { startApiServer } from '../../src/testing/api-server.ts';
import { kubeconfigText, testFolder } from '../../src/testing/kubeconfig.ts';
import { buildSnapshot } from '../../src/testing/snapshot-builder.ts';
import { writeCapture } from '../../src/snapshot/write.ts';
import { parseHealthCheckReports } from '../../src/views/parse/health-check-report.ts';
import { buildCommand, type Command } from './command.ts';

let command: Command;
beforeAll(async () => {
  command = await buildCommand();
  const node = (name: string) => ({
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      nodeInfo: { kubeletVersion: 'v1.33.4', operatingSystem: 'linux', architecture: 'amd64' },
    },
  });
  const dns = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
  const objects = [
    node('n1'),
    node('n2'),
    node('n3'),
    { kind: 'Namespace', metadata: { name: 'azureml' } },
    { kind: 'Service', metadata: { name: 'kube-dns', ...dns }, spec: { selector: dns.labels, ports: [{ port: 53 }] } },
    {
      kind: 'Pod',
      metadata: { name: 'coredns-0', ...dns },
      spec: { containers: [{ name: 'coredns' }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    },
  ];
  const conflict = { kind: 'ClusterRole', metadata: { name: 'azureml-fe-role' }, rules: [] };
  await writeCapture(buildSnapshot({ objects }), path.join(command.folder, 'clean.tgz'));
  await writeCapture(buildSnapshot({ objects: [...objects, conflict] }), path.join(command.folder, 'conflict.tgz'));
  writeFileSync(
    path.join(command.folder, 'settings.yaml'),
    'enableInference: True\ninferenceRouterServiceType: clusterIP\nallowInsecureConnections: True\n',
  );
});
afterAll(() => command.remove());

const AZUREML = ['--profile', 'azureml', '--config-file', 'settings.yaml'];

describe('exit codes', () => {
  test('0 ready, 1 a check blocks, 2 not known; nothing on stderr, nothing written', async () => {
    const ready = await command.run(['preflight', '--from', 'clean.tgz', ...AZUREML]);
    expect(ready).toMatchObject({ code: 0, stderr: '', written: [] });
    expect(ready.stdout).toMatch(/^preflight · pre-install\s+READY for installation\n/);
    const blocked = await command.run(['preflight', '--from', 'conflict.tgz', ...AZUREML]);
    expect(blocked).toMatchObject({ code: 1, stderr: '', written: [] });
    expect(blocked.stdout).toContain('IS9611 LegacyRouterRole');
    const unknown = await command.run(['preflight', '--from', '-', '--profile', 'azureml'], {
      stdin: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: azureml}\n',
    });
    expect(unknown).toMatchObject({ code: 2, stderr: '', written: [] });
  });

  test('3: one clear message', async () => {
    const outcome = await command.run(['preflight', '--from', 'clean.tgz', '--config', 'sslKeyPemFile']);
    expect(outcome).toMatchObject({ code: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^IS0034 /);
    expect((await command.run(['preflight', '--phase', 'post-install'])).code).toBe(3);
  });
});

test('a cluster, with what it cost', async () => {
  const bodies = buildSnapshot({
    objects: [{ kind: 'ClusterRole', metadata: { name: 'azureml-fe-role' }, rules: [] }],
  });
  const server = await startApiServer({
    objects: bodies.evidence.flatMap((piece) => (piece.type === 'object' ? [piece.body] : [])),
  });
  const folder = testFolder();
  try {
    const kubeconfig = folder.write('config', kubeconfigText({ server: server.url }));
    const outcome = await command.run(['preflight', '--kubeconfig', kubeconfig, ...AZUREML, '--debug']);
    expect(outcome).toMatchObject({ code: 1, written: [] });
    expect(outcome.stderr).toBe(`${server.requests.length} requests to the cluster\n`);
    expect(outcome.stdout).toContain('IS9611 LegacyRouterRole');
  } finally {
    folder.remove();
    await server.close();
  }
});

describe('formats', () => {
  const run = async (format: string): Promise<string> =>
    (await command.run(['preflight', '--from', 'conflict.tgz', ...AZUREML, '-o', format])).stdout;

  test('json keeps its schema', async () => {
    const parsed: unknown = JSON.parse(await run('json'));
    expect(preflightSchema.parse(parsed)).toEqual(parsed);
  });

  test('arcml-healthcheck can be read as the real report', async () => {
    const text = (await run('arcml-healthcheck')).replaceAll(/^ {4}/gm, '');
    const [report] = parseHealthCheckReports(text.slice(text.indexOf('Report:')));
    expect(report?.results.filter(({ passed }) => !passed).map(({ code }) => code)).toContain('E45004');
    expect(report?.date).toBe('2026-03-01T12:00:00.000Z');
  });

  test('junit, markdown and linear text', async () => {
    expect(await run('junit')).toContain('<failure type="IS9611"');
    expect(await run('markdown')).toContain('# Preflight (pre-install): NOT READY');
    const plain = await command.run(['preflight', '--from', 'conflict.tgz', ...AZUREML, '--plain']);
    expect(plain.stdout).toMatch(/^Result: NOT READY: 1 of \d+ checks blocks\.\n/);
  });
});

test('no value of a protected setting in any format', async () => {
  const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0';
  for (const format of ['text', 'json', 'junit', 'markdown', 'arcml-healthcheck']) {
    const outcome = await command.run([
      'preflight',
      '--from',
      'clean.tgz',
      ...AZUREML,
      '-o',
      format,
      '--config-protected',
      `relayServerConnectionString=Endpoint=sb://x;SharedAccessKey=${secret}`,
    ]);
    expect(outcome.stdout + outcome.stderr).not.toContain(secret);
  }
});

test('the phases and settings complete', async () => {
  const completed = async (...words: string[]): Promise<string[]> =>
    (await command.run(['__complete', '--', 'preflight', ...words])).stdout.trim().split('\n');
  expect(await completed('--phase', 'pre-u')).toEqual(['pre-upgrade']);
  expect(await completed('--config', 'inferenceRouterS')).toEqual(['inferenceRouterServiceType=']);
  expect(await completed('-o', 'arc')).toEqual(['arcml-healthcheck']);
});
