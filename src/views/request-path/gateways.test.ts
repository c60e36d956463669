import { describe, expect, test } from 'vitest';
import { createViewContext } from '../../engine/view-context.ts';
import type { JsonObject } from '../../model/json.ts';
import { createReader } from '../../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../../testing/snapshot-builder.ts';
import { requestPath } from '../request-path.ts';
import type { PathRequest, RequestPath } from './path-types.ts';

const READY = { type: 'Ready', status: 'True' };
const ISVC = 'serving.kserve.io/v1beta1';

function paths(
  given: Given,
  kind: string,
  name: string,
  apiVersion = 'v1',
  request: PathRequest = {},
): readonly RequestPath[] {
  const context = createViewContext(createReader(buildSnapshot(given)));
  return requestPath(context, { apiVersion, kind, namespace: 'models', name }, request);
}

function line(path: RequestPath | undefined): string {
  return (path?.hops ?? [])
    .map((hop) => `${{ passes: '+', fails: 'x', unknown: '?', 'not-reached': '.' }[hop.state]}${hop.title}`)
    .join(' ');
}

/** What a person is told: the hop where it ends, in words, with the answer. */
function end(path: RequestPath | undefined): string {
  if (path === undefined || path.outcome.state === 'passes') return 'passes';
  const hop = path.hops[path.outcome.hop];
  const answer = path.outcome.state === 'fails' ? path.outcome.answer : undefined;
  return `${hop?.title ?? ''}: ${hop?.says ?? ''} | ${answer?.status ?? answer?.words ?? '?'} ${answer?.flag ?? ''}`;
}

function pod(name: string, labels: JsonObject, more: JsonObject = {}, sidecar = false): JsonObject {
  const names = ['server', ...(sidecar ? ['istio-proxy'] : [])];
  return {
    kind: 'Pod',
    metadata: { name, labels, ...more },
    spec: {
      nodeName: 'n1',
      containers: names.map((container) => ({
        name: container,
        image: 'registry.test/web:1',
        ...(container === 'server' ? { ports: [{ containerPort: 8080 }] } : {}),
      })),
    },
    status: {
      phase: 'Running',
      conditions: [READY],
      containerStatuses: names.map((container) => ({
        name: container,
        ready: true,
        state: { running: { startedAt: '2026-03-01T11:40:00Z' } },
      })),
    },
  };
}

const LOG = { pod: 'web-1', container: 'server', text: 'INFO: "GET / HTTP/1.1" 200 OK\n' };
const SERVICE: JsonObject = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};
const BASE: readonly JsonObject[] = [SERVICE, pod('web-1', { app: 'web' })];

function ofService(...objects: readonly JsonObject[]): readonly RequestPath[] {
  return paths({ objects: [...BASE, ...objects], logs: [LOG] }, 'Service', 'web');
}

