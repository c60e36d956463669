/** Which requests belong to which object, and which of them still count. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { JsonObject } from '../model/json.ts';
import type { ResourceRef } from '../model/reference.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { exchangeJudgement } from './exchange-judgement.ts';
import { exchangeTarget } from './exchange-target.ts';

type Request = NonNullable<Given['requests']>[number];

const KSVC: ResourceRef = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: 'nlp', name: 'embed' };
const ISVC: ResourceRef = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  namespace: 'nlp',
  name: 'embed',
};
const SERVICE: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace: 'nlp', name: 'embed' };

const ksvc = (more: JsonObject = {}): JsonObject => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'embed' },
  status: {
    url: 'http://embed.nlp.example.org',
    address: { url: 'http://embed.nlp.svc.cluster.local' },
    traffic: [{ tag: 'next', url: 'http://next-embed.nlp.example.org' }],
  },
  ...more,
});
const isvc: JsonObject = {
  kind: 'InferenceService',
  metadata: { name: 'embed' },
  status: { url: 'http://embed.nlp.example.org', conditions: [{ type: 'Ready', status: 'True' }] },
};

function contextOf(objects: readonly JsonObject[], requests: readonly Request[]): ReturnType<typeof createViewContext> {
  return createViewContext(createReader(buildSnapshot({ namespace: 'nlp', objects, requests })));
}

function ownOf(ref: ResourceRef, objects: readonly JsonObject[], ...urls: readonly string[]): readonly string[] {
  const context = contextOf(
    objects,
    urls.map((url) => ({ url, status: 200, answer: '{}' })),
  );
  return context.use(exchangeTarget, ref).own.map(({ exchange }) => exchange.request.url);
}

describe('requests of an object', () => {
  test('a Knative Service: its URL, the URL of a tag, its name in the cluster, a mapped domain', () => {
    const mapping = {
      kind: 'DomainMapping',
      metadata: { name: 'embed.example.com' },
      spec: { ref: { kind: 'Service', name: 'embed', apiVersion: 'serving.knative.dev/v1' } },
    };
    const urls = [
      'http://embed.nlp.example.org/',
      'http://NEXT-embed.nlp.example.org:8080/',
      'http://embed.nlp.svc.cluster.local/',
      'https://embed.example.com/x',
    ];
    expect(ownOf(KSVC, [ksvc(), mapping], ...urls, 'http://other.nlp.example.org/')).toEqual(urls);
  });

  test('a Service: its names, whatever the domain of the cluster, and its addresses', () => {
    const service = {
      kind: 'Service',
      metadata: { name: 'embed' },
      spec: { clusterIPs: ['10.96.0.7'], externalIPs: ['192.0.2.9'] },
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.4' }, { hostname: 'lb.example.net' }] } },
    };
    const urls = [
      'http://embed.nlp/',
      'http://embed.nlp.svc/',
      'http://embed.nlp.svc.corp.internal/',
      'http://10.96.0.7/',
      'http://192.0.2.9/',
      'http://203.0.113.4/',
      'http://lb.example.net/',
    ];
    expect(ownOf(SERVICE, [service], ...urls, 'http://embed.other.svc/', 'http://10.96.0.70/')).toEqual(urls);
  });

  test('of two Services that share a host the longer path takes the request', () => {
    const path = (prefix: string, name: string): JsonObject => ({
      path: prefix,
      backend: { service: { name, port: { number: 80 } } },
    });
    const objects = [
      { kind: 'Service', metadata: { name: 'embed' } },
      { kind: 'Service', metadata: { name: 'web' } },
      {
        kind: 'Ingress',
        metadata: { name: 'all' },
        spec: {
          rules: [{ host: '*.example.org', http: { paths: [path('/embed(/|$)(.*)', 'embed'), path('/', 'web')] } }],
        },
      },
    ];
    const urls = ['http://api.example.org/embed/v1', 'http://api.example.org/embedded', 'http://api.example.org/'];
    expect(ownOf(SERVICE, objects, ...urls)).toEqual([urls[0]]);
    expect(ownOf({ ...SERVICE, name: 'web' }, objects, ...urls)).toEqual([urls[1], urls[2]]);
  });

  test('a forwarded port: the path names the one model that it can be', () => {
    const url = 'http://localhost:8080/v1/models/embed:predict';
    expect(ownOf(ISVC, [isvc], url, 'http://localhost:8080/v1/models/other:predict')).toEqual([url]);
    const twin = { ...isvc, metadata: { name: 'embed', namespace: 'other' } };
    expect(ownOf(ISVC, [isvc, twin], url)).toEqual([]);
  });

  test('count for the InferenceService above, not for each object below it', () => {
    const objects = [isvc, ksvc({ owner: 'InferenceService/embed' })];
    const url = 'http://embed.nlp.svc.cluster.local/';
    expect(ownOf(ISVC, objects, url)).toEqual([url]);
    expect(ownOf(KSVC, objects, url)).toEqual([]);
    // An owner that was not seen cannot tell of them.
    expect(ownOf(KSVC, objects.slice(1), url)).toEqual([url]);
  });
});

describe('strays', () => {
  const strays = (...requests: readonly Request[]): readonly string[] =>
    contextOf([isvc], requests)
      .use(exchangeTarget, ISVC)
      .stray.map(({ url }) => url.host);

  test('are requests that were plainly meant for it and that nobody routed', () => {
    const noRoute = { status: 404, answerHeaders: { server: 'envoy' } };
    const hosts = [
      'embed.nlp.old.example',
      'embed-predictor-default.nlp.example.org',
      'embed-nlp.example.org',
      'embed-transformer.nlp.example.org',
    ];
    expect(strays(...hosts.map((host) => ({ url: `http://${host}/`, ...noRoute })))).toEqual(hosts);
    expect(strays({ url: 'http://203.0.113.4/v1/models/embed:predict', ...noRoute })).toEqual(['203.0.113.4']);
  });

  test('are not requests that somebody answered, or of others', () => {
    expect(strays({ url: 'http://embed.nlp.old.example/', status: 200 })).toEqual([]);
    const noRoute = { status: 404, answerHeaders: { server: 'envoy' } };
    expect(strays({ url: 'http://embedding.nlp.old.example/', ...noRoute })).toEqual([]);
    expect(strays({ url: 'http://embed.other.old.example/', ...noRoute })).toEqual([]);
  });
});

describe('what counts now', () => {
  const url = 'http://embed.nlp.example.org/v1/models/embed:predict';
  const failing = (...requests: readonly Request[]): readonly (number | undefined)[] =>
    contextOf([isvc], requests)
      .use(exchangeJudgement, ISVC)
      .failing.map(({ answer }) => answer.status);
  const json = { headers: { 'content-type': 'application/json' } };

  test('a failure of the way is over once anything got through to the same place', () => {
    const later = { url, ...json, body: '[2]', status: 200 };
    expect(failing({ url, ...json, body: '[1]', status: 503, answer: 'no healthy upstream' }, later)).toEqual([]);
    expect(failing(later, { url, ...json, body: '[1]', status: 503, answer: 'no healthy upstream' })).toEqual([503]);
  });

  test('a failure over what was sent is over once the very same was answered', () => {
    const refused = { url, ...json, body: '[1]', status: 500, answer: 'boom' };
    expect(failing(refused, { url, ...json, body: '[2]', status: 200 })).toEqual([500]);
    expect(failing(refused, { url, headers: { 'content-type': 'text/plain' }, body: '[1]', status: 200 })).toEqual([
      500,
    ]);
    expect(failing(refused, { ...refused, status: 200 })).toEqual([]);
  });
});
