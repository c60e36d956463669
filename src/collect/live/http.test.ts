/** What each way of misbehaving of a server becomes after first contact: an answer with its reason, never an exception or an absence. */
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { kindNamed } from '../../model/kinds.ts';
import type { KindInfo } from '../../model/kinds.ts';
import { textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { startApiServer } from '../../testing/api-server.ts';
import type { ApiServer, ApiServerOptions, FaultAnswer } from '../../testing/api-server.ts';
import { kubeconfigText, testFolder } from '../../testing/kubeconfig.ts';
import type { ClusterPort } from '../port.ts';
import { connectCluster } from './connect.ts';
import type { ConnectOptions } from './connect.ts';

let closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

function info(kind: string): KindInfo {
  const found = kindNamed(kind);
  if (!found) throw new TypeError(`no kind ${kind}`);
  return found;
}

function pod(index: number, labels: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, namespace: 'ml', labels },
    status: { phase: 'Running' },
  };
}

const PODS = Array.from({ length: 7 }, (_, index) => pod(index));

interface Opened {
  readonly server: ApiServer;
  readonly port: ClusterPort;
  /** The waits that were asked for, in milliseconds. */
  readonly waits: readonly number[];
}

async function openPort(url: string, options: Partial<ConnectOptions>): Promise<Pick<Opened, 'port' | 'waits'>> {
  const folder = testFolder();
  const waits: number[] = [];
  const port = await connectCluster({
    kubeconfig: folder.write('config', kubeconfigText({ server: url, namespace: 'ml' })),
    env: {},
    timeoutMs: 5000,
    pause: async (milliseconds) => {
      waits.push(milliseconds);
    },
    ...options,
  });
  closers.push(
    () => port.close(),
    () => folder.remove(),
  );
  return { port, waits };
}

async function open(options: Partial<ApiServerOptions>, connect: Partial<ConnectOptions> = {}): Promise<Opened> {
  const server = await startApiServer({ objects: PODS, ...options });
  closers.push(() => server.close());
  return { server, ...(await openPort(server.url, connect)) };
}

/** A port past first contact, against a server that answers lists of Services so. */
async function faulty(answer: FaultAnswer, times?: number, connect: Partial<ConnectOptions> = {}): Promise<Opened> {
  const opened = await open(
    { faults: [{ match: /\/services/, answer, ...(times === undefined ? {} : { times }) }] },
    connect,
  );
  await opened.port.now();
  return opened;
}

function services(port: ClusterPort): ReturnType<ClusterPort['list']> {
  return port.list({ info: info('Service'), namespace: 'ml' });
}

function names(answer: Awaited<ReturnType<ClusterPort['list']>>): readonly unknown[] {
  return answer.state === 'ok' ? answer.value.items.map((item) => textAt(item, 'metadata', 'name')) : [];
}