describe('Gateway API', () => {
  const route = (more: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
    kind: 'HTTPRoute',
    metadata: { name: 'web' },
    spec: {
      hostnames: ['web.acme.test'],
      parentRefs: [{ name: 'edge', namespace: 'infra' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      ...spec,
    },
    status: {
      parents: [
        { parentRef: { name: 'edge', namespace: 'infra' }, conditions: [{ type: 'Accepted', status: 'True' }] },
      ],
      ...more,
    },
  });
  const gateway = (conditions: readonly JsonObject[], listeners: readonly JsonObject[] = []): JsonObject => ({
    kind: 'Gateway',
    apiVersion: 'gateway.networking.k8s.io/v1',
    metadata: { name: 'edge', namespace: 'infra' },
    spec: { gatewayClassName: 'eg', listeners },
    status: { conditions },
  });
  const gatewayClass: JsonObject = {
    kind: 'GatewayClass',
    metadata: { name: 'eg' },
    spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
    status: { conditions: [{ type: 'Accepted', status: 'True' }] },
  };
  const programmed = { type: 'Programmed', status: 'True' };

  test('programmed and accepted: it passes', () => {
    expect(end(ofService(route(), gateway([programmed]), gatewayClass)[0])).toBe('passes');
  });

  test.each([
    ['a Gateway that is not there', [route()], /Gateway edge: The Gateway .* does not exist/],
    ['a class that is not there', [route(), gateway([])], /GatewayClass eg does not exist/],
    [
      'no address',
      [
        route(),
        gatewayClass,
        gateway([{ type: 'Programmed', status: 'False', reason: 'AddressNotAssigned', message: 'none left' }]),
      ],
      /Programmed of the Gateway is False, AddressNotAssigned: none left/,
    ],
    [
      'a backend in a namespace that grants nothing: 500',
      [
        route(
          {
            parents: [
              {
                conditions: [
                  { type: 'Accepted', status: 'True' },
                  { type: 'ResolvedRefs', status: 'False', reason: 'RefNotPermitted', message: 'no grant' },
                ],
              },
            ],
          },
          { rules: [{ backendRefs: [{ name: 'web', namespace: 'other', port: 80 }] }] },
        ),
        gateway([programmed]),
        gatewayClass,
      ],
      /RefNotPermitted, no grant \| 500/,
    ],
    [
      'a Service that is not there: 500, as the API wants it',
      [
        route(
          {},
          {
            rules: [
              {
                backendRefs: [
                  { name: 'web', port: 80, weight: 0 },
                  { name: 'gone', port: 80 },
                ],
              },
            ],
          },
        ),
        gateway([programmed]),
        gatewayClass,
      ],
      /Service gone does not exist \| 500/,
    ],
  ] as const)('%s', (_, objects, told) => {
    const [outside] = paths(
      { objects: [...BASE, ...objects], logs: [LOG] },
      'HTTPRoute',
      'web',
      'gateway.networking.k8s.io/v1',
      { host: 'web.acme.test' },
    );
    expect(end(outside)).toMatch(told);
  });

  test('a route for every host takes only those of the listeners', () => {
    const objects = [
      route({}, { hostnames: [] }),
      gateway([programmed], [{ name: 'web', port: 80, hostname: '*.corp.test' }]),
      gatewayClass,
    ];
    const asked = (host: string): string =>
      end(paths({ objects: [...BASE, ...objects], logs: [LOG] }, 'Service', 'web', 'v1', { host })[0]);
    expect(asked('web.acme.test')).toMatch(/No listener of the Gateway takes the host web\.acme\.test.*\| 404 NR/);
    expect(asked('web.corp.test')).toBe('passes');
  });

  test('the prefix of the path is taken off before the server sees it', () => {
    const rewriting = route(
      {},
      {
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/team/web' } }],
            filters: [
              { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } },
            ],
            backendRefs: [{ name: 'web', port: 80 }],
          },
        ],
      },
    );
    const given = {
      objects: [...BASE, rewriting, gateway([programmed]), gatewayClass],
      logs: [
        { ...LOG, text: 'INFO: "GET /health HTTP/1.1" 200 OK\nINFO: "GET /team/web/health HTTP/1.1" 404 Not Found\n' },
      ],
    };
    const [outside] = paths(given, 'Service', 'web', 'v1', { host: 'web.acme.test', path: '/team/web/health?full=1' });
    expect(end(outside)).toBe('passes');
    expect(outside?.hops.find((hop) => hop.id === 'route')?.facts).toContainEqual({
      name: 'path becomes',
      value: '/health',
    });
  });

  describe('an LLMInferenceService', () => {
    const llm: JsonObject = {
      kind: 'LLMInferenceService',
      apiVersion: 'serving.kserve.io/v1alpha1',
      metadata: { name: 'chat' },
      spec: { model: { uri: 'hf://x/y' } },
      status: { url: 'http://192.0.2.1/models/chat', conditions: [READY] },
    };
    const llmRoute: JsonObject = {
      ...route(
        {},
        {
          hostnames: [],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/models/chat/v1/chat/completions' } }],
              filters: [
                {
                  type: 'URLRewrite',
                  urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1/chat/completions' } },
                },
              ],
              backendRefs: [
                {
                  group: 'inference.networking.k8s.io',
                  kind: 'InferencePool',
                  name: 'chat-inference-pool',
                  port: 8000,
                },
              ],
            },
          ],
        },
      ),
      metadata: { name: 'chat-kserve-route' },
    };
    const pool: JsonObject = {
      kind: 'InferencePool',
      apiVersion: 'inference.networking.k8s.io/v1',
      metadata: { name: 'chat-inference-pool' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        targetPorts: [{ number: 8080 }],
        endpointPickerRef: { name: 'chat-epp-service', port: { number: 9002 } },
      },
    };
    const picker = (labels: JsonObject): JsonObject => ({
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'chat-epp-service' },
      spec: { selector: labels, ports: [{ port: 9002 }] },
    });
    const base = [llm, llmRoute, gateway([programmed]), gatewayClass, ...BASE];
    const logs = [{ ...LOG, text: 'INFO: "POST /v1/chat/completions HTTP/1.1" 200 OK\n' }];
    const traced = (...objects: readonly JsonObject[]): RequestPath | undefined =>
      paths({ objects: [...base, ...objects], logs }, 'LLMInferenceService', 'chat', 'serving.kserve.io/v1alpha1')[0];

    test('goes by its path over the endpoint picker and the pool to a pod', () => {
      const outside = traced(pool, picker({ app: 'epp' }), pod('epp-1', { app: 'epp' }));
      expect(outside?.path).toBe('/models/chat/v1/chat/completions');
      expect(line(outside)).toBe('+client +Gateway edge +HTTPRoute +endpoint picker +InferencePool +server +model');
    });

    test('without a URL it is told why nothing leads to it', () => {
      const waiting = {
        ...llm,
        status: { conditions: [{ type: 'Ready', status: 'False', reason: 'HTTPRoutesNotReady' }] },
      };
      const [outside] = paths(
        { objects: [waiting, ...BASE] },
        'LLMInferenceService',
        'chat',
        'serving.kserve.io/v1alpha1',
      );
      expect(end(outside)).toMatch(/LLMInferenceService chat has no URL.*HTTPRoutesNotReady/);
      expect(outside?.hops[0]?.command).toEqual(['inferscope', 'llmisvc/chat', '-n', 'models']);
    });

    test('ends at a pool that is not there, at a picker that nobody runs', () => {
      expect(end(traced())).toMatch(/InferencePool chat-inference-pool does not exist \| 500/);
      expect(end(traced(pool, picker({ app: 'epp' })))).toMatch(/No pod behind Service chat-epp-service is Ready/);
    });

    test('FailOpen does without the picker', () => {
      const open = {
        ...pool,
        spec: {
          selector: { app: 'web' },
          targetPortNumber: 8080,
          extensionRef: { name: 'gone', failureMode: 'FailOpen' },
        },
      };
      expect(end(traced(open))).toBe('passes');
    });
  });
});

