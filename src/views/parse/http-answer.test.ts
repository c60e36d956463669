import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANSWER_TEXTS, INPUT_TEXTS } from './http-answer-texts.ts';
import { isFailed, judgeAnswer, reachedPod } from './http-answer.ts';

const URL = 'http://iris.ml.example.org/v1/models/iris:predict';
const UPSTREAM = { server: 'istio-envoy', 'x-envoy-upstream-service-time': '12' };
const ENVOY = { server: 'istio-envoy' };

function judge(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
  accessLog: readonly string[] = [],
): ReturnType<typeof judgeAnswer> {
  return judgeAnswer({
    request: { method: 'POST', url: URL, headers: {} },
    response: { status, headers, body },
    accessLog,
  });
}

function line(status: number, flags: string, more = ''): string {
  return `[2026-03-01T12:00:00.000Z] "POST /v1/models/iris:predict HTTP/1.1" ${status} ${flags} ${more}1 2 3 - "-" "curl/8" "id" "iris.ml.example.org" "-"`;
}

describe('the gateway', () => {
  test.each([
    ['an empty 404 of Envoy', 404, '', ENVOY, 'no-route'],
    [
      "nginx's page",
      404,
      '<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>',
      { server: 'nginx' },
      'no-route',
    ],
    ['the default backend', 404, 'default backend - 404', {}, 'no-route'],
    ['no pods', 503, 'no healthy upstream', ENVOY, 'no-upstream'],
    [
      'nobody listens',
      503,
      'upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: 111',
      ENVOY,
      'upstream-unreachable',
    ],
    [
      'closed in between',
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
      ENVOY,
      'upstream-closed',
    ],
    [
      'the circuit breaker',
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: overflow',
      ENVOY,
      'overflow',
    ],
    ['a timeout', 504, 'upstream request timeout', ENVOY, 'timeout'],
    ['a timeout of streams', 504, 'stream timeout', ENVOY, 'timeout'],
    ['a timeout without words', 504, '', {}, 'timeout'],
    ['a policy', 403, 'RBAC: access denied', ENVOY, 'forbidden'],
    ['no token', 401, 'Jwt is missing', ENVOY, 'unauthorized'],
    ['too large', 413, 'Payload Too Large', ENVOY, 'too-large'],
  ])('%s', (_, status, body, headers, kind) => {
    expect(judge(status, body, { ...headers })).toMatchObject({ kind, by: 'gateway', status });
  });

  test.each([
    [404, 'NR', 'no-route'],
    [503, 'UH', 'no-upstream'],
    [503, 'UF,URX', 'upstream-unreachable'],
    [503, 'UC', 'upstream-closed'],
    [504, 'UT', 'timeout'],
    [503, 'UO', 'overflow'],
    [429, 'RL', 'rate-limited'],
    [502, 'UPE', 'upstream-protocol'],
  ])('%i with flag %s', (status, flags, kind) => {
    expect(judge(status, '', ENVOY, [line(status, flags)])).toMatchObject({ kind, by: 'gateway' });
    expect(judge(status, '', ENVOY, [line(status, flags, 'some_details - "-" ')])).toMatchObject({ kind });
  });

  test('denied by an external check, and by a policy that only the details name', () => {
    expect(judge(403, '', ENVOY, [line(403, 'UAEX')])).toMatchObject({ kind: 'forbidden', by: 'login' });
    expect(judge(403, '', ENVOY, [line(403, '-', 'rbac_access_denied_matched_policy[none] - "-" ')])).toMatchObject({
      kind: 'forbidden',
      by: 'gateway',
    });
  });

  test('of several lines the one of the asked host counts', () => {
    const inner = line(200, '-').replace('iris.ml.example.org', 'iris-predictor.ml');
    expect(judge(404, '', ENVOY, [inner, line(404, 'NR')]).access?.flags).toEqual(['NR']);
  });

  test('redirects: to a login, to https, elsewhere', () => {
    expect(judge(302, '', { location: '/dex/auth?client_id=x' })).toMatchObject({
      kind: 'login-required',
      by: 'login',
    });
    expect(judge(308, '', { location: URL.replace('http:', 'https:') })).toMatchObject({ kind: 'redirect-to-https' });
    expect(judge(307, '', { location: `${URL}/` })).toMatchObject({ kind: 'redirect' });
  });
});

