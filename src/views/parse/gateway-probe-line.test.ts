import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGatewayProbe } from './gateway-probe-line.ts';

function line(rest: string): string {
  return `{"level":"error","msg":"Probing of http://a.b.example.org:80/ failed, IP: 10.1.2.3:8080, ready: false, error: ${rest} (depth: 0)","knative.dev/key":"b/a"}`;
}

test.each([
  ['unexpected status code: want 200, got 404', 'no-route'],
  ['unexpected status code: want [200], got 404', 'no-route'],
  ['unexpected status code: want 200, got 503', 'no-backend'],
  ['unexpected status code: want [200], got 302', 'intercepted'],
  ['unexpected hash: want \\"a\\", got \\"b\\"', 'other-configuration'],
  ['error roundtripping http://a.b.example.org/healthz: context deadline exceeded', 'unreachable'],
  [
    'error roundtripping http://a.b.example.org/healthz: dial tcp 10.1.2.3:8080: connect: connection refused',
    'unreachable',
  ],
  ['something new', 'other'],
])('%s', (rest, kind) => {
  const probe = parseGatewayProbe(line(rest));
  expect(probe?.outcome.kind).toBe(kind);
  expect(probe?.host).toBe('a.b.example.org');
  expect(probe?.address).toBe('10.1.2.3:8080');
});

test('an abandoned probe tells the status of what stands in front', () => {
  const text =
    'Probing of http://a.example.org/ abandoned, IP: 10.1.2.3:80: the response status is 401, expected one of: [200 404 503]';
  expect(parseGatewayProbe(text)?.outcome).toEqual({ kind: 'intercepted', status: 401, abandoned: true });
});

test('other lines are no probes, and no text makes it fail', () => {
  expect(
    parseGatewayProbe('Processing probe for http://a.b.example.org/, IP: 10.1.2.3:8080 (depth: 2)'),
  ).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (text) => {
      const probe = parseGatewayProbe(`Probing of http://x failed, IP: ${text}`);
      expect(probe === undefined || typeof probe.outcome.kind === 'string').toBe(true);
    }),
  );
});