describe('Contour', () => {
  const proxy = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({
    kind: 'HTTPProxy',
    metadata: { name: 'web' },
    spec: {
      virtualhost: { fqdn: 'web.acme.test' },
      routes: [
        { conditions: [{ prefix: '/' }], services: [{ name: 'gone', port: 80 }] },
        {
          conditions: [{ prefix: '/api' }],
          services: [{ name: 'web', port: 80 }],
          pathRewritePolicy: { replacePrefix: [{ replacement: '/' }] },
          timeoutPolicy: { response: '15s' },
        },
      ],
      ...spec,
    },
    status,
  });
  const asked = (object: JsonObject, path = '/api'): RequestPath | undefined =>
    paths({ objects: [...BASE, object], logs: [LOG] }, 'Service', 'web', 'v1', { host: 'web.acme.test', path })[0];

  test('the longest prefix decides, and is rewritten', () => {
    const found = asked(proxy({ currentStatus: 'valid' }));
    expect(found?.hops.find((hop) => hop.id === 'route')?.facts).toEqual([
      { name: 'timeout', value: '15s' },
      { name: 'path becomes', value: '/' },
    ]);
    expect(found?.target).toBe('Service web');
    expect(asked(proxy({ currentStatus: 'valid' }), '/other')?.target).toBe('Service gone');
  });

  test('one that Contour refuses routes nothing; of one that it says nothing of nothing is known', () => {
    expect(end(asked(proxy({ currentStatus: 'invalid', description: 'fqdn is used twice' })))).toMatch(
      /HTTPProxy web is invalid: fqdn is used twice \| 404 NR/,
    );
    expect(asked(proxy({}))?.outcome.state).toBe('unknown');
  });

  test('what it includes is not followed, and said to be open', () => {
    const including = proxy({ currentStatus: 'valid' }, { routes: [], includes: [{ name: 'child' }] });
    expect(asked(including)?.outcome.state).toBe('unknown');
  });
});

