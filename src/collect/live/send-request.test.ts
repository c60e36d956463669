import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { kubeconfigText, testFolder, type TestFolder } from '../../testing/kubeconfig.ts';
import { routeText, sendRequest, type RequestToSend } from './send-request.ts';

const closing: (Server | TestFolder)[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) {
    if ('remove' in each) each.remove();
    else {
      each.closeAllConnections();
      await new Promise((done) => each.close(done));
    }
  }
});

async function listening(server: Server): Promise<number> {
  closing.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

const REQUEST: RequestToSend = {
  method: 'POST',
  host: 'iris.models.acme.test',
  path: '/v1/models/iris:predict',
  headers: { 'content-type': 'application/json' },
  body: '{}',
};
const CLUSTER = { env: {}, timeoutMs: 2000 };

/** Closed at once: connections to it are refused. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

describe('to an address', () => {
  test('goes once, with the Host of the request, by the first address that takes the connection', async () => {
    const seen: string[] = [];
    const port = await listening(
      createServer((request, response) => {
        seen.push(`${request.method ?? ''} ${request.headers.host ?? ''}${request.url ?? ''}`);
        response.writeHead(404, { server: 'envoy' });
        response.end('nothing here');
      }),
    );
    const dead = await deadPort();
    const result = await sendRequest(REQUEST, {
      routes: [dead, port].map((number) => ({ kind: 'address', host: '127.0.0.1', port: number, tls: false })),
      timeoutMs: 2000,
      cluster: CLUSTER,
    });
    expect(seen).toEqual(['POST iris.models.acme.test/v1/models/iris:predict']);
    expect(result).toMatchObject({ status: 404, body: 'nothing here', route: { port }, headers: { server: 'envoy' } });
    expect(result.phases.map((phase) => phase.name)).toEqual(['connect', 'first byte', 'total']);
  });

  test('where nothing takes the connection, nothing was sent', async () => {
    const port = await deadPort();
    const result = await sendRequest(REQUEST, {
      routes: [{ kind: 'address', host: '127.0.0.1', port, tls: false }],
      timeoutMs: 2000,
      cluster: CLUSTER,
    });
    expect(result.route).toBeUndefined();
    expect(result.error).toContain(`to 127.0.0.1:${port}: connect ECONNREFUSED`);
  });

  test('an answer that never comes ends in time', async () => {
    const port = await listening(createServer(() => undefined));
    const result = await sendRequest(REQUEST, {
      routes: [{ kind: 'address', host: '127.0.0.1', port, tls: false }],
      timeoutMs: 100,
      cluster: CLUSTER,
    });
    expect(result).toMatchObject({ error: 'no answer within 0.1 s', route: { port } });
  });
});

/** RFC 6455: an unmasked binary frame of less than 64 KiB. */
function frame(channel: number, data: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), data]);
  const head =
    payload.length < 126
      ? Buffer.from([0x82, payload.length])
      : Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

/** The payloads of masked frames, each of less than 64 KiB. */
function payloads(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (at + 6 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const long = short === 126;
    const length = long ? bytes.readUInt16BE(at + 2) : short;
    const start = at + (long ? 8 : 6);
    const mask = bytes.subarray(start - 4, start);
    found.push(Buffer.from(bytes.subarray(start, start + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))));
    at = start + length;
  }
  return found;
}

/** The part of an API server that forwards one port; `answer` is what the pod sends back, on the data or on the error channel. */
function forwarding(
  requests: { path: string; auth: string | undefined; received: string }[],
  answer: { channel: 0 | 1; text: string },
): Server {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket: Duplex) => {
    const key = request.headers['sec-websocket-key'] ?? '';
    // RFC 6455 section 1.3.
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
    );
    const seen = { path: request.url ?? '', auth: request.headers.authorization, received: '' };
    requests.push(seen);
    // Each channel begins with the number of its port, little-endian.
    socket.write(frame(0, Buffer.from([0x90, 0x1f])));
    socket.write(frame(1, Buffer.from([0x90, 0x1f])));
    let done = false;
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const payload of payloads(bytes)) seen.received += payload.subarray(1).toString('latin1');
      if (done || !seen.received.includes('\r\n\r\n')) return;
      done = true;
      socket.write(frame(answer.channel, Buffer.from(answer.text)));
    });
  });
  return server;
}

describe('by a port-forward', () => {
  async function forwarded(answer: { channel: 0 | 1; text: string }) {
    const requests: { path: string; auth: string | undefined; received: string }[] = [];
    const port = await listening(forwarding(requests, answer));
    const folder = testFolder();
    closing.push(folder);
    const kubeconfig = folder.write(
      'config',
      kubeconfigText({ server: `http://127.0.0.1:${port}`, user: { token: 'tok' } }),
    );
    const result = await sendRequest(REQUEST, {
      routes: [{ kind: 'pod', namespace: 'kourier-system', name: 'gateway-1', port: 8080 }],
      timeoutMs: 3000,
      cluster: { ...CLUSTER, kubeconfig },
    });
    return { requests, result };
  }

  test('the request goes over the API server, with its credentials, and keeps its Host', async () => {
    const { requests, result } = await forwarded({
      channel: 0,
      text: 'HTTP/1.1 200 OK\r\nserver: envoy\r\ncontent-length: 2\r\n\r\nok',
    });
    expect(requests[0]).toMatchObject({
      path: '/api/v1/namespaces/kourier-system/pods/gateway-1/portforward?ports=8080',
      auth: 'Bearer tok',
    });
    expect(requests[0]?.received).toContain('host: iris.models.acme.test');
    expect(result).toMatchObject({ status: 200, body: 'ok' });
  });

  test('what the kubelet says of a port that is closed is the error', async () => {
    const { result } = await forwarded({ channel: 1, text: 'error forwarding port 8080 to pod: connection refused' });
    expect(result.error).toContain('connection refused');
  });
});

test('an IPv6 address is written in brackets', () => {
  expect(routeText({ kind: 'address', host: '2001:db8::1', port: 80, tls: false })).toBe('to [2001:db8::1]:80');
});