test('a list is read in pages, over one connection, compressed, with the types of its items', async () => {
  const { server, port } = await open({ maxPage: 3 });
  const answer = await port.list({ info: info('Pod'), namespace: 'ml', staleAllowed: true });
  expect(answer).toMatchObject({ state: 'ok', value: { complete: true } });
  expect(names(answer)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  expect(answer.state === 'ok' && answer.value.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  expect(server.requests).toHaveLength(3);
  expect(port.requests).toBe(3);
  expect(server.connections).toBe(1);
  expect(server.requests[0]).toContain('resourceVersion=0');
  expect(server.requests[0]).toContain('limit=500');
  expect(server.requests[1]).not.toContain('resourceVersion');
  expect(server.headers[0]).toMatchObject({ 'accept-encoding': 'gzip', accept: 'application/json' });
});

test('selectors reach the server, and what it refuses is a failure with its words', async () => {
  const { port } = await open({ objects: [pod(1, { app: 'a' }), pod(2, { app: 'b' }), pod(3)] });
  const list = { info: info('Pod'), namespace: 'ml' };
  expect(names(await port.list({ ...list, labelSelector: 'app in (a, c)' }))).toEqual(['p1']);
  expect(names(await port.list({ ...list, labelSelector: 'app!=a' }))).toEqual(['p2', 'p3']);
  expect(names(await port.list({ ...list, labelSelector: 'app,app notin (a)' }))).toEqual(['p2']);
  expect(names(await port.list({ ...list, fieldSelector: 'metadata.name=p3,status.phase==Running' }))).toEqual(['p3']);
  expect(await port.list({ ...list, fieldSelector: 'spec.colour=red' })).toMatchObject({
    state: 'failed',
    status: 400,
    message: 'field label not supported: spec.colour',
  });
});

test('an expired page starts the list anew once', async () => {
  const expired: FaultAnswer = {
    kind: 'answer',
    status: 410,
    body: '{"kind":"Status","reason":"Expired","message":"too old","code":410}',
  };
  const once = await open({ maxPage: 3, faults: [{ match: /continue=/, times: 1, answer: expired }] });
  const whole = await once.port.list({ info: info('Pod') });
  expect(whole).toMatchObject({ state: 'ok', value: { complete: true } });
  expect(names(whole)).toHaveLength(7);
  const always = await open({ maxPage: 3, faults: [{ match: /continue=/, answer: expired }] });
  const partial = await always.port.list({ info: info('Pod') });
  expect(partial).toMatchObject({
    state: 'ok',
    value: { complete: false, stopped: { reason: 'expired', message: 'too old' } },
  });
  expect(names(partial)).toEqual(['p0', 'p1', 'p2']);
  expect(always.port.requests).toBe(4);
});

test('a later page that fails leaves a list that is not whole', async () => {
  const { port } = await open({
    maxPage: 3,
    faults: [{ match: /continue=/, answer: { kind: 'answer', status: 500 } }],
  });
  expect(await port.list({ info: info('Pod') })).toMatchObject({
    state: 'ok',
    value: { complete: false, stopped: { reason: 'failed', status: 500 } },
  });
});

test('a server that is busy is asked again after the time it names', async () => {
  const { port, waits } = await faulty({ kind: 'answer', status: 429, headers: { 'retry-after': '2' } }, 2);
  expect(await services(port)).toMatchObject({ state: 'ok' });
  expect(waits).toEqual([2000, 2000]);
});

test('a wait longer than the call may take is a failure', async () => {
  const { port, waits } = await faulty({ kind: 'answer', status: 503, headers: { 'retry-after': '3600' } });
  expect(await services(port)).toMatchObject({ state: 'failed', reason: 'failed', status: 503 });
  expect(waits).toEqual([]);
});

test('waits end after ten', async () => {
  const { port, waits } = await faulty({ kind: 'answer', status: 429, headers: { 'retry-after': '0' } });
  expect(await services(port)).toMatchObject({ state: 'failed', status: 429 });
  expect(waits).toHaveLength(10);
});

test('a connection that is reset is tried once more', async () => {
  const once = await faulty({ kind: 'reset' }, 1);
  expect(await services(once.port)).toMatchObject({ state: 'ok' });
  const always = await faulty({ kind: 'reset' });
  expect(await services(always.port)).toMatchObject({
    state: 'failed',
    reason: 'failed',
    message: expect.stringContaining('connection failed'),
  });
  expect(always.port.requests).toBe(3);
});

test('an answer that breaks off is tried once more', async () => {
  const once = await faulty({ kind: 'truncate' }, 1);
  expect(await services(once.port)).toMatchObject({ state: 'ok' });
  const always = await faulty({ kind: 'truncate' });
  expect(await services(always.port)).toMatchObject({
    state: 'failed',
    reason: 'failed',
    message: expect.stringContaining('broke off'),
  });
});

test('a server that does not answer is a timeout', async () => {
  const { port } = await faulty({ kind: 'hang' }, undefined, { timeoutMs: 50 });
  expect(await services(port)).toMatchObject({ state: 'failed', reason: 'timeout' });
});

test('what is read after the signal is a timeout, and nothing is sent', async () => {
  const controller = new AbortController();
  const { port, server } = await faulty({ kind: 'hang' }, undefined, { signal: controller.signal });
  const hanging = services(port);
  controller.abort();
  expect(await hanging).toMatchObject({
    state: 'failed',
    reason: 'timeout',
    message: expect.stringContaining('ended'),
  });
  const sent = server.requests.length;
  expect(await port.list({ info: info('Pod') })).toMatchObject({ state: 'failed', reason: 'timeout' });
  expect(server.requests).toHaveLength(sent);
});

const JSON_TYPE = { 'content-type': 'application/json' };
test.each<[string, number, string, Record<string, string>, JsonObject]>([
  [
    '403',
    403,
    '{"kind":"Status","message":"services is forbidden: User \\"u\\" cannot list"}',
    JSON_TYPE,
    { reason: 'forbidden', message: 'services is forbidden: User "u" cannot list' },
  ],
  ['401', 401, '{"kind":"Status","message":"Unauthorized"}', JSON_TYPE, { reason: 'failed', status: 401 }],
  [
    'a redirect',
    307,
    '',
    { location: 'https://elsewhere.example.org/x?y' },
    { reason: 'unsupported', message: 'the server redirected to https://elsewhere.example.org, which is not followed' },
  ],
  [
    'an HTML page',
    200,
    '<html>',
    { 'content-type': 'text/html' },
    { reason: 'unsupported', message: 'the answer is text/html, not JSON' },
  ],
  ['a 404 page of HTML', 404, '<html>', { 'content-type': 'text/html' }, { reason: 'unsupported' }],
  [
    'broken JSON',
    200,
    '{"kind":"ServiceList","items":[',
    JSON_TYPE,
    { reason: 'failed', message: 'the answer is broken off or no JSON' },
  ],
  [
    'JSON of another form',
    200,
    '{"kind":"Service"}',
    JSON_TYPE,
    { reason: 'unsupported', message: 'the answer is a Service, not a list' },
  ],
  ['a gateway timeout', 504, '{"kind":"Status","reason":"Timeout"}', JSON_TYPE, { reason: 'timeout', status: 504 }],
])('%s is a failure with its reason', async (_, status, body, headers, expected) => {
  const { port } = await faulty({ kind: 'answer', status, body, headers });
  expect(await services(port)).toMatchObject({ state: 'failed', ...expected });
});

test('an answer beyond the bound is too large, compressed or not', async () => {
  const big = Array.from({ length: 40 }, (_, index) => ({ ...pod(index), spec: { text: 'x'.repeat(1000) } }));
  const { port } = await open({ objects: big }, { maxBytes: 20_000 });
  await port.now();
  expect(await port.list({ info: info('Pod') })).toMatchObject({ state: 'failed', reason: 'too-large' });
});

test('a named object that does not exist is absent; a kind that is not served too, and is asked for once', async () => {
  const { port } = await open({});
  expect(await port.get({ info: info('Pod'), namespace: 'ml', name: 'none' })).toEqual({
    state: 'not-found',
    message: 'pods "none" not found',
  });
  const asked = port.requests;
  const graph = info('InferenceGraph');
  expect(await port.get({ info: graph, namespace: 'ml', name: 'g' })).toMatchObject({ state: 'not-found' });
  expect(port.requests).toBe(asked + 2);
  expect(await port.list({ info: graph })).toMatchObject({ state: 'not-found' });
  expect(port.requests).toBe(asked + 2);
});

test('a version that is not known here is found through its group', async () => {
  const newer = {
    apiVersion: 'serving.kserve.io/v1',
    kind: 'InferenceService',
    metadata: { name: 'm', namespace: 'ml' },
  };
  const { port } = await open({ objects: [newer] });
  expect(await port.list({ info: info('InferenceService') })).toMatchObject({
    state: 'ok',
    value: { items: [newer], complete: true },
  });
  const asked = port.requests;
  await port.get({ info: info('InferenceService'), namespace: 'ml', name: 'm' });
  expect(port.requests).toBe(asked + 1);
});

test('an older version is tried where the preferred one is not served', async () => {
  const older = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h', namespace: 'ml' },
  };
  const { port } = await open({ objects: [older] });
  await port.now();
  expect(await port.get({ info: info('HorizontalPodAutoscaler'), namespace: 'ml', name: 'h' })).toEqual({
    state: 'ok',
    value: older,
  });
  expect(port.requests).toBe(3);
});

test('where the group may not be read either, it is unknown and not absent', async () => {
  const { port } = await open({
    faults: [
      { match: /^\/apis\/serving.kserve.io$/, answer: { kind: 'answer', status: 403, body: '{"kind":"Status"}' } },
    ],
  });
  expect(await port.list({ info: info('InferenceService') })).toMatchObject({ state: 'failed', reason: 'forbidden' });
});

test.each(['../secrets', '..', 'a/b', '', 'a%2fb'])('the name "%s" reaches no path', async (name) => {
  const { port } = await open({});
  expect(await port.get({ info: info('Pod'), namespace: 'ml', name })).toMatchObject({
    state: 'failed',
    reason: 'unsupported',
  });
  expect(port.requests).toBe(0);
});

test('at most ten requests are open at once, and all are answered', async () => {
  const { port, server } = await open({});
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => port.get({ info: info('Pod'), namespace: 'ml', name: `p${index % 7}` })),
  );
  expect(answers.every((answer) => answer.state === 'ok')).toBe(true);
  expect(server.mostInFlight).toBeLessThanOrEqual(10);
});

