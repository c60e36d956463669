/** The command line against clusters that answer, that refuse, and that are none: one clear message each, and never a healthy result. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { reportSchema } from '../../src/model/report-schema.ts';
import { startApiServer, type ApiServer, type Fault } from '../../src/testing/api-server.ts';
import { kubeconfigText, testFolder, type TestFolder, type TestKubeconfig } from '../../src/testing/kubeconfig.ts';
import { serveCapture } from '../serve-capture.ts';
import { buildCommand, type Command, type Outcome } from './command.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../scenarios');

let command: Command;
const closing: (ApiServer | Server | TestFolder)[] = [];
beforeAll(async () => {
  command = await buildCommand();
});
afterAll(() => command.remove());
afterEach(async () => {
  for (const each of closing.splice(0)) {
    if ('remove' in each) each.remove();
    else if ('requests' in each) await each.close();
    else await new Promise((done) => each.close(done));
  }
});

function configFile(config: TestKubeconfig): string {
  const folder = testFolder();
  closing.push(folder);
  return folder.write('config', kubeconfigText(config));
}

function run(config: TestKubeconfig, args: readonly string[] = []): Promise<Outcome> {
  return command.run(['--kubeconfig', configFile(config), ...args]);
}

async function cluster(scenario: string, faults: readonly Fault[] = []): Promise<ApiServer> {
  const { server } = await serveCapture(path.join(SCENARIOS, scenario, 'capture.tgz'), faults);
  closing.push(server);
  return server;
}

function expectProblem(outcome: Outcome, code: string): void {
  expect(outcome.stderr).toMatch(new RegExp(`^${code} `));
  expect(outcome.stderr).toMatch(/^ {2}Tried {4}\S/m);
  expect(outcome.stderr).toMatch(/^ {2}Found {4}\S/m);
  expect(outcome.stderr).toMatch(/^ {2}Do {7}\S/m);
  expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect({ code: outcome.code, stdout: outcome.stdout, written: outcome.written }).toEqual({
    code: 3,
    stdout: '',
    written: [],
  });
}

/** kubernetes apimachinery/pkg/api/errors NewForbidden. */
const FORBIDDEN: Fault['answer'] = {
  kind: 'answer',
  status: 403,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Forbidden',
    code: 403,
    message:
      'pods is forbidden: User "guest" cannot list resource "pods" in API group "" in the namespace "pred-maint"',
  }),
};

describe('a cluster that answers', () => {
  test('the cause, nothing on stderr, nothing written, ten requests at most', async () => {
    const server = await cluster('registry-auth-no-pull-secret');
    const outcome = await run({ server: server.url, namespace: 'pred-maint' }, ['deploy/pred-maint']);
    expect(outcome).toMatchObject({ code: 1, stderr: '', written: [] });
    expect(outcome.stdout).toContain('IS3101 PullSecretMissing');
    expect(server.requests.length).toBeLessThanOrEqual(10);
  });

  test('asked for a pod, its ReplicaSet, its Service: the same cause', async () => {
    const server = await cluster('registry-auth-no-pull-secret');
    const config = { server: server.url, namespace: 'pred-maint' };
    const whole = reportSchema.parse(JSON.parse((await run(config, ['deploy/pred-maint', '-o', 'json'])).stdout));
    const pod = whole.diagnoses[0]?.causes[0]?.affects[0]?.name ?? '';
    for (const form of [`po/${pod}`, `rs/${pod.replace(/-[^-]+$/, '')}`, 'svc/pred-maint']) {
      const before = server.requests.length;
      const outcome = await run(config, [form, '-o', 'short']);
      expect(outcome.stdout).toContain('IS3101');
      expect(server.requests.length - before).toBeLessThanOrEqual(10);
    }
  });

  test('a namespace, and all of them', async () => {
    const server = await cluster('registry-auth-no-pull-secret');
    const config = { server: server.url, namespace: 'pred-maint' };
    for (const args of [[], ['-n', 'pred-maint'], ['-A']]) {
      const outcome = await run(config, [...args, '-o', 'short']);
      expect(outcome).toMatchObject({ code: 1, stderr: '' });
      expect(outcome.stdout).toContain('IS3101');
    }
    const healthy = await cluster('healthy-restarted-once');
    expect((await run({ server: healthy.url, namespace: 'weather-ml' })).code).toBe(0);
  });

  test('an object that is not there, with near names', async () => {
    const server = await cluster('registry-auth-no-pull-secret');
    const outcome = await run({ server: server.url, namespace: 'pred-maint' }, ['deploy/pred-main']);
    expectProblem(outcome, 'IS0021');
    expect(outcome.stderr).toContain('deploy/pred-maint');
    const elsewhere = await run({ server: server.url, namespace: 'kube-system' }, ['deploy/pred-maint']);
    expectProblem(elsewhere, 'IS0021');
    expect(elsewhere.stderr).toContain('-n pred-maint');
  });

  test('where others may not be listed, it does not claim that there are none', async () => {
    const server = await cluster('registry-auth-no-pull-secret', [{ match: /\/deployments\?/, answer: FORBIDDEN }]);
    const outcome = await run({ server: server.url, namespace: 'pred-maint' }, ['deploy/pred-main']);
    expectProblem(outcome, 'IS0021');
    expect(outcome.stderr).not.toContain('at all');
  });

  test('a namespace that is not there', async () => {
    const server = await cluster('registry-auth-no-pull-secret');
    const outcome = await run({ server: server.url }, ['-n', 'pred-mant']);
    expectProblem(outcome, 'IS0022');
    expect(outcome.stderr).toContain('pred-maint');
  });
});

