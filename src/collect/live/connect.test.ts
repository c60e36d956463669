/** From a kubeconfig, in each of its forms, to the first answer of a cluster or to the reason why there is none. */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kindNamed } from '../../model/kinds.ts';
import type { KindInfo } from '../../model/kinds.ts';
import { startApiServer } from '../../testing/api-server.ts';
import type { ApiServer, ApiServerOptions } from '../../testing/api-server.ts';
import { selfSigned } from '../../testing/certificate.ts';
import { kubeconfigText, testFolder } from '../../testing/kubeconfig.ts';
import type { TestFolder, TestKubeconfig } from '../../testing/kubeconfig.ts';
import type { ClusterPort } from '../port.ts';
import { InferscopeProblem } from '../problem.ts';
import { connectCluster } from './connect.ts';
import type { ConnectOptions } from './connect.ts';

const DAY = 86_400_000;
let folder: TestFolder;
let closers: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  folder = testFolder();
});
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
  folder.remove();
});

function info(kind: string): KindInfo {
  const found = kindNamed(kind);
  if (!found) throw new TypeError(`no kind ${kind}`);
  return found;
}

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'ml' } };

async function serve(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ objects: [POD], ...options });
  closers.push(() => server.close());
  return server;
}

async function open(options: Partial<ConnectOptions>): Promise<ClusterPort> {
  const port = await connectCluster({
    env: { HOME: folder.path, PATH: process.env['PATH'] },
    timeoutMs: 5000,
    ...options,
  });
  closers.push(() => port.close());
  return port;
}

function openWith(config: TestKubeconfig, options: Partial<ConnectOptions> = {}): Promise<ClusterPort> {
  return open({ kubeconfig: folder.write('config', kubeconfigText(config)), ...options });
}

async function problemOf(work: Promise<unknown>): Promise<InferscopeProblem> {
  const outcome = await work.then(
    (value: unknown) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof InferscopeProblem) return outcome;
  throw new TypeError(`expected a problem, got ${JSON.stringify(outcome) ?? String(outcome)}`, { cause: outcome });
}

async function contact(port: Promise<ClusterPort>): Promise<InferscopeProblem> {
  return problemOf(port.then((opened) => opened.list({ info: info('Pod'), namespace: 'ml' })));
}

describe('kubeconfig files', () => {
  test('an explicit file gives its current context and namespace', async () => {
    const server = await serve();
    const port = await openWith({ server: `${server.url}/`, context: 'prod-eu', namespace: 'ml' });
    expect(port.describe).toBe(`context prod-eu (${server.url})`);
    expect(port.defaultNamespace).toBe('ml');
    expect(await port.get({ info: info('Pod'), namespace: 'ml', name: 'a' })).toEqual({ state: 'ok', value: POD });
    expect(port.requests).toBe(1);
  });

  test('of several files the first to set a name or the current context wins, and missing ones are skipped', async () => {
    const first = folder.write(
      'first',
      kubeconfigText({ server: 'https://first:6443', context: 'one', current: false }),
    );
    const clash = kubeconfigText({ server: 'https://clash:6443', context: 'one' });
    const second = folder.write('second', clash);
    const third = folder.write('third', kubeconfigText({ server: 'https://third:6443', context: 'three' }));
    const env = { HOME: folder.path, KUBECONFIG: [`${folder.path}/none`, first, second, third].join(delimiter) };
    expect((await open({ env })).describe).toBe('context one (https://first:6443)');
    expect((await open({ env, context: 'three' })).describe).toBe('context three (https://third:6443)');
  });

  test('a wrong context names the nearest ones', async () => {
    const problem = await problemOf(openWith({ server: 'https://x:1', context: 'prod-eu' }, { context: 'prod-ue' }));
    expect(problem.code).toBe('IS0011');
    expect(problem.tried).toContain('context prod-ue, from ~/config');
    expect(problem.todo).toContain('inferscope … --context prod-eu');
  });

  test.each([
    ['a missing file', undefined, 'does not exist'],
    ['broken YAML', 'contexts: [', 'no kubeconfig'],
    ['a text', 'hello', 'holds no mapping'],
    ['an empty file', '', 'holds no context'],
    ['no current context', kubeconfigText({ server: 'https://x:1', current: false }), 'No current context'],
    ['no address', kubeconfigText({ server: 'ftp://x' }), 'no http or https address'],
    [
      'a user that is not there',
      kubeconfigText({ server: 'https://x:1' }).replace('"users":[{"name":"test-user"', '"users":[{"name":"u"'),
      'users there: u',
    ],
  ])('%s is a problem of the kubeconfig', async (_, text, found) => {
    const kubeconfig = text === undefined ? `${folder.path}/none` : folder.write('config', text);
    const problem = await problemOf(open({ kubeconfig }));
    expect(problem.code).toBe('IS0011');
    expect(problem.found).toContain(found);
  });

  test('without any file, the service account of a pod is used', async () => {
    const tls = selfSigned({
      names: ['127.0.0.1'],
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + DAY),
    });
    const server = await serve({ tls, token: 'from-the-pod' });
    folder.write('token', 'from-the-pod\n');
    folder.write('namespace', 'ml\n');
    folder.write('ca.crt', tls.certificate);
    const url = new URL(server.url);
    const env = { HOME: folder.path, KUBERNETES_SERVICE_HOST: url.hostname, KUBERNETES_SERVICE_PORT: url.port };
    const port = await open({ env, serviceAccountFolder: folder.path });
    expect(port.describe).toBe(`the cluster of this pod (${server.url})`);
    expect(port.defaultNamespace).toBe('ml');
    expect((await port.get({ info: info('Pod'), namespace: 'ml', name: 'a' })).state).toBe('ok');
  });

  test('without a file and outside a pod, it says where it looked', async () => {
    const problem = await problemOf(open({ env: { HOME: folder.path } }));
    expect(problem).toMatchObject({ code: 'IS0011', tried: 'Read ~/.kube/config' });
  });
});

