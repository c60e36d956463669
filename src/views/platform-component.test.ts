/** Programs of the platform are found by name wherever they are; what was not collected is unknown, and a log line must name the object. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { JsonObject } from '../model/json.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { versionOfTag } from './parse/platform-components.ts';
import { linesOf, useComponent } from './platform-component.ts';

function deployment(
  namespace: string,
  name: string,
  replicas: number,
  ready: number,
  image: string,
  labels: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ name: 'main', image }] } },
    },
    status: ready === 0 ? {} : { readyReplicas: ready },
  };
}

function context(given: Given) {
  return createViewContext(createReader(buildSnapshot(given)));
}

describe('a component of the platform', () => {
  test.each([
    ['kserve', 'kserve-controller-manager'],
    ['redhat-ods-applications', 'kserve-controller-manager'],
    ['kubeflow', 'kfserving-controller-manager'],
    ['team-x', 'kserve-controller-manager'],
  ])('is found in %s as %s', (namespace, name) => {
    const found = useComponent(
      context({ objects: [deployment(namespace, name, 1, 1, 'kserve/kserve-controller:v0.13.1')] }),
      'kserve-controller',
    );
    expect(found).toMatchObject({ state: 'present', value: { ready: 1, down: false, version: '0.13.1' } });
  });

  test('a Deployment of somebody else that is called controller is not Knative’s', () => {
    const objects = [deployment('shop', 'controller', 0, 0, 'shop/controller:v3.0.0')];
    expect(useComponent(context({ objects }), 'knative-controller').state).toBe('absent');
  });

  test('is down where no pod of it is ready, and known by its label where the image has a digest', () => {
    const digest = `gcr.io/x/activator@sha256:${'a'.repeat(64)}`;
    const objects = [
      deployment('knative-serving', 'activator', 2, 0, digest, { 'app.kubernetes.io/version': '1.10.2' }),
    ];
    expect(useComponent(context({ objects }), 'knative-activator')).toMatchObject({
      state: 'present',
      value: { desired: 2, ready: 0, down: true, version: '1.10.2' },
    });
  });

  test('is unknown where its namespace was not read, and asks for it', () => {
    const found = useComponent(context({ unlisted: ['Deployment'] }), 'knative-activator');
    expect(found).toMatchObject({
      state: 'unknown',
      gap: { request: { kind: 'Deployment', namespace: 'knative-serving' } },
    });
  });
});

describe('lines of its log', () => {
  const pod = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'kserve', labels: { app: 'kserve-controller-manager' } },
    spec: { containers: [{ name: 'kube-rbac-proxy' }, { name: 'manager' }] },
  });
  const objects = [deployment('kserve', 'kserve-controller-manager', 1, 1, 'x:v0.1.0'), pod('manager-1')];
  const read = (text: string | undefined) => {
    const at = context({
      namespace: 'kserve',
      objects,
      ...(text === undefined ? {} : { logs: [{ pod: 'manager-1', container: 'manager', text }] }),
    });
    const component = useComponent(at, 'kserve-controller');
    if (component.state !== 'present') throw new Error(component.state);
    return linesOf(at, component.value, { namespace: 'speech', name: 'iris' });
  };

  test('are those that name the object and its namespace as words', () => {
    const found = read(
      [
        '{"name":"iris","namespace":"speech"} Observed a panic',
        'speech/iris-2 is fine',
        'iris alone',
        'speech/iris: failed',
      ].join('\n'),
    );
    expect(found.state === 'present' && found.value.map((line) => line.cite.at)).toEqual([
      { kind: 'lines', from: 1, to: 1 },
      { kind: 'lines', from: 4, to: 4 },
    ]);
  });

  test('are unknown without a log, and the log of the manager is what is asked for', () => {
    expect(read(undefined)).toMatchObject({
      state: 'unknown',
      gap: { request: { type: 'log', container: 'manager', pod: { name: 'manager-1' } } },
    });
  });
});

test.each([
  ['kserve/kserve-controller:v0.17.0', '0.17.0'],
  [`gcr.io/knative-releases/knative.dev/serving/cmd/activator:v1.21.1@sha256:${'0'.repeat(64)}`, '1.21.1'],
  ['istio/pilot:1.22.3-distroless', '1.22.3'],
  [`r.example:5000/x@sha256:${'0'.repeat(64)}`, undefined],
  ['kserve/kserve-controller:latest', undefined],
])('the version of %s is %s', (image, version) => {
  expect(versionOfTag(image)).toBe(version);
});
