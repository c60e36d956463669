import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { configuredGateways, ingressClassOf, NETWORKING_LAYERS, serviceAddress } from './gateway-config.ts';

function layer(controller: string) {
  const found = NETWORKING_LAYERS.find((known) => known.controller === controller);
  if (found === undefined) throw new Error(controller);
  return found;
}

test('config-istio: one key for each gateway, as until net-istio 1.14', () => {
  const gateways = configuredGateways(layer('net-istio'), {
    'gateway.kubeflow.kubeflow-gateway': 'istio-ingressgateway.istio-system.svc.cluster.local',
    'local-gateway.knative-serving.cluster-local-gateway': 'cluster-local-gateway.istio-system.svc.cluster.local',
  });
  expect(gateways).toEqual([
    {
      gateway: { namespace: 'kubeflow', name: 'kubeflow-gateway' },
      service: { namespace: 'istio-system', name: 'istio-ingressgateway' },
      local: false,
      key: 'gateway.kubeflow.kubeflow-gateway',
    },
    {
      gateway: { namespace: 'knative-serving', name: 'cluster-local-gateway' },
      service: { namespace: 'istio-system', name: 'cluster-local-gateway' },
      local: true,
      key: 'local-gateway.knative-serving.cluster-local-gateway',
    },
  ]);
});

test('config-istio: lists; what is not said is the default', () => {
  const gateways = configuredGateways(layer('net-istio'), {
    'external-gateways': '- name: edge\n  namespace: infra\n  service: edge-svc.infra.svc.cluster.local\n',
  });
  expect(gateways.map(({ gateway, key }) => [gateway?.name, key])).toEqual([
    ['edge', 'external-gateways'],
    ['knative-local-gateway', undefined],
  ]);
});

test('config-contour names Services by visibility', () => {
  const visibility =
    'ExternalIP:\n  class: a\n  service: edge/envoy\nClusterLocal:\n  class: b\n  service: inner/envoy\n';
  expect(
    configuredGateways(layer('net-contour'), { visibility }).map(({ service, local }) => [service?.namespace, local]),
  ).toEqual([
    ['edge', false],
    ['inner', true],
  ]);
});

test('both spellings of the class annotation count', () => {
  for (const key of ['networking.knative.dev/ingress.class', 'networking.knative.dev/ingress-class'])
    expect(ingressClassOf({ metadata: { annotations: { [key]: 'x' } } })?.className).toBe('x');
  expect(ingressClassOf({})).toBeUndefined();
});

test('addresses of Services; a host of another domain is none', () => {
  expect(serviceAddress('a.b.svc.cluster.local:80')).toEqual({ namespace: 'b', name: 'a' });
  expect(serviceAddress('b/a')).toEqual({ namespace: 'b', name: 'a' });
  expect(serviceAddress('models.example.com')).toBeUndefined();
});

test('any text is read without an error, and names are names', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      for (const known of NETWORKING_LAYERS)
        for (const { gateway, service } of configuredGateways(known, {
          'external-gateways': one,
          visibility: other,
          [one]: other,
        }))
          for (const found of [gateway, service])
            if (found !== undefined) expect(found.name).toMatch(/^[a-z0-9][-a-z0-9.]*$/);
    }),
  );
});