describe('credentials', () => {
  async function authorizationFor(user: TestKubeconfig['user']): Promise<ApiServer['headers'][number]> {
    const server = await serve();
    const port = await openWith({ server: server.url, ...(user ? { user } : {}) });
    await port.list({ info: info('Pod'), namespace: 'ml' });
    return server.headers[0] ?? {};
  }

  test('a token, a token file without its line end, a password', async () => {
    folder.write('the-token', 'abc\n');
    expect((await authorizationFor({ token: 'xyz' })).authorization).toBe('Bearer xyz');
    expect((await authorizationFor({ tokenFile: 'the-token', token: 'xyz' })).authorization).toBe('Bearer abc');
    expect((await authorizationFor({ username: 'u', password: 'p' })).authorization).toBe(
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    );
    expect((await authorizationFor({})).authorization).toBeUndefined();
  });

  test('impersonation of a user and its groups', async () => {
    const headers = await authorizationFor({ as: 'system:serviceaccount:a:b', 'as-groups': ['g1', 'g2'] });
    expect(headers['impersonate-user']).toBe('system:serviceaccount:a:b');
    expect(headers['impersonate-group']).toBe('g1, g2');
  });

  test('an old auth provider whose token is still there', async () => {
    const user = { 'auth-provider': { name: 'gcp', config: { 'access-token': 'old' } } };
    expect((await authorizationFor(user)).authorization).toBe('Bearer old');
  });

  test('an expired OIDC token is left to kubectl to renew', async () => {
    const payload = Buffer.from(JSON.stringify({ exp: 1_600_000_000 })).toString('base64url');
    const config = {
      'id-token': `e30.${payload}.x`,
      'refresh-token': 'r',
      'client-id': 'c',
      'idp-issuer-url': 'http://127.0.0.1:1',
    };
    const problem = await contact(
      openWith({ server: 'http://127.0.0.1:1', user: { 'auth-provider': { name: 'oidc', config } } }),
    );
    expect(problem.code).toBe('IS0012');
    expect(problem.found).toContain('2020-09-13T12:26:40.000Z');
  });

  test('a plugin gives the token, and is told of the cluster', async () => {
    const server = await serve({ token: 'from-plugin' });
    folder.write(
      'plugin.mjs',
      `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
       const token = info.spec.cluster.server === ${JSON.stringify(server.url)} && process.env.EXTRA === 'yes' ? 'from-plugin' : 'wrong';
       console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: { token } }));`,
    );
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [`${folder.path}/plugin.mjs`],
      env: [{ name: 'EXTRA', value: 'yes' }],
      provideClusterInfo: true,
    };
    const port = await openWith({ server: server.url, user: { exec } });
    expect((await port.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
  });

  test('a relative plugin is looked for beside the kubeconfig', async () => {
    const server = await serve({ token: 'near' });
    const answer = JSON.stringify({ kind: 'ExecCredential', status: { token: 'near' } });
    folder.write('near-plugin', `#!/bin/sh\necho '${answer}'\n`);
    const port = await openWith({ server: server.url, user: { exec: { command: './near-plugin' } } });
    expect((await port.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
  });

  test('a missing plugin is named with its install hint', async () => {
    const exec = { command: 'no-such-credential-plugin', installHint: 'Install it from https://example.org/plugin' };
    const problem = await contact(openWith({ server: 'http://127.0.0.1:1', user: { exec } }));
    expect(problem.code).toBe('IS0013');
    expect(problem.found).toContain('no-such-credential-plugin');
    expect(problem.todo).toEqual(['Install it from https://example.org/plugin']);
  });

  test('a failing plugin is quoted with its last line', async () => {
    const script = folder.write(
      'fail.mjs',
      `console.error('Traceback\\nSSO session has expired\\n'); process.exit(255);`,
    );
    const problem = await contact(
      openWith({ server: 'http://127.0.0.1:1', user: { exec: { command: process.execPath, args: [script] } } }),
    );
    expect(problem.code).toBe('IS0016');
    expect(problem.found).toBe('The plugin ended with exit code 255: SSO session has expired');
  });

  test('a plugin that prints something else', async () => {
    const script = folder.write('other.mjs', `console.log('Logged in.');`);
    const problem = await contact(
      openWith({ server: 'http://127.0.0.1:1', user: { exec: { command: process.execPath, args: [script] } } }),
    );
    expect(problem).toMatchObject({ code: 'IS0016', found: expect.stringContaining('no ExecCredential') });
  });

  test('a rejected token is told with its end', async () => {
    const server = await serve({ token: 'another', date: '2026-11-21T00:00:00Z' });
    const payload = Buffer.from(JSON.stringify({ exp: 1_700_000_000 })).toString('base64url');
    const problem = await contact(openWith({ server: server.url, user: { token: `e30.${payload}.x` } }));
    expect(problem.code).toBe('IS0012');
    expect(problem.found).toContain('the token expired at 2023-11-14T22:13:20.000Z');
    expect(problem.message).not.toContain(payload);
  });
});

describe('TLS', () => {
  const now = Date.now();
  const valid = selfSigned({
    names: ['127.0.0.1', 'cluster.test'],
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + DAY),
  });
  const caData = Buffer.from(valid.certificate).toString('base64');

  test('the CA of the kubeconfig, as data and as a file, is trusted', async () => {
    const server = await serve({ tls: valid });
    folder.write('ca.pem', valid.certificate);
    for (const cluster of [
      { 'certificate-authority-data': caData },
      { 'certificate-authority': 'ca.pem' },
      { 'insecure-skip-tls-verify': true },
    ]) {
      const port = await openWith({ server: server.url, cluster });
      expect((await port.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
    }
  });

  test('an unknown authority', async () => {
    const server = await serve({ tls: valid });
    expect(await contact(openWith({ server: server.url }))).toMatchObject({
      code: 'IS0015',
      found: expect.stringContaining('authority'),
    });
  });

  test('an expired certificate', async () => {
    const old = selfSigned({ names: ['127.0.0.1'], notBefore: new Date(now - 2 * DAY), notAfter: new Date(now - DAY) });
    const server = await serve({ tls: old });
    const cluster = { 'certificate-authority-data': Buffer.from(old.certificate).toString('base64') };
    expect(await contact(openWith({ server: server.url, cluster }))).toMatchObject({
      code: 'IS0015',
      found: expect.stringContaining('has expired'),
    });
  });

  test('a certificate for another name, unless tls-server-name names it', async () => {
    const other = selfSigned({
      names: ['cluster.test'],
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + DAY),
    });
    const server = await serve({ tls: other });
    const cluster = { 'certificate-authority-data': Buffer.from(other.certificate).toString('base64') };
    expect(await contact(openWith({ server: server.url, cluster }))).toMatchObject({
      code: 'IS0015',
      found: expect.stringContaining('other names'),
    });
    const port = await openWith({ server: server.url, cluster: { ...cluster, 'tls-server-name': 'cluster.test' } });
    expect((await port.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
  });

  test('a client certificate that is none', async () => {
    const junk = Buffer.from('junk').toString('base64');
    const user = { 'client-certificate-data': junk, 'client-key-data': junk };
    expect(await contact(openWith({ server: 'https://127.0.0.1:1', user }))).toMatchObject({ code: 'IS0011' });
  });

  test('https asked of a server that speaks http', async () => {
    const server = await serve();
    const problem = await contact(openWith({ server: server.url.replace('http:', 'https:') }));
    expect(problem).toMatchObject({ code: 'IS0014', found: expect.stringContaining('no TLS') });
  });

  test('through the proxy of the kubeconfig or of the environment', async () => {
    const server = await serve({ tls: valid });
    let tunnels = 0;
    const proxy = createServer();
    proxy.on('connect', (request, client) => {
      tunnels += 1;
      const [, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
    closers.push(() => {
      proxy.close();
      proxy.closeAllConnections();
    });
    const address = proxy.address();
    const proxyUrl = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    const cluster = { 'certificate-authority-data': caData };
    const port = await openWith({ server: server.url, cluster: { ...cluster, 'proxy-url': proxyUrl } });
    expect((await port.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
    expect((await port.list({ info: info('Service'), namespace: 'ml' })).state).toBe('ok');
    expect(tunnels).toBe(1);
    const named = server.url.replace('127.0.0.1', 'cluster.test');
    const byEnvironment = await openWith(
      { server: named, cluster },
      { env: { HOME: folder.path, HTTPS_PROXY: proxyUrl } },
    );
    expect((await byEnvironment.list({ info: info('Pod'), namespace: 'ml' })).state).toBe('ok');
    expect(tunnels).toBe(2);
  });
});

describe('first contact', () => {
  test('nothing listens', async () => {
    const server = await startApiServer({ objects: [] });
    await server.close();
    const problem = await contact(openWith({ server: server.url, context: 'prod' }));
    expect(problem).toMatchObject({
      code: 'IS0010',
      found: expect.stringContaining('nothing listens'),
      tried: `Asked ${server.url}, context prod, from ~/config, for 5 s`,
    });
    expect(problem.todo).toContain('kubectl --context prod version');
  });

  test('no such host', async () => {
    expect(await contact(openWith({ server: 'https://no-such-host.invalid:6443' }))).toMatchObject({ code: 'IS0010' });
  });

  test('no answer in time', async () => {
    const server = await serve({ faults: [{ match: /./, answer: { kind: 'hang' } }] });
    expect(await contact(openWith({ server: server.url }, { timeoutMs: 50 }))).toMatchObject({
      code: 'IS0010',
      found: 'No answer within 0.05 s',
    });
  });

  test.each([
    ['a login page', 200, 'text/html', '<html>', 'IS0014'],
    ['a redirect to a login', 302, 'text/html', '', 'IS0014'],
    ['404 everywhere', 404, 'text/plain', 'default backend - 404', 'IS0014'],
    ['another JSON API', 404, 'application/json', '{"detail":"Not Found"}', 'IS0014'],
    ['a gateway without a cluster behind it', 503, 'text/html', '<html>', 'IS0010'],
    ['a refusal with a page', 401, 'text/html', '<html>', 'IS0012'],
  ])('%s', async (_, status, type, body, code) => {
    const server = await serve({
      faults: [
        {
          match: /./,
          answer: {
            kind: 'answer',
            status,
            body,
            headers: { 'content-type': type, location: 'https://login.example.org/?state=secret' },
          },
        },
      ],
    });
    const problem = await contact(openWith({ server: server.url }));
    expect(problem.code).toBe(code);
    expect(problem.message).not.toContain('state=secret');
  });

  test('a group that is not served is no reason to doubt the cluster', async () => {
    const server = await serve();
    const port = await openWith({ server: server.url });
    expect(await port.list({ info: info('InferenceService') })).toEqual({
      state: 'not-found',
      message: 'the server does not serve inferenceservices of the API group serving.kserve.io',
    });
  });

  test("the time is the server's", async () => {
    const server = await serve({ date: '2026-11-21T05:03:21Z' });
    const port = await openWith({ server: server.url });
    expect(await port.now()).toBe('2026-11-21T05:03:21Z');
    expect(port.requests).toBe(1);
    await port.now();
    expect(port.requests).toBe(1);
  });
});
