import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { JsonObject } from '../model/json.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { predictAnswer, requestPath } from './request-path.ts';
import type { PathRequest, RequestPath } from './request-path/path-types.ts';

const MODELS = 'models';

function paths(
  given: Given,
  kind: string,
  name: string,
  request: PathRequest = {},
  apiVersion = 'v1',
): readonly RequestPath[] {
  const context = createViewContext(createReader(buildSnapshot(given)));
  return requestPath(context, { apiVersion, kind, namespace: MODELS, name }, request);
}

function line(path: RequestPath | undefined): string {
  return (path?.hops ?? [])
    .map((hop) => `${{ passes: '+', fails: 'x', unknown: '?', 'not-reached': '.' }[hop.state]}${hop.id}`)
    .join(' ');
}

const READY = { type: 'Ready', status: 'True' };

/** A Knative revision with its pod, its ServerlessService and their endpoints. */
function revision(name: string, mode: 'Proxy' | 'Serve' = 'Serve', model = 'fraud'): readonly JsonObject[] {
  const pod = `${name}-deployment-1`;
  const target =
    mode === 'Proxy' ? { name: 'activator-1', namespace: 'knative-serving' } : { name: pod, namespace: MODELS };
  return [
    {
      kind: 'Revision',
      apiVersion: 'serving.knative.dev/v1',
      metadata: { name },
      spec: { timeoutSeconds: 300, containers: [{ name: 'kserve-container', args: [`--model_name=${model}`] }] },
    },
    { kind: 'ServerlessService', metadata: { name }, spec: { mode } },
    {
      kind: 'EndpointSlice',
      metadata: { name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
      endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: true }, targetRef: { kind: 'Pod', ...target } }],
    },
    {
      kind: 'Pod',
      metadata: { name: pod, labels: { 'serving.knative.dev/revision': name } },
      spec: {
        nodeName: 'n1',
        containers: [
          {
            name: 'kserve-container',
            image: 'kserve/sklearnserver:v0.15.0',
            args: [`--model_name=${model}`],
            ports: [{ containerPort: 8080 }],
          },
          {
            name: 'queue-proxy',
            env: [
              { name: 'USER_PORT', value: '8080' },
              { name: 'REVISION_TIMEOUT_SECONDS', value: '60' },
            ],
          },
        ],
      },
      status: {
        phase: 'Running',
        conditions: [READY],
        containerStatuses: ['kserve-container', 'queue-proxy'].map((container) => ({
          name: container,
          ready: true,
          state: { running: { startedAt: '2026-03-01T11:40:00Z' } },
        })),
      },
    },
  ];
}

function kingress(
  route: string,
  ingressClass: string,
  splits: readonly (readonly [string, number])[],
  external = true,
): JsonObject {
  const rule = (host: string, visibility: string): JsonObject => ({
    hosts: [host],
    visibility,
    http: {
      paths: [
        {
          splits: splits.map(([name, percent]) => ({
            serviceName: name,
            serviceNamespace: MODELS,
            servicePort: 80,
            percent,
            appendHeaders: { 'Knative-Serving-Revision': name },
          })),
        },
      ],
    },
  });
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'Ingress',
    metadata: { name: route, annotations: { 'networking.knative.dev/ingress.class': ingressClass } },
    spec: {
      rules: [
        rule(`${route}.${MODELS}.svc.cluster.local`, 'ClusterLocal'),
        ...(external ? [rule(`${route}.${MODELS}.acme.test`, 'ExternalIP')] : []),
      ],
    },
    status: { conditions: [READY] },
  };
}

function isvc(
  name: string,
  mode: string,
  extra: JsonObject = {},
  url = `http://${name}-predictor.${MODELS}.acme.test`,
): JsonObject {
  return {
    kind: 'InferenceService',
    metadata: { name },
    spec: { predictor: { model: {} }, ...extra },
    status: { deploymentMode: mode, url, conditions: [READY], components: { predictor: { url } } },
  };
}

