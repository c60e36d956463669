import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { selfSigned } from '../testing/certificate.ts';
import { connectHosts, documentedHosts, type HostToReach } from './connect-hosts.ts';

const closing: Server[] = [];
afterEach(async () => {
  for (const server of closing.splice(0)) await new Promise((done) => server.close(done));
});

const certificate = selfSigned({
  names: ['localhost', '127.0.0.1'],
  notBefore: new Date('2021-01-01T00:00:00Z'),
  notAfter: new Date('2041-01-01T00:00:00Z'),
});

async function listening(server: Server): Promise<HostToReach> {
  closing.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { host: '127.0.0.1', port, purpose: 'test' };
}

function tlsServer(answer = certificate): Promise<HostToReach> {
  const server = createTlsServer({ cert: answer.certificate, key: answer.key }, (socket) => {
    socket.on('error', () => undefined);
    socket.end();
  });
  server.on('tlsClientError', () => undefined);
  return listening(server);
}

test('a server that is trusted, and the same one without its authority', async () => {
  const host = await tlsServer();
  expect(await connectHosts([host], { ca: certificate.certificate })).toEqual([
    { ...host, result: 'connected', detail: 'TLSv1.3' },
  ]);
  const [untrusted] = await connectHosts([host]);
  expect(untrusted).toMatchObject({ result: 'untrusted' });
  expect(untrusted?.detail).toMatch(/^issued by CN=localhost: /);
});

test('a certificate for another name', async () => {
  const other = selfSigned({
    names: ['proxy.example.com'],
    notBefore: new Date('2021-01-01T00:00:00Z'),
    notAfter: new Date('2041-01-01T00:00:00Z'),
  });
  const host = await tlsServer(other);
  const [result] = await connectHosts([host], { ca: other.certificate });
  expect(result).toMatchObject({ result: 'untrusted' });
  expect(result?.detail).toContain('CN=proxy.example.com');
});

test('refused, silent, no TLS, and a name that does not exist: all at once, in order', async () => {
  const gone = createServer();
  const refused = await listening(gone);
  await new Promise((done) => closing.splice(closing.indexOf(gone), 1)[0]?.close(done));
  const silent = await listening(createServer((socket) => void socket.on('error', () => undefined).resume()));
  const plain = await listening(
    createServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('SSH-2.0-OpenSSH_9.6\r\n'),
    ),
  );
  const unnamed = { host: 'name.invalid', port: 443, purpose: 'test' };
  const results = await connectHosts([refused, silent, plain, unnamed], { timeoutMs: 300 });
  expect(results.map(({ result }) => result).slice(0, 3)).toEqual(['refused', 'timeout', 'failed']);
  // RFC 6761: the name never exists; without a resolver the look-up may end otherwise, but it never connects.
  expect(['not-resolved', 'timeout', 'failed']).toContain(results[3]?.result);
  expect(results[2]?.detail).toMatch(/^[\w ]+$/);
  expect(results[1]?.detail).toBe('no handshake within 300 ms');
});

test('hosts of a region only where it is known; each host once', () => {
  expect(documentedHosts(undefined, []).map(({ host }) => host)).not.toContain('westeurope.api.azureml.ms');
  const named = { host: 'mcr.microsoft.com', port: 443, purpose: 'named' };
  const hosts = documentedHosts('westeurope', [named, { host: 'acme.azurecr.io', port: 443, purpose: 'named' }]);
  expect(hosts.filter(({ host }) => host === 'mcr.microsoft.com')).toHaveLength(1);
  expect(hosts.map(({ host }) => host)).toContain('westeurope.api.azureml.ms');
  expect(hosts.map(({ host }) => host)).toContain('acme.azurecr.io');
});