const LINES = Array.from({ length: 100 }, (_, index) => `line ${index} ${'x'.repeat(index % 30)}\n`);
const LOG = { namespace: 'ml', pod: 'p1', container: 'c', previous: false, tailLines: 1000, limitBytes: 100_000 };

test('a log is read whole, its last lines, and that of the run before', async () => {
  const { port } = await open({
    logs: new Map([
      ['ml/p1/c', LINES.join('')],
      ['ml/p1/c.previous', 'killed'],
    ]),
  });
  expect(await port.log(LOG)).toEqual({ state: 'ok', value: { text: LINES.join(''), truncated: false } });
  expect(await port.log({ ...LOG, tailLines: 100 })).toMatchObject({ value: { truncated: false } });
  expect(await port.log({ ...LOG, tailLines: 3 })).toEqual({
    state: 'ok',
    value: { text: LINES.slice(-3).join(''), truncated: true },
  });
  expect(await port.log({ ...LOG, previous: true })).toEqual({
    state: 'ok',
    value: { text: 'killed', truncated: false },
  });
});

test('a log beyond the bound of bytes keeps its newest lines', async () => {
  const { port } = await open({ logs: new Map([['ml/p1/c', LINES.join('')]]) });
  const answer = await port.log({ ...LOG, limitBytes: 1000 });
  expect(answer).toMatchObject({ state: 'ok', value: { truncated: true } });
  const text = answer.state === 'ok' ? answer.value.text : '';
  expect(text.endsWith(LINES.at(-1) ?? '?')).toBe(true);
  expect(text.split('\n').length).toBeGreaterThan(15);
});

