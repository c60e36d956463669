import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAccessLine } from './access-log.ts';

describe('parseAccessLine', () => {
  test.each([
    ['INFO:     10.244.0.1:38746 - "GET /v1/models/search HTTP/1.1" 404 Not Found', 'GET', '/v1/models/search', 404],
    ['10.0.0.9 - - [01/Mar/2026 12:00:00] "GET /health?full=1 HTTP/1.1" 200 -', 'GET', '/health', 200],
    ['10.0.0.9 - - [01/Mar/2026:12:00:00 +0000] "HEAD / HTTP/1.1" 503 0 "-" "kube-probe/1.31"', 'HEAD', '/', 503],
    ['WARNING:tornado.access:404 GET /ready (10.0.0.1) 0.53ms', 'GET', '/ready', 404],
    ['[GIN] 2026/03/01 - 12:00:00 | 404 |     1.21µs |      10.0.0.1 | GET      "/healthz"', 'GET', '/healthz', 404],
    ['GET /readyz 404 1.204 ms - 146', 'GET', '/readyz', 404],
  ])('%s', (line, method, path, status) => {
    expect(parseAccessLine(line)).toEqual({ method, path, status });
  });

  test('other lines are none', () => {
    expect(parseAccessLine('Uvicorn running on http://0.0.0.0:8080')).toBeUndefined();
    expect(parseAccessLine('GET "/x" failed')).toBeUndefined();
  });

  test('no text makes it throw or hang', () => {
    assert(
      property(string({ maxLength: 3000 }), (text) => {
        const line = parseAccessLine(text);
        expect(line === undefined || line.path.startsWith('/')).toBe(true);
      }),
    );
  });
});