describe("Knative's parts", () => {
  test.each([
    [504, 'activator request timeout', 'timeout', 'activator'],
    [504, 'request timeout', 'timeout', 'queue-proxy'],
    [503, 'request timeout', 'timeout', 'queue-proxy'],
    [503, 'pending request queue full', 'queue-full', 'queue-proxy'],
    [503, 'overload', 'queue-full', 'queue-proxy'],
    [503, 'context deadline exceeded', 'no-capacity', 'activator'],
    [404, 'Error getting active endpoint: revision.serving.knative.dev "x" not found', 'revision-gone', 'activator'],
    [502, 'dial tcp 127.0.0.1:8080: connect: connection refused', 'container-unreachable', 'queue-proxy'],
    [502, 'EOF', 'container-unreachable', 'queue-proxy'],
  ])('%i %s', (status, body, kind, by) => {
    expect(judge(status, `${body}\n`, UPSTREAM)).toMatchObject({ kind, by });
  });
});

describe('model servers', () => {
  test.each([
    ['KServe', 404, '{"error":"Model with name sklearn-iris does not exist."}', 'sklearn-iris'],
    ['KFServing', 404, '<html><title>404: Model with name sklearn-iris does not exist.</title></html>', 'sklearn-iris'],
    ['vLLM', 404, '{"object":"error","message":"The model `a/b` does not exist.","type":"NotFoundError"}', 'a/b'],
    ['vLLM, newer', 404, '{"error":{"message":"The model `a/b` does not exist.","code":404}}', 'a/b'],
    ['Triton', 400, '{"error":"Request for unknown model: \'x\' is not found"}', 'x'],
    ['TensorFlow Serving', 404, '{"error": "Servable not found for request: Latest(half_plus_two)"}', 'half_plus_two'],
    ['TorchServe', 404, '{"code":404,"type":"ModelNotFoundException","message":"Model not found: resnet"}', 'resnet'],
    ['MLServer', 404, '{"error":"Model iris not found"}', 'iris'],
    ['MLServer with a version', 404, '{"error":"Model iris with version v9 not found"}', 'iris'],
    ['ollama', 404, '{"error":"model \'llama3\' not found"}', 'llama3'],
  ])('%s does not know the model', (_, status, body, model) => {
    expect(judge(status, body, UPSTREAM)).toMatchObject({ kind: 'model-unknown', by: 'server', model });
  });

  test.each([
    [404, '{"detail":"Not Found"}', 'path-unknown'],
    [405, '{"detail":"Method Not Allowed"}', 'method-not-allowed'],
    [415, '', 'content-type-refused'],
    [400, '{"error":"Content-Type must be application/json"}', 'content-type-refused'],
    [422, '{"detail":[{"loc":["body","inputs"],"msg":"field required"}]}', 'input-refused'],
    [500, '{"error":"KeyError : tenure"}', 'server-error'],
    [501, '{"error":"Model versioning not supported yet."}', 'unsupported'],
    [503, '{"error":"Model with name iris is not ready."}', 'model-not-ready'],
    [507, '', 'insufficient-storage'],
    [429, '', 'rate-limited'],
  ])('%i %s', (status, body, kind) => {
    const answer = judge(status, body, UPSTREAM);
    expect(answer).toMatchObject({ kind, by: 'server', upstreamMs: 12 });
    expect(isFailed(answer)).toBe(true);
    expect(reachedPod(answer)).toBe(true);
  });

  test.each([
    ['X has 3 features, but RandomForestClassifier is expecting 4 features as input', '3', '4'],
    ['Expected 2D array, got scalar array instead:\narray=nan', 'scalar', '2D'],
    ['Feature shape mismatch, expected: 4, got 3', '3', '4'],
    ['The number of features in data (3) is not the same as it was in training data (4).', '3', '4'],
    ['mat1 and mat2 shapes cannot be multiplied (1x3 and 4x8)', '1x3', '4x8'],
    ["unexpected shape for input 'x' for model 'm'. Expected [-1,4], got [1,3]", '[1,3]', '[-1,4]'],
    ["inference input 'x' data-type is 'FP64', but model 'm' expects 'FP32'", 'FP64', 'FP32'],
    [
      'Unexpected input data type. Actual: (tensor(double)) , expected: (tensor(float))',
      'tensor(double)',
      'tensor(float)',
    ],
    ['Invalid rank for input: input Got: 1 Expected: 2 Please fix either the inputs', '1', '2'],
  ])('an input that does not fit: %s', (said, got, wanted) => {
    expect(judge(500, JSON.stringify({ error: said }), UPSTREAM)).toMatchObject({ kind: 'input-refused', got, wanted });
  });

  test('tokens are counted', () => {
    const said = "This model's maximum context length is 4096 tokens. However, you requested 5120 tokens";
    expect(judge(400, JSON.stringify({ error: { message: said } }), UPSTREAM).kind).toBe('context-too-long');
  });

  test('a graph and its step', () => {
    const body = '{"error":"Failed to process request","cause":"None of the routes matched with the switch condition"}';
    expect(judge(404, body, UPSTREAM)).toMatchObject({ kind: 'graph-no-match', by: 'graph-router' });
  });

  test('a body that was cut off is read as far as it goes', () => {
    const body = '{"error":"Expected 2D array, got scalar array instead:\\narray=nan.\\nReshape your da';
    expect(judge(500, body, UPSTREAM).kind).toBe('input-refused');
  });
});