test('a container without a log, a Pod that is gone, a kubelet that has no log', async () => {
  const waiting = { status: 400, message: 'container "c" in pod "p1" is waiting to start: ContainerCreating' };
  const details =
    '{"kind":"Status","message":"the server could not find the requested resource ( pods/log p2)","details":{"name":"p2","kind":"pods/log"}}';
  const { port } = await open({
    logErrors: new Map([['ml/p1/c', waiting]]),
    faults: [{ match: /p2\/log/, answer: { kind: 'answer', status: 404, body: details } }],
  });
  expect(await port.log(LOG)).toEqual({ state: 'failed', reason: 'failed', ...waiting });
  expect(await port.log({ ...LOG, pod: 'gone' })).toEqual({ state: 'not-found', message: 'pods "gone" not found' });
  expect(await port.log({ ...LOG, pod: 'p2' })).toMatchObject({ state: 'failed', status: 404 });
});

test('a page in place of a log is no log', async () => {
  const { port } = await open({
    faults: [
      {
        match: /log/,
        answer: { kind: 'answer', status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
      },
    ],
  });
  await port.now();
  expect(await port.log(LOG)).toMatchObject({ state: 'failed', reason: 'unsupported' });
});

test('a server that repeats its pages for ever is left', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"same"},"items":[]}');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const { port } = await openPort(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`, {});
  expect(await port.list({ info: info('Pod') })).toMatchObject({ state: 'ok', value: { complete: false } });
  expect(port.requests).toBe(2);
});