describe('Ingress', () => {
  const ingress = (more: JsonObject = {}): JsonObject => ({
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: 'web' },
    spec: {
      ingressClassName: 'edge',
      rules: [
        {
          host: 'web.acme.test',
          http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }] },
        },
      ],
    },
    ...more,
  });
  const traefik: JsonObject = {
    kind: 'IngressClass',
    metadata: { name: 'edge' },
    spec: { controller: 'traefik.io/ingress-controller' },
  };

  test('a class that does not exist serves nobody', () => {
    expect(end(ofService(ingress())[0])).toMatch(/IngressClass edge does not exist/);
  });

  test('the Ingress that KServe writes may be called inside only: not known', () => {
    const own = ofService(ingress({ owner: 'InferenceService/x' }));
    expect(own.map((path) => path.outcome.state)).toEqual(['unknown', 'passes']);
  });

  test('a class of which nothing is known: the address tells that it is served', () => {
    expect(ofService(ingress(), traefik)[0]?.outcome.state).toBe('unknown');
    const served = ingress({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.3' }] } } });
    expect(end(ofService(served, traefik)[0])).toBe('passes');
  });
});

describe('Istio', () => {
  const INGRESS_GATEWAY: readonly JsonObject[] = [
    {
      kind: 'Deployment',
      metadata: { name: 'istio-ingressgateway', namespace: 'istio-system' },
      spec: {
        replicas: 1,
        template: { metadata: { labels: { istio: 'ingressgateway' } }, spec: { serviceAccountName: 'gateway' } },
      },
      status: { readyReplicas: 1 },
    },
  ];
  const virtual = (http: readonly JsonObject[], gateways: readonly string[] = ['infra/edge']): JsonObject => ({
    kind: 'VirtualService',
    metadata: { name: 'web' },
    spec: { hosts: ['web.acme.test'], gateways, http },
  });
  const istioGateway = (selector: JsonObject): JsonObject => ({
    kind: 'Gateway',
    apiVersion: 'networking.istio.io/v1',
    metadata: { name: 'edge', namespace: 'infra' },
    spec: { selector, servers: [{ port: { number: 80 }, hosts: ['*'] }] },
  });
  const toWeb = { route: [{ destination: { host: 'web' } }] };

  test('a Gateway that is not there, and one that selects no pod', () => {
    expect(end(ofService(virtual([toWeb]), ...INGRESS_GATEWAY)[0])).toMatch(
      /Istio Gateway infra\/edge.*does not exist.*\| 404 NR/,
    );
    expect(end(ofService(virtual([toWeb]), istioGateway({ app: 'edge' }), ...INGRESS_GATEWAY)[0])).toMatch(
      /No pod has the labels that Istio Gateway edge selects/,
    );
    const own = pod('edge-1', { app: 'edge' }, { namespace: 'infra' });
    expect(end(ofService(virtual([toWeb]), istioGateway({ app: 'edge' }), own)[0])).toBe('passes');
  });

  test('a prefix is replaced, and the rest of the path stays', () => {
    const rule = { match: [{ uri: { prefix: '/serving/models/web/' } }], rewrite: { uri: '/' }, ...toWeb };
    const given = {
      objects: [...BASE, virtual([rule]), istioGateway({ istio: 'ingressgateway' }), ...INGRESS_GATEWAY],
      logs: [{ ...LOG, text: 'INFO: "GET /v1/models HTTP/1.1" 200 OK\n' }],
    };
    const [outside] = paths(given, 'Service', 'web', 'v1', {
      host: 'web.acme.test',
      path: '/serving/models/web/v1/models',
    });
    expect(end(outside)).toBe('passes');
  });

  describe('policies at the pod', () => {
    const meshed = [
      SERVICE,
      pod('web-1', { app: 'web' }, {}, true),
      virtual([toWeb]),
      istioGateway({ istio: 'ingressgateway' }),
      ...INGRESS_GATEWAY,
    ];
    const policy = (spec: JsonObject, namespace = 'models'): JsonObject => ({
      kind: 'AuthorizationPolicy',
      metadata: { name: 'p', namespace },
      spec,
    });
    const traced = (...objects: readonly JsonObject[]): readonly RequestPath[] =>
      paths({ objects: [...meshed, ...objects], logs: [LOG] }, 'Service', 'web');

    test('one that allows only another namespace denies the gateway: 403 at the pod', () => {
      const [outside, inside] = traced(policy({ rules: [{ from: [{ source: { namespaces: ['models'] } }] }] }));
      expect(end(outside)).toMatch(/^policy: AuthorizationPolicy p allows only other requests \| 403 -$/);
      // Who calls from inside is not known.
      expect(inside?.outcome.state).toBe('unknown');
    });

    test('one that allows the service account of the gateway lets it through', () => {
      const principals = ['cluster.local/ns/istio-system/sa/gateway'];
      expect(end(traced(policy({ rules: [{ from: [{ source: { principals } }] }] }))[0])).toBe('passes');
    });

    test('a token is a question, with its issuer', () => {
      const [outside] = traced(policy({ rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] }), {
        kind: 'RequestAuthentication',
        metadata: { name: 'jwt' },
        spec: { jwtRules: [{ issuer: 'https://id.acme.test' }] },
      });
      expect(end(outside)).toMatch(/depends on a token of https:\/\/id\.acme\.test/);
    });

    test('a policy for other pods says nothing', () => {
      expect(end(traced(policy({ selector: { matchLabels: { app: 'other' } } }))[0])).toBe('passes');
    });

    test('mutual TLS: STRICT keeps out who has no sidecar, a port may be excepted', () => {
      const strict = (more: JsonObject = {}): JsonObject => ({
        kind: 'PeerAuthentication',
        metadata: { name: 'strict' },
        spec: { mtls: { mode: 'STRICT' }, ...more },
      });
      const [outside, inside] = traced(strict());
      expect(end(outside)).toBe('passes');
      expect(end(inside)).toMatch(/a caller without a sidecar is cut off/);
      const except = strict({
        selector: { matchLabels: { app: 'web' } },
        portLevelMtls: { '8080': { mode: 'PERMISSIVE' } },
      });
      expect(end(traced(except)[1])).toBe('passes');
    });

    test('policies that were not read leave the hop open', () => {
      const [outside] = paths({ objects: meshed, logs: [LOG], forbidden: ['AuthorizationPolicy'] }, 'Service', 'web');
      expect(outside?.outcome.state).toBe('unknown');
    });

    test('a NetworkPolicy that lets nobody in is told; whether it is enforced is not known', () => {
      const shut: JsonObject = {
        kind: 'NetworkPolicy',
        metadata: { name: 'shut' },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      };
      const found = traced(shut);
      expect(found.map((path) => path.outcome.state)).toEqual(['unknown', 'unknown']);
      expect(end(found[0])).toMatch(/NetworkPolicy shut lets nobody from namespace istio-system .* in on port 8080/);
      const open: JsonObject = {
        ...shut,
        metadata: { name: 'open' },
        spec: {
          podSelector: {},
          ingress: [
            { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } } }] },
          ],
        },
      };
      expect(end(traced(shut, open)[0])).toBe('passes');
    });
  });
});