const ACTIVATOR: JsonObject = {
  kind: 'Deployment',
  metadata: { name: 'activator', namespace: 'knative-serving' },
  spec: { replicas: 1 },
  status: { readyReplicas: 1 },
};
const KOURIER: readonly JsonObject[] = [
  {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'kourier', namespace: 'kourier-system' },
    spec: { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 8080 }] },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
  },
  {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'fraud-predictor' },
    spec: { type: 'ExternalName', externalName: 'kourier-internal.kourier-system.svc.cluster.local' },
  },
  {
    kind: 'Deployment',
    metadata: { name: '3scale-kourier-gateway', namespace: 'kourier-system' },
    spec: { replicas: 1 },
    status: { readyReplicas: 1 },
  },
  ACTIVATOR,
];
const SERVER_LOG = {
  container: 'kserve-container',
  text: '1 kserve INFO [model_server.py:register_model():423] Registering model: fraud\n',
};

describe('Knative with Kourier', () => {
  const given = (objects: readonly JsonObject[], log = SERVER_LOG): Given => ({
    objects: [isvc('fraud', 'Serverless'), ...KOURIER, ...objects],
    logs: [{ pod: 'fraud-predictor-00001-deployment-1', ...log }],
  });
  const healthy = given([
    kingress('fraud-predictor', 'kourier.ingress.networking.knative.dev', [['fraud-predictor-00001', 100]]),
    ...revision('fraud-predictor-00001'),
  ]);

  test('outside and inside pass, with the address of the load balancer', () => {
    const found = paths(healthy, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(found.map((path) => `${path.caller}: ${line(path)}`)).toEqual([
      'external: +client +address +gateway +route +service +queue-proxy +container +model',
      'cluster-local: +client +address +gateway +route +service +queue-proxy +container +model',
    ]);
    expect(found[0]?.entry?.addresses).toEqual([{ host: '192.0.2.7', port: 80, kind: 'load-balancer' }]);
  });

  test('a canary is traced for each revision, and each answers for itself', () => {
    const objects = [
      kingress('fraud-predictor', 'kourier.ingress.networking.knative.dev', [
        ['fraud-predictor-00001', 80],
        ['fraud-predictor-00002', 20],
      ]),
      ...revision('fraud-predictor-00001'),
      ...revision('fraud-predictor-00002', 'Serve', 'renamed'),
    ];
    const found = paths(
      given(objects),
      'InferenceService',
      'fraud',
      { host: 'fraud-predictor.models.acme.test' },
      'serving.kserve.io/v1beta1',
    );
    expect(found.map(({ target, percent, outcome }) => [target, percent, outcome.state])).toEqual([
      ['Revision fraud-predictor-00001', 80, 'passes'],
      ['Revision fraud-predictor-00002', 20, 'fails'],
    ]);
  });

  test('a revision at rest passes through the activator', () => {
    const objects = [
      kingress('fraud-predictor', 'kourier.ingress.networking.knative.dev', [['fraud-predictor-00001', 100]]),
      ...revision('fraud-predictor-00001', 'Proxy').filter((object) => object['kind'] !== 'Pod'),
    ];
    const [outside] = paths(given(objects), 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(line(outside)).toBe('+client +address +gateway +route +service +activator +queue-proxy +container +model');
  });

  test('no gateway pod: nobody answers', () => {
    const objects = healthy.objects?.map((object) =>
      JSON.stringify(object).includes('3scale') ? { ...object, status: { readyReplicas: 0 } } : object,
    );
    const [outside] = paths({ ...healthy, objects }, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { words: expect.stringContaining('no answer') } });
    expect(outside?.outcome).not.toHaveProperty('answer.status');
  });

  test.each([
    [{ path: '/v1/models/other:predict', method: 'POST' }, 404],
    [{ path: '/v1/models/fraud:predict', method: 'GET' }, 405],
    [{ path: '/v1/models/fraud:predict', method: 'POST', contentType: 'text/plain' }, 500],
    [{ path: '/v1/models/fraud:predict', method: 'POST' }, 200],
    [{ path: '/predict', method: 'POST' }, 404],
    [{ path: '/v2/models/fraud/infer', method: 'POST', contentType: 'application/json' }, 200],
    [{ path: '/v2/health/ready', method: 'GET' }, 200],
  ])('the model server answers %j with %i', (request, status) => {
    const context = createViewContext(createReader(buildSnapshot(healthy)));
    const subject = {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      namespace: MODELS,
      name: 'fraud',
    };
    expect(predictAnswer(context, subject, { host: 'fraud-predictor.models.acme.test', ...request })).toMatchObject({
      state: 'answers',
      status,
      flag: '-',
    });
  });

  test('a prediction that takes longer than the revision may is given up: 504', () => {
    const slow = `${SERVER_LOG.text}2026-03-01 11:50:00.000 1 kserve.trace kserve.io.v1.models.fraud:predict: 71.5 ['http_status:200', 'http_method:POST', 'time:wall']\n`;
    const [outside] = paths(
      { ...healthy, logs: [{ pod: 'fraud-predictor-00001-deployment-1', container: 'kserve-container', text: slow }] },
      'InferenceService',
      'fraud',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { status: 504, words: 'request timeout' } });
  });

  test('a DomainMapping leads over its own route to that of the Service', () => {
    const mapping: JsonObject = {
      kind: 'DomainMapping',
      apiVersion: 'serving.knative.dev/v1beta1',
      metadata: { name: 'fraud.acme.test' },
      spec: { ref: { kind: 'Service', name: 'fraud-predictor', apiVersion: 'serving.knative.dev/v1' } },
    };
    const mapped: JsonObject = {
      ...kingress('fraud.acme.test', 'kourier.ingress.networking.knative.dev', []),
      spec: {
        rules: [
          {
            hosts: ['fraud.acme.test'],
            visibility: 'ExternalIP',
            http: {
              paths: [
                {
                  rewriteHost: 'fraud-predictor.models.svc.cluster.local',
                  splits: [{ serviceName: 'fraud-predictor', serviceNamespace: MODELS, servicePort: 80, percent: 100 }],
                },
              ],
            },
          },
        ],
      },
    };
    const objects = [...(healthy.objects ?? []), mapping, mapped];
    const [outside] = paths(
      { ...healthy, objects },
      'DomainMapping',
      'fraud.acme.test',
      {},
      'serving.knative.dev/v1beta1',
    );
    expect(outside?.host).toBe('fraud.acme.test');
    expect(line(outside)).toBe('+client +address +gateway +route +route +service +queue-proxy +container +model');
    const [unmapped] = paths(
      { ...healthy, objects: [...(healthy.objects ?? []), mapping] },
      'DomainMapping',
      'fraud.acme.test',
      {},
      'serving.knative.dev/v1beta1',
    );
    expect(unmapped?.outcome).toMatchObject({ state: 'fails', answer: { status: 404, flag: 'NR' } });
  });

  test('what Knative makes below a Service is called through its Route', () => {
    const labels = { 'serving.knative.dev/route': 'fraud-predictor', 'serving.knative.dev/service': 'fraud-predictor' };
    const objects = (healthy.objects ?? []).map((object) => {
      const metadata = typeof object['metadata'] === 'object' ? object['metadata'] : {};
      return JSON.stringify(object).includes('"ExternalName"') || object['kind'] === 'Ingress'
        ? { ...object, metadata: { ...metadata, labels } }
        : object;
    });
    const traced = (kind: string, name: string, apiVersion: string): readonly string[] =>
      paths({ ...healthy, objects }, kind, name, {}, apiVersion).map((path) => `${path.caller} ${path.outcome.state}`);
    const both = ['external passes', 'cluster-local passes'];
    expect(traced('Service', 'fraud-predictor', 'v1')).toEqual(both);
    expect(traced('Ingress', 'fraud-predictor', 'networking.internal.knative.dev/v1alpha1')).toEqual(both);
  });

  test('a revision that gets no requests is called by its own name', () => {
    const labels = { 'serving.knative.dev/service': 'fraud-predictor' };
    const other = revision('fraud-predictor-00000').map((object) =>
      object['kind'] === 'Revision' ? { ...object, metadata: { name: 'fraud-predictor-00000', labels } } : object,
    );
    const open: JsonObject = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: {
        name: 'fraud-predictor-00000',
        labels: {
          'networking.internal.knative.dev/serviceType': 'Public',
          'serving.knative.dev/revision': 'fraud-predictor-00000',
        },
      },
      spec: { ports: [{ port: 80 }] },
    };
    const objects = [...(healthy.objects ?? []), ...other, open];
    const found = paths({ ...healthy, objects }, 'Revision', 'fraud-predictor-00000', {}, 'serving.knative.dev/v1');
    expect(found.map((path) => path.host)).toEqual(['fraud-predictor-00000.models.svc.cluster.local']);
    expect(found[0]?.target).toBe('Revision fraud-predictor-00000');
    expect(found[0]?.notes[0]).toMatch(/^No request to fraud-predictor goes to Revision fraud-predictor-00000/);
  });

  test('gRPC wants a port that is named h2c', () => {
    const request = { path: '/inference.GRPCInferenceService/ModelInfer', host: 'fraud-predictor.models.acme.test' };
    const [outside] = paths(healthy, 'InferenceService', 'fraud', request, 'serving.kserve.io/v1beta1');
    expect(outside?.method).toBe('POST');
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { words: expect.stringContaining('gRPC') } });
  });

  test('who is not on the path is told beside it: a canary that is not Ready, callers outside', () => {
    const configuration: JsonObject = {
      kind: 'Configuration',
      metadata: { name: 'fraud-predictor' },
      status: {
        latestCreatedRevisionName: 'fraud-predictor-00002',
        latestReadyRevisionName: 'fraud-predictor-00001',
      },
    };
    const [outside] = paths(
      { ...healthy, objects: [...(healthy.objects ?? []), configuration] },
      'InferenceService',
      'fraud',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.notes).toEqual(['Revision fraud-predictor-00002 takes no requests: it is not Ready']);
    const hidden = {
      ...isvc('fraud', 'Serverless', {}, 'http://fraud-predictor.models.svc.cluster.local'),
      metadata: { name: 'fraud', labels: { 'networking.knative.dev/visibility': 'cluster-local' } },
    };
    const objects = [
      hidden,
      ...KOURIER,
      kingress('fraud-predictor', 'kourier.ingress.networking.knative.dev', [['fraud-predictor-00001', 100]], false),
      ...revision('fraud-predictor-00001'),
    ];
    const found = paths({ ...healthy, objects }, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(found.map((path) => path.caller)).toEqual(['cluster-local']);
    expect(found[0]?.notes[0]).toMatch(/^From outside it is not published \(label networking\.knative\.dev/);
  });

  test('a gateway of another installation is none that is missing', () => {
    const objects = (healthy.objects ?? []).filter((object) => !JSON.stringify(object).includes('"kourier-system"'));
    const elsewhere: JsonObject = {
      kind: 'Deployment',
      metadata: { name: '3scale-kourier-gateway', namespace: 'knative-serving-ingress' },
      spec: { replicas: 1 },
      status: { readyReplicas: 1 },
    };
    const [outside] = paths(
      { ...healthy, objects: [...objects, elsewhere] },
      'InferenceService',
      'fraud',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome.state).toBe('passes');
  });

  test('what was not read is not known, and asks for it', () => {
    const found = paths(
      {
        ...healthy,
        objects: healthy.objects?.filter((object) => object['kind'] !== 'ServerlessService'),
        unlisted: ['ServerlessService'],
      },
      'InferenceService',
      'fraud',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(found[0]?.outcome.state).toBe('unknown');
    const gaps = found.flatMap((path) => path.hops.flatMap((hop) => hop.gaps));
    expect(gaps[0]?.request).toMatchObject({ type: 'object', ref: { kind: 'ServerlessService' } });
  });
});

describe('Knative with Istio', () => {
  const top: JsonObject = {
    kind: 'VirtualService',
    metadata: { name: 'fraud' },
    spec: {
      hosts: ['fraud.models.acme.test', 'fraud.models.svc.cluster.local'],
      gateways: ['knative-serving/knative-ingress-gateway'],
      http: [
        {
          match: [{ authority: { regex: '^fraud\\.models\\.acme\\.test(?::\\d{1,5})?$' } }],
          headers: { request: { set: { Host: 'fraud-predictor.models.svc.cluster.local' } } },
          route: [
            { destination: { host: 'knative-local-gateway.istio-system.svc.cluster.local', port: { number: 80 } } },
          ],
        },
      ],
    },
  };
  const objects: readonly JsonObject[] = [
    isvc('fraud', 'Knative', {}, 'http://fraud.models.acme.test'),
    top,
    kingress('fraud-predictor', 'istio.ingress.networking.knative.dev', [['fraud-predictor-00001', 100]]),
    {
      kind: 'Gateway',
      apiVersion: 'networking.istio.io/v1',
      metadata: { name: 'knative-ingress-gateway', namespace: 'knative-serving' },
      spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80 }, hosts: ['*'] }] },
    },
    {
      kind: 'Deployment',
      metadata: { name: 'istio-ingressgateway', namespace: 'istio-system' },
      spec: { replicas: 1 },
      status: { readyReplicas: 1 },
    },
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'fraud-predictor' },
      spec: { type: 'ExternalName', externalName: 'knative-local-gateway.istio-system.svc.cluster.local' },
    },
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'istio-ingressgateway', namespace: 'istio-system' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    },
    ...revision('fraud-predictor-00001'),
  ];
  const logs = [{ pod: 'fraud-predictor-00001-deployment-1', ...SERVER_LOG }];

  test('the host of the InferenceService leads over two routes to the revision', () => {
    const [outside] = paths({ objects, logs }, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(line(outside)).toBe('+client +address +gateway +route +route +service +queue-proxy +container +model');
    expect(outside?.hops[3]?.facts).toContainEqual({
      name: 'host becomes',
      value: 'fraud-predictor.models.svc.cluster.local',
    });
  });

  test('a path template of KServe: the domain is shared, and the prefix is taken off', () => {
    const shared: JsonObject = {
      kind: 'VirtualService',
      metadata: { name: 'fraud' },
      spec: {
        hosts: ['ml.acme.test'],
        gateways: ['knative-serving/knative-ingress-gateway'],
        http: [
          {
            match: [
              {
                uri: { prefix: '/serving/models/fraud/' },
                authority: { regex: '^ml\\.acme\\.test(?::\\d{1,5})?$' },
              },
            ],
            rewrite: { uri: '/' },
            headers: { request: { set: { Host: 'fraud-predictor.models.svc.cluster.local' } } },
            route: [{ destination: { host: 'knative-local-gateway.istio-system.svc.cluster.local' } }],
          },
        ],
      },
    };
    const own = isvc('fraud', 'Knative', {}, 'http://ml.acme.test/serving/models/fraud');
    const templated = [
      own,
      shared,
      ...objects.filter((object) => object !== top && object['kind'] !== 'InferenceService'),
    ];
    const [outside] = paths({ objects: templated, logs }, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(outside?.path).toBe('/serving/models/fraud/v1/models/fraud:predict');
    expect(outside?.outcome.state).toBe('passes');
    const bare = { path: '/v1/models/fraud:predict', host: 'ml.acme.test' };
    const [lost] = paths({ objects: templated, logs }, 'InferenceService', 'fraud', bare, 'serving.kserve.io/v1beta1');
    expect(lost?.outcome).toMatchObject({ state: 'fails', answer: { status: 404, flag: 'NR' } });
  });

  test('a host without a route gets 404 NR', () => {
    const [outside] = paths(
      { objects, logs },
      'InferenceService',
      'fraud',
      { host: 'fraud.example.org' },
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { status: 404, flag: 'NR' } });
  });

  test('nobody behind the revision: 503 UH', () => {
    const without = objects.map((object) =>
      object['kind'] === 'EndpointSlice' ? { ...object, endpoints: [] } : object,
    );
    const [outside] = paths({ objects: without, logs }, 'InferenceService', 'fraud', {}, 'serving.kserve.io/v1beta1');
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { status: 503, flag: 'UH' } });
  });

  test.each([
    [{ action: 'DENY', rules: [{ to: [{ operation: { hosts: ['fraud.models.acme.test'] } }] }] }, 'fails', 403],
    [{ action: 'ALLOW', rules: [{ to: [{ operation: { hosts: ['other.acme.test'] } }] }] }, 'fails', 403],
    [{ action: 'ALLOW', rules: [{}] }, 'passes', 200],
    [{ action: 'CUSTOM', rules: [{}] }, 'unknown', undefined],
  ])('an AuthorizationPolicy at the gateway %j: %s', (spec, state, status) => {
    const policy: JsonObject = {
      kind: 'AuthorizationPolicy',
      metadata: { name: 'p', namespace: 'istio-system' },
      spec,
    };
    const [outside] = paths(
      { objects: [...objects, policy], logs },
      'InferenceService',
      'fraud',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome.state).toBe(state);
    if (outside?.outcome.state !== 'unknown') expect(outside?.outcome.answer.status).toBe(status);
  });
});

