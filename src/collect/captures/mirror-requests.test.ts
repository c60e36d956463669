/** Requests of a capture: read whatever their shape, bounded, and without credentials. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchangeParts, exchangesOf } from './mirror-requests.ts';

const SECRET = 'cnryZq8vLp2Zt9Rw4Kd8mX3b';

const one = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  request: {
    method: 'post',
    url: 'http://iris.ml.example.org/v1/models/iris:predict',
    headers: { 'Content-Type': 'application/json' },
    body: '{"instances": [[1]]}',
  },
  response: { status: 200, headers: { Server: 'envoy' }, body: '{"predictions":[0]}' },
  seconds: 0.4,
  accessLog: ['line'],
  at: '2026-03-01T12:00:00Z',
  ...more,
});

describe('what is read', () => {
  test('an exchange as it was written down', () => {
    expect(exchangesOf([one()])).toEqual([
      {
        type: 'exchange',
        id: 'ev:requests.json/0',
        subject: {
          apiVersion: 'inferscope',
          kind: 'Request',
          name: 'POST http://iris.ml.example.org/v1/models/iris:predict',
        },
        completeness: { kind: 'complete' },
        request: {
          method: 'POST',
          url: 'http://iris.ml.example.org/v1/models/iris:predict',
          headers: { 'content-type': 'application/json' },
          body: '{"instances": [[1]]}',
        },
        response: { status: 200, headers: { server: 'envoy' }, body: '{"predictions":[0]}' },
        seconds: 0.4,
        accessLog: ['line'],
        at: '2026-03-01T12:00:00Z',
      },
    ]);
  });

  test('one that got no answer: status 0, null or nothing', () => {
    for (const response of [undefined, null, { status: 0 }, { status: 'x' }, { status: 7e9 }, { status: 404.5 }]) {
      const parts = exchangeParts(one({ response, error: 'connection refused' }));
      expect(parts).not.toHaveProperty('response');
      expect(parts?.error).toBe('connection refused');
    }
  });

  test('a body that was written as JSON, and headers as Go writes them', () => {
    const parts = exchangeParts({
      request: { url: 'http://a.b/', headers: { 'Content-Type': ['application/json'] }, body: { instances: [[1, 2]] } },
      response: { status: 200, headers: { Vary: ['a', 'b'] }, body: [1] },
    });
    expect(parts?.request).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '{"instances":[[1,2]]}',
    });
    expect(parts?.response).toMatchObject({ headers: { vary: 'a, b' }, body: '[1]' });
  });

  test('an entry keeps its place when another one is unusable', () => {
    expect(exchangesOf([{ request: {} }, 'x', one()])?.map(({ id }) => id)).toEqual(['ev:requests.json/2']);
  });

  test('no list of requests', () => {
    for (const document of [undefined, null, 'x', 1, ['x', 1]]) expect(exchangesOf(document)).toBeUndefined();
    expect(exchangesOf([])).toEqual([]);
  });
});

describe('what is left out', () => {
  test.each([
    ['Authorization', `Bearer ${SECRET}`],
    ['Proxy-Authorization', `Basic ${SECRET}`],
    ['Cookie', `authservice_session=${SECRET}`],
    ['Set-Cookie', `session=${SECRET}; HttpOnly`],
    ['X-Api-Key', SECRET],
    ['X-Auth-Token', SECRET],
    ['X-Goog-Iap-Jwt-Assertion', SECRET],
    ['X-Amz-Security-Token', SECRET],
    ['Ocp-Apim-Subscription-Key', SECRET],
    ['X-Forwarded-Email', `${SECRET}@example.org`],
    ['Kubeflow-Userid', `${SECRET}@example.org`],
  ])('header %s, of request and answer', (name, value) => {
    const headers = { [name]: value, accept: '*/*' };
    const parts = exchangeParts({
      request: { url: 'http://a.b/', headers },
      response: { status: 200, headers, body: '' },
    });
    expect(parts?.request.headers).toEqual({ accept: '*/*' });
    expect(parts?.response?.headers).toEqual({ accept: '*/*' });
  });

  test('credentials in the URL, in bodies, errors and lines of the access log', () => {
    const said = `{"password": "${SECRET}", "api_key": "${SECRET}"}`;
    const parts = exchangeParts({
      request: { url: `http://user:${SECRET}@a.b/x?access_token=${SECRET}`, body: said },
      response: { status: 401, headers: { location: `http://a.b/?id_token=${SECRET}` }, body: said },
      error: `Get "http://user:${SECRET}@a.b/": EOF`,
      accessLog: [`"GET /?access_token=${SECRET} HTTP/1.1" 401`],
    });
    expect(JSON.stringify(parts)).not.toContain(SECRET);
    expect(parts?.request.url).toContain('@a.b/x');
  });

  test('a token that the bound would cut in two', () => {
    for (let fill = 4060; fill < 4096; fill += 3) {
      const parts = exchangeParts(one({ response: { status: 200, body: `${'x'.repeat(fill)} Bearer ${SECRET}` } }));
      expect(parts?.response?.body).not.toContain('cnry');
    }
  });

  test('once redacted it stays as it is', () => {
    const first = exchangeParts({
      request: { url: `http://user:${SECRET}@a.b/`, headers: { 'x-trace': 'a=b' }, body: `{"token": "${SECRET}"}` },
      response: { status: 200, headers: {}, body: `password=${SECRET}` },
    });
    expect(exchangeParts(first)).toEqual(first);
  });
});

describe('hostile input', () => {
  test('everything is bounded', () => {
    const long = 'a'.repeat(200_000);
    const entry = {
      request: {
        method: long,
        url: `http://${long}`,
        headers: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`h${index}`, long])),
        body: long,
      },
      response: { status: 200, headers: { a: long }, body: long },
      error: long,
      accessLog: Array.from({ length: 5000 }, () => long),
    };
    const parts = exchangeParts(entry);
    expect(parts?.request.method).toBe('GET');
    expect(JSON.stringify(parts).length).toBeLessThan(600_000);
    expect(exchangesOf(Array.from({ length: 5000 }, () => one()))).toHaveLength(1000);
  });

  test('names of the prototype are names', () => {
    const headers = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, unknown>;
    const parts = exchangeParts({ request: { url: 'http://a.b/', headers } });
    expect(Object.keys(parts?.request.headers ?? {}).toSorted()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(parts?.request.headers ?? {})).toBe(Object.prototype);
  });

  test('any JSON is read without an exception', () => {
    fc.assert(fc.property(fc.jsonValue(), (document) => void exchangesOf(document)));
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.integer());
    fc.assert(
      fc.property(
        fc.record({
          request: fc.record({ method: field, url: field, headers: field, body: field }, { requiredKeys: [] }),
          response: fc.record({ status: field, headers: field, body: field }, { requiredKeys: [] }),
          error: field,
          seconds: field,
          accessLog: field,
          at: field,
        }),
        (entry) => void exchangesOf([entry]),
      ),
    );
  });
});