describe('a Service by itself', () => {
  test('headless: its name is that of the pods, and so are the ports', () => {
    const headless = {
      ...SERVICE,
      spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    const asked = (host?: string): RequestPath | undefined =>
      paths(
        { objects: [headless, BASE[1] ?? {}], logs: [LOG] },
        'Service',
        'web',
        'v1',
        host === undefined ? {} : { host },
      )[0];
    expect(asked()?.port).toBe(8080);
    expect(end(asked())).toBe('passes');
    expect(end(asked('web.models.svc:80'))).toMatch(/its ports are those of the pods: 8080, not 80/);
  });

  test('a port that is written is the one that is called', () => {
    expect(end(paths({ objects: BASE, logs: [LOG] }, 'Service', 'web', 'v1', { host: 'web.models:9000' })[0])).toMatch(
      /Service web has no port 9000; it has 80/,
    );
  });

  test('with a load balancer of its own it is called from outside too', () => {
    const balanced = {
      ...SERVICE,
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.4' }] } },
    };
    const found = paths({ objects: [balanced, BASE[1] ?? {}], logs: [LOG] }, 'Service', 'web');
    expect(found.map((path) => `${path.caller} ${path.host} ${end(path)}`)).toEqual([
      'external 192.0.2.4 passes',
      'cluster-local web.models.svc.cluster.local passes',
    ]);
  });

  test('nothing publishes it: that is told beside the path from inside', () => {
    expect(paths({ objects: BASE, logs: [LOG] }, 'Service', 'web')[0]?.notes).toEqual([
      'From outside: no Ingress, HTTPRoute, VirtualService or HTTPProxy that was read leads to Service web',
    ]);
  });
});

describe('what cannot be called', () => {
  const deployment: JsonObject = {
    kind: 'Deployment',
    metadata: { name: 'lone' },
    spec: {
      template: {
        metadata: { labels: { app: 'lone' } },
        spec: { containers: [{ name: 'c', ports: [{ containerPort: 5000 }] }] },
      },
    },
  };

  test('a Deployment that no Service selects: there is no name, and how to get one', () => {
    const [only] = paths({ objects: [deployment] }, 'Deployment', 'lone', 'apps/v1');
    expect(only?.outcome).toMatchObject({ state: 'fails', answer: { words: 'there is nothing to call' } });
    expect(only?.hops[0]?.says).toBe('No Service selects the pods of Deployment lone: there is no name to call');
    expect(only?.hops[0]?.command).toEqual([
      'kubectl',
      'expose',
      'deployment/lone',
      '-n',
      'models',
      '--port=80',
      '--target-port=5000',
    ]);
  });

  test('Services that may not be listed: not known', () => {
    const [only] = paths({ objects: [deployment], forbidden: ['Service'] }, 'Deployment', 'lone', 'apps/v1');
    expect(only?.outcome.state).toBe('unknown');
  });

  test('an InferenceService of KFServing v1alpha2 is called through Knative, by its old names', () => {
    const old: JsonObject = {
      kind: 'InferenceService',
      apiVersion: 'serving.kubeflow.org/v1alpha2',
      metadata: { name: 'iris' },
      spec: { default: { predictor: { sklearn: {} } } },
      status: { url: 'http://iris.models.example.com/v1/models/iris', conditions: [READY] },
    };
    const found = paths({ objects: [old] }, 'InferenceService', 'iris', 'serving.kubeflow.org/v1alpha2');
    expect(found.map((path) => `${path.method} ${path.host}${path.path}`)).toEqual([
      'POST iris.models.example.com/v1/models/iris:predict',
      'POST iris-predictor-default.models.svc.cluster.local/v1/models/iris:predict',
    ]);
  });

  test('an object that does not exist, with the question why', () => {
    const [only] = paths({ objects: [] }, 'InferenceService', 'gone', ISVC);
    expect(only?.outcome.state).toBe('fails');
    expect(only?.hops[0]?.command).toEqual(['inferscope', 'isvc/gone', '-n', 'models']);
  });

  test('a kind that takes no requests is told to be one', () => {
    const [only] = paths({ objects: [{ kind: 'ConfigMap', metadata: { name: 'c' } }] }, 'ConfigMap', 'c');
    expect(only?.hops[0]?.says).toMatch(/^Requests do not go to a ConfigMap/);
  });
});

describe('a graph', () => {
  const graph = (nodes: JsonObject): readonly JsonObject[] => [
    { kind: 'InferenceGraph', metadata: { name: 'flow' }, spec: { nodes } },
    { kind: 'Deployment', metadata: { name: 'flow' }, owner: 'InferenceGraph/flow' },
    { ...SERVICE, metadata: { name: 'flow' } },
    ...BASE,
  ];
  const steps = (nodes: JsonObject): readonly string[] => {
    const logs = [{ ...LOG, text: 'INFO: "POST / HTTP/1.1" 200 OK\n' }];
    const [only] = paths({ objects: graph(nodes), logs }, 'InferenceGraph', 'flow', 'serving.kserve.io/v1alpha1');
    return (only?.hops ?? []).filter((hop) => hop.id === 'step').map((hop) => `${hop.state} ${hop.says}`);
  };

  test('that leads back to itself never ends', () => {
    const loop = {
      root: { routerType: 'Sequence', steps: [{ nodeName: 'a' }] },
      a: { routerType: 'Switch', steps: [{ nodeName: 'root' }] },
    };
    expect(steps(loop)).toEqual(['fails Step 1 of node a leads back to node root: the router never comes to an end']);
  });

  test('a node that it does not have, a URL inside the cluster and one outside', () => {
    expect(steps({ root: { steps: [{ nodeName: 'gone' }] } })).toEqual([
      'fails Step 1 of node root names node gone, which the graph does not have',
    ]);
    expect(steps({ root: { steps: [{ name: 's', serviceUrl: 'http://web.models.svc/x' }] } })[0]).toMatch(/^passes/);
    expect(steps({ root: { steps: [{ name: 's', serviceUrl: 'http://nobody.models.svc/x' }] } })[0]).toMatch(
      /^fails .* there is no Service models\/nobody/,
    );
    expect(steps({ root: { steps: [{ name: 's', serviceUrl: 'https://api.acme.test/x' }] } })[0]).toMatch(/^unknown/);
  });
});