function standardPod(ready: boolean): JsonObject {
  return {
    kind: 'Pod',
    metadata: { name: 'tariff-1', labels: { app: 'isvc.tariff-predictor' } },
    spec: {
      nodeName: 'n1',
      containers: [
        {
          name: 'kserve-container',
          image: 'kserve/xgbserver:v0.16.0',
          args: ['--model_name=tariff'],
          ports: [{ containerPort: 8080 }],
        },
      ],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        { name: 'kserve-container', ready, state: { running: { startedAt: '2026-03-01T11:40:00Z' } } },
      ],
    },
  };
}

const TARIFF: JsonObject = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'tariff-predictor' },
  spec: { selector: { app: 'isvc.tariff-predictor' }, ports: [{ port: 80, targetPort: 8080 }] },
};

describe('Standard', () => {
  const httpRoute: JsonObject = {
    kind: 'HTTPRoute',
    metadata: { name: 'tariff' },
    spec: {
      hostnames: ['tariff.acme.test'],
      parentRefs: [{ name: 'kserve-ingress-gateway', namespace: 'kserve' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: 'tariff-predictor', port: 80 }],
          timeouts: { request: '60s' },
        },
      ],
    },
    status: { parents: [{ conditions: [{ type: 'Accepted', status: 'True' }] }] },
  };
  const gateway: JsonObject = {
    kind: 'Gateway',
    apiVersion: 'gateway.networking.k8s.io/v1',
    metadata: { name: 'kserve-ingress-gateway', namespace: 'kserve' },
    status: { addresses: [{ value: '192.0.2.9' }], conditions: [{ type: 'Programmed', status: 'True' }] },
  };
  const logs = [
    {
      pod: 'tariff-1',
      container: 'kserve-container',
      text: '1 kserve INFO [model_server.py:register_model():423] Registering model: tariff\n',
    },
  ];
  const base = [isvc('tariff', 'Standard', {}, 'http://tariff.acme.test'), TARIFF];

  test('an HTTPRoute leads to the pods without Knative in between', () => {
    const found = paths(
      { objects: [...base, httpRoute, gateway, standardPod(true)], logs },
      'InferenceService',
      'tariff',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(found.map(line)).toEqual([
      '+client +address +gateway +route +service +container +model',
      '+client +address +service +container +model',
    ]);
  });

  test('a prediction longer than the timeout of the HTTPRoute: 504 UT', () => {
    const slow = {
      ...logs[0],
      pod: 'tariff-1',
      container: 'kserve-container',
      text: `${logs[0]?.text ?? ''}2026-03-01 11:50:00.000 1 kserve.trace kserve.io.v1.models.tariff:predict: 75 ['http_status:200', 'http_method:POST', 'time:wall']\n`,
    };
    const [outside] = paths(
      { objects: [...base, httpRoute, gateway, standardPod(true)], logs: [slow] },
      'InferenceService',
      'tariff',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome).toMatchObject({ state: 'fails', answer: { status: 504, flag: 'UT' } });
  });

  test('an Ingress of NGINX, and no pod Ready: 503 without a flag', () => {
    const nginx: JsonObject = {
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    };
    const ingress: JsonObject = {
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.8' }] } },
      kind: 'Ingress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: { name: 'tariff' },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'tariff.acme.test',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'tariff-predictor', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    };
    const found = paths(
      { objects: [...base, nginx, ingress, standardPod(false)], logs },
      'InferenceService',
      'tariff',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(found[0]?.outcome).toMatchObject({ state: 'fails', answer: { status: 503 } });
    expect(found[0]?.outcome).not.toHaveProperty('answer.flag');
    expect(found[1]?.outcome).toMatchObject({ state: 'fails', answer: { words: 'connection refused' } });
  });

  test('HTTPRoutes that may not be listed leave the route open', () => {
    const [outside] = paths(
      { objects: [...base, standardPod(true)], logs, forbidden: ['HTTPRoute'] },
      'InferenceService',
      'tariff',
      {},
      'serving.kserve.io/v1beta1',
    );
    expect(outside?.outcome.state).toBe('unknown');
    expect(outside?.hops.at(-1)?.gaps[0]?.reason).toBe('forbidden');
  });
});

describe('other objects', () => {
  test('a Deployment is traced by the Service that selects its pods', () => {
    const deployment: JsonObject = {
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        template: { metadata: { labels: { app: 'isvc.tariff-predictor' } }, spec: { containers: [{ name: 'c' }] } },
      },
    };
    const [inside] = paths({ objects: [deployment, TARIFF, standardPod(true)] }, 'Deployment', 'web', {}, 'apps/v1');
    expect(inside?.target).toBe('Service tariff-predictor');
  });

  test('a Service that leads nowhere is told, an object that is not there too', () => {
    expect(line(paths({ objects: [{ ...TARIFF }] }, 'Service', 'tariff-predictor')[0])).toBe(
      '+client +address xservice',
    );
    expect(paths({ objects: [] }, 'Service', 'gone')[0]?.hops[0]?.says).toContain('does not exist');
  });

  test('a graph fails at the step whose InferenceService does not exist', () => {
    const graph: JsonObject = {
      kind: 'InferenceGraph',
      metadata: { name: 'flow' },
      spec: {
        nodes: {
          root: {
            routerType: 'Sequence',
            steps: [
              { name: 'a', serviceName: 'tariff' },
              { name: 'b', serviceName: 'gone' },
            ],
          },
        },
      },
    };
    const service: JsonObject = { ...TARIFF, metadata: { name: 'flow' } };
    const deployment: JsonObject = { kind: 'Deployment', metadata: { name: 'flow' }, owner: 'InferenceGraph/flow' };
    const found = paths(
      {
        objects: [graph, deployment, service, isvc('tariff', 'Standard'), standardPod(true)],
        logs: [{ pod: 'tariff-1', container: 'kserve-container', text: '"POST / HTTP/1.1" 200 OK\n' }],
      },
      'InferenceGraph',
      'flow',
      {},
      'serving.kserve.io/v1alpha1',
    );
    const steps = found.at(-1)?.hops.filter((hop) => hop.id === 'step') ?? [];
    expect(steps.map((hop) => `${hop.title} ${hop.state}`)).toEqual(['a passes', 'b fails']);
  });

  test('a mode that is not known is an open hop, not a guess', () => {
    const bare: JsonObject = { kind: 'InferenceService', metadata: { name: 'new' }, spec: { predictor: {} } };
    expect(line(paths({ objects: [bare] }, 'InferenceService', 'new', {}, 'serving.kserve.io/v1beta1')[0])).toBe(
      '?route',
    );
  });
});
