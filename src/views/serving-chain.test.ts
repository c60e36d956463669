/** The chain around an object, walked by owners and named fields; loops, missing owners and namesakes end it and break nothing. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { JsonObject } from '../model/json.ts';
import { refLabel, type ResourceRef } from '../model/reference.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { chainAbove, chainBelow } from './serving-chain.ts';

const KNATIVE = 'serving.knative.dev/v1';
const KSERVE = 'serving.kserve.io/v1beta1';

function object(
  apiVersion: string,
  kind: string,
  name: string,
  owners: readonly JsonObject[] = [],
  more = {},
): JsonObject {
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'm', uid: `${kind}-${name}`, ownerReferences: owners },
    ...more,
  };
}
function owner(apiVersion: string, kind: string, name: string): JsonObject {
  return { apiVersion, kind, name, uid: `${kind}-${name}`, controller: true };
}

const STACK: readonly JsonObject[] = [
  object('serving.kserve.io/v1alpha1', 'InferenceGraph', 'flow', [], {
    spec: { nodes: { root: { steps: [{ serviceName: 'iris' }, { serviceName: 'gone' }] } } },
  }),
  object(KSERVE, 'InferenceService', 'iris'),
  object(KNATIVE, 'Service', 'iris-predictor', [owner(KSERVE, 'InferenceService', 'iris')]),
  object(KNATIVE, 'Route', 'iris-predictor', [owner(KNATIVE, 'Service', 'iris-predictor')], {
    spec: { traffic: [{ configurationName: 'iris-predictor' }] },
  }),
  object(KNATIVE, 'Configuration', 'iris-predictor', [owner(KNATIVE, 'Service', 'iris-predictor')], {
    status: { latestCreatedRevisionName: 'iris-predictor-00001' },
  }),
  object(KNATIVE, 'Revision', 'iris-predictor-00001', [owner(KNATIVE, 'Configuration', 'iris-predictor')]),
  object('apps/v1', 'Deployment', 'iris-d', [owner(KNATIVE, 'Revision', 'iris-predictor-00001')]),
  object('apps/v1', 'ReplicaSet', 'iris-d-1', [owner('apps/v1', 'Deployment', 'iris-d')]),
  object('v1', 'Pod', 'iris-d-1-a', [owner('apps/v1', 'ReplicaSet', 'iris-d-1')]),
  // A core Service of the same name stands on nothing of this.
  object('v1', 'Service', 'iris-predictor'),
];

const POD: ResourceRef = { apiVersion: 'v1', kind: 'Pod', namespace: 'm', name: 'iris-d-1-a' };

function contextOf(objects: readonly JsonObject[]) {
  return createViewContext(createReader(buildSnapshot({ objects, namespace: 'm' })));
}

describe('the serving chain', () => {
  test('is told from the pod up to the graph, in the order of its layers', () => {
    expect(contextOf(STACK).use(chainAbove, POD).map(refLabel)).toEqual([
      'ReplicaSet/iris-d-1',
      'Deployment/iris-d',
      'Revision/iris-predictor-00001',
      'Configuration/iris-predictor',
      'Route/iris-predictor',
      'Service/iris-predictor',
      'InferenceService/iris',
      'InferenceGraph/flow',
    ]);
  });

  test('leads down to what is named although it does not exist', () => {
    const graph: ResourceRef = {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'InferenceGraph',
      namespace: 'm',
      name: 'flow',
    };
    const below = contextOf(STACK).use(chainBelow, graph).map(refLabel);
    expect(below).toEqual(expect.arrayContaining(['InferenceService/gone', 'InferenceService/iris', 'Pod/iris-d-1-a']));
    expect(below).not.toContain('InferenceGraph/flow');
  });

  test('ends where owners form a circle', () => {
    const circle = [
      object('v1', 'Pod', 'a', [owner('apps/v1', 'ReplicaSet', 'b')]),
      object('apps/v1', 'ReplicaSet', 'b', [owner('apps/v1', 'Deployment', 'c')]),
      object('apps/v1', 'Deployment', 'c', [owner('apps/v1', 'ReplicaSet', 'b')]),
    ];
    const above = contextOf(circle).use(chainAbove, { ...POD, name: 'a' });
    expect(above.map(refLabel)).toEqual(['ReplicaSet/b', 'Deployment/c']);
    expect(
      contextOf(circle).use(chainBelow, { ...POD, apiVersion: 'apps/v1', kind: 'Deployment', name: 'c' }).length,
    ).toBe(2);
  });

  test('follows the controller where an object has two owners', () => {
    const two = [
      object('v1', 'Pod', 'a', [
        { ...owner('x.example/v1', 'Sidecar', 's'), controller: false },
        owner(KSERVE, 'InferenceService', 'iris'),
      ]),
      object(KSERVE, 'InferenceService', 'iris'),
    ];
    expect(
      contextOf(two)
        .use(chainAbove, { ...POD, name: 'a' })
        .map(refLabel),
    ).toEqual(['InferenceService/iris']);
  });

  test('names an owner that was not seen, and goes no further', () => {
    const orphan = [object('v1', 'Pod', 'a', [owner('apps/v1', 'ReplicaSet', 'unseen')])];
    expect(
      contextOf(orphan)
        .use(chainAbove, { ...POD, name: 'a' })
        .map(refLabel),
    ).toEqual(['ReplicaSet/unseen']);
  });
});
