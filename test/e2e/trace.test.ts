/** `inferscope trace` as a user has it: on captures, against a cluster, and with a real request to a gateway on loopback. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../src/collect/captures/read-capture.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { traceSchema } from '../../src/model/trace-schema.ts';
import { startApiServer, type ApiServer } from '../../src/testing/api-server.ts';
import { kubeconfigText, testFolder, type TestFolder } from '../../src/testing/kubeconfig.ts';
import { serveCapture } from '../serve-capture.ts';
import { buildCommand, type Command, type Outcome } from './command.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../scenarios');
const capture = (id: string): string => path.join(SCENARIOS, id, 'capture.tgz');

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

function trace(id: string, object: string, ...more: readonly string[]): Promise<Outcome> {
  return command.run(['trace', object, '--from', capture(id), ...more]);
}

function config(server: string): string {
  const folder = testFolder();
  closing.push(folder);
  return folder.write('config', kubeconfigText({ server }));
}

describe('from a capture', () => {
  test('the first hop that does not pass is the cause, with what the caller gets', async () => {
    const outcome = await trace('knative-activator-down', 'isvc/night-batch');
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('✗ revision 00001');
    expect(outcome.stdout).toContain('503 UF');
    expect(outcome.stdout).toContain('kubectl scale deployment/activator -n knative-serving --replicas=1');
    expect(outcome.written).toEqual([]);
  });

  test('a wrong model name is told with the right one', async () => {
    const outcome = await trace(
      'kserve-request-wrong-model-name',
      'isvc/flowers',
      '--path',
      '/v1/models/sklearn-iris:predict',
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('DO     Call /v1/models/flowers:predict');
  });

  test('a whole URL may be pasted as the host', async () => {
    const outcome = await trace(
      'kserve-healthy-transformer',
      'isvc/garden',
      '--host',
      'http://garden.elsewhere.test/v1/models',
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('GET http://garden.elsewhere.test/v1/models');
    expect(outcome.stdout).toContain('404 NR');
  });

  test('what was refused when it was made leads to the diagnosis', async () => {
    const outcome = await trace('kserve-min-above-max', 'isvc/ranking', '-n', 'ranking');
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('InferenceService ranking does not exist');
    expect(outcome.stdout).toMatch(/inferscope isvc\/ranking -n ranking\s+(?:\\\s+)?--from/);
  });

  test('a healthy one passes, outside and inside, and a transformer calls its predictor', async () => {
    const outcome = await trace('kserve-healthy-transformer', 'isvc/garden', '-n', 'garden');
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('ALL 2 PATHS PASS');
    expect(outcome.stdout).toContain('✓ predictor');
  });

  test('the text keeps to the width of the terminal, but for what is to be copied', async () => {
    const outcome = await trace('kserve-healthy-raw', 'isvc/tariff');
    expect(outcome.stdout.split('\n').filter((line) => line.length > 90)).toEqual([]);
  });

  test('ascii, plain and JSON say the same', async () => {
    const asked = [
      'knative-cluster-local-404',
      'isvc/eligibility',
      '--host',
      'eligibility-predictor.internal-ml.models.example.com',
    ] as const;
    const [ascii, plain, json] = await Promise.all([
      trace(...asked, '--ascii'),
      trace(...asked, '--plain'),
      trace(...asked, '-o', 'json'),
    ]);
    expect(ascii.stdout).toContain('x route');
    expect(ascii.stdout).toMatch(/^[\n -~]*$/);
    expect(plain.stdout).toContain('The caller gets: 404 NR (no route)');
    const report = traceSchema.parse(JSON.parse(json.stdout));
    expect(report.status).toBe('fails');
    expect([ascii.code, plain.code, json.code, report.exitCode]).toEqual([1, 1, 1, 1]);
  });

  test.each([
    [['trace', 'isvc/a', 'isvc/b', '--from', capture('kserve-healthy-raw')], 'IS0023'],
    [['trace', 'isvc/nobody', '--from', capture('kserve-healthy-raw')], 'IS0021'],
    [['trace', 'isvc/tariff', '--send', '--from', capture('kserve-healthy-raw')], 'IS0031'],
    [['trace', 'isvc/tariff', '-H', 'Bearer abc', '--from', capture('kserve-healthy-raw')], 'IS0033'],
    [['trace', 'isvc/tariff', '--host', 'two words', '--from', capture('kserve-healthy-raw')], 'IS0033'],
    [['trace', 'isvc/tariff', '--path', '', '--from', capture('kserve-healthy-raw')], 'IS0033'],
    [['trace', 'isvc/tariff', '--method', 'G/T', '--from', capture('kserve-healthy-raw')], 'IS0033'],
  ])('%j is a problem of its own', async (args, code) => {
    const outcome = await command.run(args);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain(code);
    expect(outcome.stderr).not.toContain('Bearer abc');
  });
});

describe('from a cluster', () => {
  test('reads what the hops wait for, within the bound, and comes to the same result', async () => {
    const { server } = await serveCapture(capture('kserve-request-wrong-model-name'));
    closing.push(server);
    const outcome = await command.run([
      'trace',
      'isvc/flowers',
      '-n',
      'flowers',
      '--kubeconfig',
      config(server.url),
      '-o',
      'json',
    ]);
    const report = traceSchema.parse(JSON.parse(outcome.stdout));
    expect(report.paths.map((one) => one.outcome.state)).toEqual(['passes', 'passes']);
    expect(outcome.code).toBe(0);
    expect(server.requests.length).toBeLessThanOrEqual(26);
  });

  test('what may not be read is a hop that is not known, never one that passes', async () => {
    const { server } = await serveCapture(capture('kserve-request-wrong-model-name'), [
      {
        match: /networking\.internal\.knative\.dev/,
        answer: { kind: 'answer', status: 403, body: '{"kind":"Status","status":"Failure","message":"forbidden"}' },
      },
    ]);
    closing.push(server);
    const outcome = await command.run(['trace', 'isvc/flowers', '-n', 'flowers', '--kubeconfig', config(server.url)]);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toContain('NOT KNOWN');
    expect(outcome.stdout).toContain('kubectl auth can-i');
  });
});

/** The gateway of the capture on loopback, and a cluster whose gateway Service has its address. */
async function withGateway(answer: {
  readonly status: number;
  readonly body: string;
}): Promise<{ readonly api: ApiServer; readonly received: { request: IncomingMessage; body: string }[] }> {
  const received: { request: IncomingMessage; body: string }[] = [];
  const gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      received.push({ request, body });
      response.writeHead(answer.status, {
        server: 'envoy',
        'x-envoy-upstream-service-time': '7',
        'set-cookie': 'session=abc',
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((ready) => gateway.listen(0, '127.0.0.1', ready));
  closing.push(gateway);
  const { port } = gateway.address() as AddressInfo;
  const snapshot = await readCapture(capture('kserve-request-wrong-model-name'));
  const logs = new Map<string, string>();
  const objects: JsonObject[] = [];
  for (const piece of snapshot.evidence) {
    if (piece.type === 'log' && !piece.previous)
      logs.set(`${piece.subject.namespace ?? ''}/${piece.subject.name}/${piece.container}`, piece.text);
    if (piece.type !== 'object' || piece.subject.kind === 'APIResourceList' || piece.subject.kind === 'Version')
      continue;
    const isGateway =
      piece.subject.kind === 'Service' &&
      piece.subject.name === 'kourier' &&
      piece.subject.namespace === 'kourier-system';
    objects.push(
      isGateway
        ? {
            ...piece.body,
            spec: { type: 'LoadBalancer', ports: [{ name: 'http2', port }] },
            status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
          }
        : piece.body,
    );
  }
  const api = await startApiServer({ objects, logs });
  closing.push(api);
  return { api, received };
}

describe('--send', () => {
  const base = (api: ApiServer): string[] => [
    'trace',
    'isvc/flowers',
    '-n',
    'flowers',
    '--kubeconfig',
    config(api.url),
  ];

  test('sends one request to the address of the gateway and compares it with the prediction', async () => {
    const { api, received } = await withGateway({ status: 200, body: '{"predictions":[0]}' });
    const outcome = await command.run([...base(api), '--send', '-', '--yes', '-H', 'Authorization: Bearer s3cr3t'], {
      stdin: '{"instances":[[1]]}',
    });
    expect(outcome.stderr).toBe('');
    expect(
      received.map(({ request, body }) => [
        request.method,
        request.url,
        request.headers.host,
        request.headers.authorization,
        body,
      ]),
    ).toEqual([
      [
        'POST',
        '/v1/models/flowers:predict',
        'flowers-predictor.flowers.models.example.com',
        'Bearer s3cr3t',
        '{"instances":[[1]]}',
      ],
    ]);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('200, as predicted');
    expect(outcome.stdout).toMatch(/connect [\d.]+ ms, first byte [\d.]+ ms, total [\d.]+ ms/);
    expect(outcome.stdout).not.toMatch(/s3cr3t|session=abc/);
  });

  test('without a body the model is asked for with a GET', async () => {
    const { api, received } = await withGateway({ status: 200, body: '{"name":"flowers"}' });
    await command.run([...base(api), '--send', '--yes']);
    expect(received.map(({ request }) => `${request.method} ${request.url}`)).toEqual(['GET /v1/models/flowers']);
  });

  test('an answer otherwise than predicted is told, and is the exit code', async () => {
    const { api } = await withGateway({ status: 503, body: 'upstream connect error' });
    const outcome = await command.run([...base(api), '--send', '--yes', '-o', 'json']);
    const report = traceSchema.parse(JSON.parse(outcome.stdout));
    expect(report.sent).toMatchObject({ status: 503, verdict: 'otherwise' });
    expect(outcome.code).toBe(1);
  });

  test('nothing is sent where nobody can be asked', async () => {
    const { api, received } = await withGateway({ status: 200, body: '' });
    const outcome = await command.run([...base(api), '--send']);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain('IS0030');
    expect(received).toEqual([]);
  });
});
