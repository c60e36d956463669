import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProbeMessage } from './probe-message.ts';

const GET = 'Get "http://10.244.0.14:8012/health?deep=1": ';
const TLS = 'Get "https://10.244.0.16:8443/": ';

describe('parseProbeMessage', () => {
  it.each([
    [
      'Readiness probe failed: HTTP probe failed with statuscode: 404',
      { probe: 'readiness', errored: false, outcome: { kind: 'status', status: 404 } },
    ],
    [
      `Startup probe failed: ${GET}dial tcp 10.244.0.14:8012: connect: connection refused`,
      {
        probe: 'startup',
        outcome: { kind: 'refused' },
        host: '10.244.0.14',
        port: 8012,
        path: '/health?deep=1',
        scheme: 'http',
      },
    ],
    [
      `Liveness probe failed: ${GET}context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      { probe: 'liveness', outcome: { kind: 'timeout' } },
    ],
    [
      `Liveness probe failed: ${TLS}net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
      { outcome: { kind: 'timeout' }, scheme: 'https', port: 8443, path: '/' },
    ],
    [`Readiness probe failed: ${TLS}context deadline exceeded`, { outcome: { kind: 'timeout' } }],
    [`Readiness probe failed: ${GET}dial tcp 10.244.0.14:8012: i/o timeout`, { outcome: { kind: 'timeout' } }],
    [
      `Readiness probe failed: ${GET}dial tcp 10.244.0.14:8012: connect: no route to host`,
      { outcome: { kind: 'no-route' } },
    ],
    [
      `Readiness probe failed: ${TLS}http: server gave HTTP response to HTTPS client`,
      { outcome: { kind: 'https-to-http' } },
    ],
    [
      `Readiness probe failed: ${GET}net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01"`,
      { outcome: { kind: 'http-to-https' } },
    ],
    [`Readiness probe failed: ${GET}EOF`, { outcome: { kind: 'reset' } }],
    [
      `Readiness probe failed: ${GET}read tcp 10.0.0.1:4->10.0.0.2:8080: read: connection reset by peer`,
      { outcome: { kind: 'reset' } },
    ],
    [
      'Readiness probe failed: Get "http://model.svc/health": dial tcp: lookup model.svc on 10.0.0.10:53: no such host',
      { outcome: { kind: 'dns' }, port: 80 },
    ],
    [
      'Readiness probe failed: dial tcp 10.244.0.247:8080: connect: connection refused',
      { outcome: { kind: 'refused' }, host: '10.244.0.247', port: 8080 },
    ],
    [
      'Liveness probe failed: dial tcp [fd00::7]:8080: i/o timeout',
      { outcome: { kind: 'timeout' }, host: 'fd00::7', port: 8080 },
    ],
    [
      'Readiness probe failed: timeout: failed to connect service "10.244.0.226:18000" within 1s: context deadline exceeded',
      { outcome: { kind: 'grpc' }, host: '10.244.0.226', port: 18000 },
    ],
    [
      'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
      { outcome: { kind: 'grpc', text: 'service unhealthy (responded with "NOT_SERVING")' } },
    ],
    [
      'Liveness probe failed: cat: /tmp/healthy: No such file or directory\n',
      { outcome: { kind: 'exec', output: 'cat: /tmp/healthy: No such file or directory' } },
    ],
    [
      'Liveness probe failed: command timed out: "python check.py" timed out after 1s',
      { outcome: { kind: 'exec-timeout' } },
    ],
    ['Liveness probe failed: command "python check.py" timed out', { outcome: { kind: 'exec-timeout' } }],
    [
      'Readiness probe errored and resulted in unknown state: rpc error: code = NotFound desc = failed to exec in container: task abc not found',
      { errored: true, outcome: { kind: 'other' } },
    ],
    ['Readiness probe errored: strconv.Atoi: parsing "http": invalid syntax', { errored: true }],
    [
      'spec.containers{m}: Readiness probe failed: HTTP probe failed with statuscode: 503',
      { outcome: { kind: 'status', status: 503 } },
    ],
  ])('reads %s', (message, expected) => {
    expect(parseProbeMessage(message)).toMatchObject(expected);
  });

  it('takes a command that prints a connection error for a command', () => {
    const output = 'curl: (7) Failed to connect to localhost port 8080: connection refused';
    expect(parseProbeMessage(`Readiness probe failed: ${output}`)?.outcome).toEqual({ kind: 'exec', output });
  });

  it('is not misled by the words of a URL', () => {
    const message = 'Readiness probe failed: Get "http://10.0.0.1:80/connection refused": EOF';
    expect(parseProbeMessage(message)?.outcome).toEqual({ kind: 'reset' });
  });

  it('knows other messages as such, and never throws', () => {
    expect(parseProbeMessage('Readiness probe warning: Probe terminated redirects')).toBeUndefined();
    expect(parseProbeMessage('Back-off restarting failed container')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseProbeMessage(`Liveness probe failed: ${text}`)?.probe).toBe('liveness');
      }),
    );
  });
});
