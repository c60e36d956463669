import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inferencePath, urlParts } from './inference-request.ts';

describe('URLs', () => {
  test.each([
    ['http://iris.ml.example.org/v1/models', { scheme: 'http', host: 'iris.ml.example.org', path: '/v1/models' }],
    ['HTTPS://User:pw@Iris.ML:8443?x=/y', { scheme: 'https', host: 'iris.ml', port: 8443, path: '/' }],
    ['http://[fd00::1]:8080/v2', { scheme: 'http', host: 'fd00::1', port: 8080, path: '/v2' }],
    ['http://a.svc.cluster.local./x#y', { scheme: 'http', host: 'a.svc.cluster.local', path: '/x' }],
  ])('%s', (url, parts) => {
    expect(urlParts(url)).toEqual(parts);
  });

  test.each(['', '/v1/models', 'http://', 'iris.example/v1'])('no absolute URL: "%s"', (url) => {
    expect(urlParts(url)).toBeUndefined();
  });
});

describe('paths of model servers', () => {
  const none = { lists: false, encodedColon: false };
  test.each([
    ['/v1/models/iris:predict', { protocol: 'v1', model: 'iris', verb: 'predict', ...none }],
    ['/v1/models/iris%3Aexplain', { protocol: 'v1', model: 'iris', verb: 'explain', lists: false, encodedColon: true }],
    ['/v1/models/iris/versions/3:predict', { protocol: 'v1', model: 'iris', version: '3', verb: 'predict', ...none }],
    ['/serving/ns/iris/v1/models/iris:predict', { protocol: 'v1', model: 'iris', verb: 'predict', ...none }],
    ['/v1/models/a%20b', { protocol: 'v1', model: 'a b', ...none }],
    ['/v1/models', { protocol: 'v1', lists: true, encodedColon: false }],
    ['/v2/models/iris/infer', { protocol: 'v2', model: 'iris', verb: 'infer', ...none }],
    ['/v2/models/iris/versions/2/infer', { protocol: 'v2', model: 'iris', version: '2', verb: 'infer', ...none }],
    ['/v2/models/iris/ready', { protocol: 'v2', model: 'iris', ...none }],
    ['/v2/models/', { protocol: 'v2', lists: true, encodedColon: false }],
    ['/predictions/resnet', { protocol: 'torchserve', model: 'resnet', verb: 'predict', ...none }],
    ['/openai/v1/models', { protocol: 'openai', lists: true, encodedColon: false }],
  ])('%s', (path, asks) => {
    expect(inferencePath(path)).toEqual(asks);
  });

  test("OpenAI's model stands in the body", () => {
    expect(inferencePath('/openai/v1/chat/completions', '{"model": "meta/llama", "messages": []}')).toEqual({
      protocol: 'openai',
      verb: 'chat/completions',
      model: 'meta/llama',
      ...none,
    });
  });

  test.each(['/', '/favicon.ico', '/metrics', '/healthz', '/v3/models/x', '/api/v1/modelsx'])('none: %s', (path) => {
    expect(inferencePath(path)).toBeUndefined();
  });
});

test('any text is read without an exception, and a name comes back as it was put in', () => {
  fc.assert(fc.property(fc.string({ maxLength: 4000 }), (text) => void [urlParts(text), inferencePath(text, text)]));
  const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => !text.includes(':'));
  fc.assert(
    fc.property(name, (model) => {
      expect(inferencePath(`/v1/models/${encodeURIComponent(model)}:predict`)?.model).toBe(model);
      expect(inferencePath(`/v2/models/${encodeURIComponent(model)}/infer`)?.model).toBe(model);
    }),
  );
});
