import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvoyAccessLine } from './envoy-access-log.ts';

describe('text layouts', () => {
  test("Envoy's default, as Kourier and Contour print it", () => {
    expect(
      parseEnvoyAccessLine(
        '[2026-11-21T04:58:35.918Z] "POST /v1/models/night:predict HTTP/1.1" 503 UF 37 91 4944 - "-" "curl/7.88.1" "b9dc-1" "night.batch.example.org" "10.244.0.14:8012"',
      ),
    ).toEqual({
      method: 'POST',
      path: '/v1/models/night:predict',
      status: 503,
      flags: ['UF'],
      durationMs: 4944,
      requestId: 'b9dc-1',
      userAgent: 'curl/7.88.1',
      authority: 'night.batch.example.org',
      upstream: '10.244.0.14:8012',
    });
  });

  test('no route: no upstream was chosen', () => {
    const read = parseEnvoyAccessLine(
      '[2026-11-21T04:43:51.210Z] "GET /v2 HTTP/2" 404 NR 0 0 0 - "10.0.0.1" "grpc-go/1.60" "id" "a.b.c" "-"',
    );
    expect(read).toMatchObject({ status: 404, flags: ['NR'], authority: 'a.b.c' });
    expect(read).not.toHaveProperty('upstream');
    expect(read).not.toHaveProperty('upstreamMs');
  });

  test('Istio from 1.9 on: details, termination and the failure of the transport stand before the numbers', () => {
    expect(
      parseEnvoyAccessLine(
        '[2024-05-01T10:00:00.000Z] "POST /v2/models/m/infer HTTP/1.1" 503 UF,URX upstream_reset_before_response_started{remote_connection_failure,TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED} - "TLS_error:|268435581:SSL routines" 12 254 61 - "10.0.0.9" "python-requests/2.31" "e1f2" "m.ns.svc.cluster.local" "10.1.2.3:8012" outbound|80||m.ns.svc.cluster.local - 10.3.0.1:80 10.4.0.1:3333 - default',
      ),
    ).toMatchObject({
      flags: ['UF', 'URX'],
      details: expect.stringContaining('CERTIFICATE_VERIFY_FAILED'),
      failure: 'TLS_error:|268435581:SSL routines',
      durationMs: 61,
      authority: 'm.ns.svc.cluster.local',
      upstream: '10.1.2.3:8012',
    });
  });

  test('Istio up to 1.8: two quoted words stand there', () => {
    expect(
      parseEnvoyAccessLine(
        '[2020-06-01T10:00:00.000Z] "GET / HTTP/1.1" 503 UH "-" "-" 0 19 0 - "10.0.0.9" "curl/7.64.0" "x" "httpbin.example.com" "-" - - 10.3.0.1:80 10.4.0.1:3333 - -',
      ),
    ).toMatchObject({ status: 503, flags: ['UH'], durationMs: 0, authority: 'httpbin.example.com' });
  });

  test('a client that went away has status 0', () => {
    expect(
      parseEnvoyAccessLine('[x] "GET /slow HTTP/1.1" 0 DC 0 0 3000 - "-" "curl/8" "i" "h" "10.0.0.1:80"'),
    ).toMatchObject({ status: 0, flags: ['DC'] });
  });
});

describe('JSON layouts', () => {
  test('Istio', () => {
    expect(
      parseEnvoyAccessLine(
        JSON.stringify({
          method: 'POST',
          path: '/v1/models/m:predict',
          response_code: 504,
          response_flags: 'UT',
          response_code_details: 'response_timeout',
          upstream_transport_failure_reason: null,
          duration: 15000,
          upstream_service_time: null,
          authority: 'm.ns.example.org',
          upstream_host: '10.0.0.8:8080',
          request_id: 'r',
          user_agent: 'curl/8',
        }),
      ),
    ).toMatchObject({ status: 504, flags: ['UT'], details: 'response_timeout', durationMs: 15000 });
  });

  test('Envoy Gateway', () => {
    expect(
      parseEnvoyAccessLine(
        '{"start_time":"2025-01-01T00:00:00.000Z","method":"GET","x-envoy-origin-path":"/v1/models","response_code":404,"response_flags":"NR","response_code_details":"route_not_found",":authority":"x.y","upstream_host":null}',
      ),
    ).toMatchObject({ path: '/v1/models', flags: ['NR'], authority: 'x.y' });
  });

  test("another server's JSON is none of Envoy's", () => {
    expect(parseEnvoyAccessLine('{"method":"GET","path":"/","status":404}')).toBeUndefined();
    expect(parseEnvoyAccessLine('{"method":"GET","path":"/","response_code":404}')).toBeUndefined();
  });
});

test.each([
  '127.0.0.1 - "GET /v1/models/layout HTTP/1.1" 200 -',
  '10.0.0.1 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 404 153 "-" "curl/8"',
  'INFO:     10.0.0.1:4242 - "POST /v1/models/m:predict HTTP/1.1" 500 Internal Server Error',
  '',
  '{',
])('no line of Envoy: %s', (text) => {
  expect(parseEnvoyAccessLine(text)).toBeUndefined();
});

describe('any text', () => {
  test('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 6000 }), (text) => void parseEnvoyAccessLine(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseEnvoyAccessLine(text)));
  });

  test('what was printed is read back, in every layout', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,30}$/);
    const parts = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      path: word.map((text) => `/${text}`),
      status: fc.integer({ min: 100, max: 599 }),
      flags: fc.constantFrom('-', 'NR', 'UF', 'UF,URX', 'UMSDR', 'UT'),
      details: fc.constantFrom('', 'via_upstream - "-" ', 'route_not_found - "-" ', '"-" "-" '),
      duration: fc.nat(1e7),
      upstream: fc.option(fc.nat(1e7), { nil: undefined }),
      authority: word,
      host: word,
    });
    fc.assert(
      fc.property(parts, (p) => {
        const read = parseEnvoyAccessLine(
          `[2026-01-01T00:00:00.000Z] "${p.method} ${p.path} HTTP/1.1" ${p.status} ${p.flags} ${p.details}1 2 ${p.duration} ${p.upstream ?? '-'} "-" "agent" "id" "${p.authority}" "${p.host}"`,
        );
        expect(read).toMatchObject({
          method: p.method,
          path: p.path,
          status: p.status,
          flags: p.flags === '-' ? [] : p.flags.split(','),
          durationMs: p.duration,
          authority: p.authority,
          upstream: p.host,
        });
        expect(read?.upstreamMs).toBe(p.upstream);
      }),
    );
  });
});