describe('gRPC', () => {
  test.each([
    ['12', 'grpc-unimplemented'],
    ['14', 'grpc-unavailable'],
    ['5', 'model-unknown'],
    ['2', 'grpc-failed'],
  ])('status %s in an answer with 200', (status, kind) => {
    const answer = judge(200, '', { 'grpc-status': status, 'grpc-message': 'Model%20x' });
    expect(answer).toMatchObject({ kind, words: 'Model x' });
    expect(isFailed(answer)).toBe(true);
  });

  test('status 0 is an answer', () => {
    expect(isFailed(judge(200, '', { 'grpc-status': '0' }))).toBe(false);
  });
});

test.each([
  ['curl: (6) Could not resolve host: x', 'name-unresolved'],
  ['dial tcp: lookup x: no such host', 'name-unresolved'],
  ['curl: (7) Failed to connect to x port 80: Connection refused', 'connection-refused'],
  ['x509: certificate signed by unknown authority', 'tls-failed'],
  ['context deadline exceeded (Client.Timeout exceeded while awaiting headers)', 'client-timeout'],
  ['curl: (52) Empty reply from server', 'connection-lost'],
  ['', 'no-answer'],
])('the client: %s', (error, kind) => {
  expect(judgeAnswer({ request: { method: 'GET', url: URL, headers: {} }, error, accessLog: [] })).toMatchObject({
    kind,
    by: 'client',
  });
});

describe('any answer', () => {
  const headers = fc.dictionary(
    fc.constantFrom('server', 'location', 'grpc-status', 'grpc-message', 'x-envoy-upstream-service-time'),
    fc.string(),
  );

  test('is judged without an exception', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 100, max: 599 }),
        fc.string({ maxLength: 5000 }),
        headers,
        (url, status, body, given) => {
          const answer = judgeAnswer({
            request: { method: 'GET', url, headers: {} },
            response: { status, headers: given, body },
            accessLog: [body],
          });
          expect(answer.words.length).toBeLessThanOrEqual(240);
          expect(answer.words).not.toContain('\n');
        },
      ),
    );
  });

  test('a good status without gRPC is no failure, whatever it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), fc.string(), (status, body) => {
        expect(isFailed(judge(status, body))).toBe(false);
      }),
    );
  });

  test('no sentence is looked for without end', () => {
    const hostile = ['a', '"', ' ', "model '", 'expected scalar type ', 'Failed to process element: 1'];
    const texts = hostile.map((part) => part.repeat(4096 / part.length));
    // What backtracks without end meets the time limit of the test.
    for (const text of texts)
      for (const pattern of [...ANSWER_TEXTS.map((entry) => entry.pattern), ...INPUT_TEXTS])
        expect(pattern.exec(text)?.[0].length ?? 0).toBeLessThanOrEqual(text.length);
  });
});