describe('a cluster that refuses', () => {
  test('no permission at all is no healthy result: every gap names the rule to ask for', async () => {
    const server = await cluster('healthy-restarted-once', [{ match: /./, answer: FORBIDDEN }]);
    const config = { server: server.url, namespace: 'weather-ml' };
    for (const args of [[], ['-A'], ['deploy/weather']]) {
      const outcome = await run(config, args);
      expect(outcome).toMatchObject({ code: 2, stderr: '', written: [] });
      expect(outcome.stdout).not.toMatch(/nothing is wrong/i);
      expect(outcome.stdout).toContain('NOT KNOWN');
      expect(outcome.stdout).toMatch(/kubectl auth can-i (?:get|list) /);
      const report = reportSchema.parse(JSON.parse((await run(config, [...args, '-o', 'json'])).stdout));
      expect(report.status).toBe('unreadable');
      expect(report.gaps.length).toBeGreaterThan(0);
    }
    expect((await run(config, ['-o', 'short'])).stdout).toMatch(/^unreadable: /);
    expect((await run(config, ['--plain'])).stdout).toMatch(/^Result: not known/m);
  });

  test('pods that may not be listed make a scope unreadable, autoscalers do not', async () => {
    const pods = await cluster('healthy-restarted-once', [{ match: /\/pods\?/, answer: FORBIDDEN }]);
    expect((await run({ server: pods.url, namespace: 'weather-ml' })).code).toBe(2);
    const scalers = await cluster('healthy-restarted-once', [{ match: /horizontalpodautoscalers/, answer: FORBIDDEN }]);
    const outcome = await run({ server: scalers.url, namespace: 'weather-ml' });
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('what could be read');
    expect(outcome.stdout).toContain('horizontalpodautoscalers');
  });

  test('what was found stays found where the rest may not be read', async () => {
    const server = await cluster('registry-auth-no-pull-secret', [
      { match: /\/(?:statefulsets|jobs|daemonsets)\?/, answer: FORBIDDEN },
    ]);
    const outcome = await run({ server: server.url, namespace: 'pred-maint' });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('IS3101');
    expect(outcome.stdout).toContain('NOT KNOWN');
  });

  test('a server that breaks in the middle is no healthy result', async () => {
    const server = await cluster('healthy-restarted-once', [
      { match: /\/(?:pods|deployments|replicasets)\?/, answer: { kind: 'truncate' } },
    ]);
    const outcome = await run({ server: server.url, namespace: 'weather-ml' });
    expect(outcome).toMatchObject({ code: 2, stderr: '' });
    expect(outcome.stdout).not.toMatch(/nothing is wrong/i);
  });

  test('an expired token', async () => {
    const server = await startApiServer({ objects: [], token: 'right' });
    closing.push(server);
    expectProblem(await run({ server: server.url, user: { token: 'wrong' } }), 'IS0012');
  });
});

describe('no cluster', () => {
  test('a web site', async () => {
    const site = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>'),
    );
    await new Promise<void>((ready) => site.listen(0, '127.0.0.1', ready));
    closing.push(site);
    const { port } = site.address() as AddressInfo;
    expectProblem(await run({ server: `http://127.0.0.1:${port}` }), 'IS0014');
    expectProblem(await run({ server: `http://127.0.0.1:${port}` }, ['deploy/x']), 'IS0014');
  });

  test('a refused connection', async () => {
    const server = await startApiServer({ objects: [] });
    await server.close();
    expectProblem(await run({ server: server.url }), 'IS0010');
  });

  test('a server that never answers', async () => {
    const server = await startApiServer({ objects: [], faults: [{ match: /./, answer: { kind: 'hang' } }] });
    closing.push(server);
    expectProblem(await run({ server: server.url }, ['--timeout', '1']), 'IS0010');
  });

  test('a context that the kubeconfig lacks', async () => {
    const outcome = await run({ server: 'http://127.0.0.1:1', context: 'staging' }, ['--context', 'stagign']);
    expectProblem(outcome, 'IS0011');
    expect(outcome.stderr).toContain('staging');
  });

  test('no kubeconfig, one that is missing, one that is none', async () => {
    expectProblem(await command.run([]), 'IS0011');
    expectProblem(await command.run([], { env: { KUBECONFIG: '/no/such/file' } }), 'IS0011');
    expectProblem(await command.run(['--kubeconfig', '/no/such/file']), 'IS0011');
    const folder = testFolder();
    closing.push(folder);
    expectProblem(await command.run(['--kubeconfig', folder.write('config', 'not: [a kubeconfig')]), 'IS0011');
  });

  test('a credential plugin that is not installed', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'no-such-credential-plugin',
      interactiveMode: 'Never',
    };
    const outcome = await run({ server: 'http://127.0.0.1:1', user: { exec } });
    expectProblem(outcome, 'IS0013');
    expect(outcome.stderr).toContain('no-such-credential-plugin');
  });
});
