/** The header of a report: what the trouble means for those who use the model. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { impactOf } from './impact.ts';
import { createViewContext } from './view-context.ts';

function impact(
  kind: string,
  objects: readonly JsonObject[],
  apiVersion: string,
  more: Given = {},
): ReturnType<typeof impactOf> {
  const context = createViewContext(createReader(buildSnapshot({ objects, ...more })));
  return impactOf(context, { apiVersion, kind, namespace: 'models', name: 'm' });
}

function deployment(spec: JsonObject, status: JsonObject): JsonObject[] {
  return [
    {
      kind: 'Deployment',
      metadata: { name: 'm', generation: 1 },
      spec: { replicas: 3, ...spec },
      status: { observedGeneration: 1, ...status },
    },
  ];
}

describe('impact', () => {
  test('a Deployment: how many of how many serve, and since when not', () => {
    const since = { conditions: [{ type: 'Available', status: 'False', lastTransitionTime: '2026-03-01T11:46:00Z' }] };
    expect(impact('Deployment', deployment({}, { replicas: 3, readyReplicas: 0, ...since }), 'apps/v1')).toMatchObject({
      state: 'NOT READY',
      text: 'NOT READY for 14 min, 0 of 3 replicas serve',
      desired: 3,
      serving: 0,
      since: '2026-03-01T11:46:00Z',
    });
    expect(
      impact('Deployment', deployment({}, { replicas: 3, readyReplicas: 2, availableReplicas: 2 }), 'apps/v1'),
    ).toMatchObject({ state: 'DEGRADED', serving: 2 });
    expect(
      impact(
        'Deployment',
        deployment({}, { replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 }),
        'apps/v1',
      ),
    ).toMatchObject({ state: 'READY', text: 'READY, 3 of 3 replicas serve' });
    expect(impact('Deployment', deployment({ replicas: 0 }, {}), 'apps/v1')).toMatchObject({ state: 'SCALED TO ZERO' });
    expect(impact('Deployment', deployment({ replicas: 1 }, {}), 'apps/v1').text).toContain('0 of 1 replica serves');
  });

  test('a Job that failed, one that ran, one that runs', () => {
    const job = (status: JsonObject): JsonObject[] => [
      { kind: 'Job', metadata: { name: 'm' }, spec: { completions: 1 }, status },
    ];
    expect(
      impact(
        'Job',
        job({
          failed: 3,
          conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: '2026-03-01T11:55:00Z' }],
        }),
        'batch/v1',
      ),
    ).toMatchObject({ state: 'FAILED', text: 'FAILED, 5 min ago, 0 of 1 completions' });
    expect(impact('Job', job({ succeeded: 1 }), 'batch/v1')).toMatchObject({ state: 'COMPLETE' });
    expect(impact('Job', job({ active: 1 }), 'batch/v1')).toMatchObject({ state: 'RUNNING' });
  });

  test('a Pod by what it waits for', () => {
    const waiting = {
      containerStatuses: [{ name: 'c', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
      conditions: [{ type: 'Ready', status: 'False' }],
      phase: 'Pending',
    };
    const pod = (status: JsonObject): JsonObject[] => [
      { kind: 'Pod', metadata: { name: 'm' }, spec: { containers: [{ name: 'c' }] }, status },
    ];
    expect(impact('Pod', pod(waiting), 'v1')).toEqual({ state: 'NOT READY', text: 'NOT READY: ImagePullBackOff' });
  });

  test('a Service by the pods behind it', () => {
    const service: JsonObject = {
      kind: 'Service',
      metadata: { name: 'm' },
      spec: { selector: { app: 'm' }, ports: [{ port: 80 }] },
    };
    const pod = (name: string, ready: string): JsonObject => ({
      kind: 'Pod',
      metadata: { name, labels: { app: 'm' } },
      spec: { containers: [{ name: 'c' }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
    });
    expect(impact('Service', [service], 'v1')).toMatchObject({ state: 'NO ENDPOINTS', desired: 0 });
    expect(impact('Service', [service, pod('a', 'False')], 'v1')).toMatchObject({
      state: 'NO ENDPOINTS',
      text: 'NO ENDPOINTS, 0 of 1 pod is Ready',
    });
    expect(impact('Service', [service, pod('a', 'True'), pod('b', 'False')], 'v1')).toMatchObject({
      state: 'READY',
      serving: 1,
    });
  });

  test('pods that could not be listed are not pods that are not there', () => {
    const service: JsonObject = {
      kind: 'Service',
      metadata: { name: 'm' },
      spec: { selector: { app: 'm' }, ports: [{ port: 80 }] },
    };
    expect(impact('Service', [service], 'v1', { unlisted: ['Pod'] }).text).not.toContain('no pod matches');
  });

  test('what is not there and what was not seen are told apart', () => {
    expect(impact('InferenceService', [], 'serving.kserve.io/v1beta1')).toMatchObject({ state: 'NOT FOUND' });
    expect(
      impact('InferenceService', [], 'serving.kserve.io/v1beta1', { unlisted: ['InferenceService'] }),
    ).toMatchObject({ state: 'NOT SEEN' });
    expect(impact('Deployment', [], 'apps/v1')).toMatchObject({ state: 'NOT FOUND' });
    expect(impact('Deployment', [], 'apps/v1', { unlisted: ['Deployment'] })).toMatchObject({ state: 'NOT SEEN' });
    expect(impact('Pod', [], 'v1', { unlisted: ['Pod'] })).toMatchObject({ state: 'NOT SEEN' });
    expect(impact('Service', [], 'v1', { unlisted: ['Service'] })).toMatchObject({ state: 'NOT SEEN' });
  });

  test('any other object by its condition or its phase', () => {
    const isvc: JsonObject = {
      kind: 'InferenceService',
      metadata: { name: 'm' },
      status: {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'RevisionFailed', lastTransitionTime: '2026-03-01T11:50:00Z' },
        ],
      },
    };
    expect(impact('InferenceService', [isvc], 'serving.kserve.io/v1beta1')).toMatchObject({
      state: 'NOT READY',
      text: 'NOT READY for 10 min',
    });
    expect(
      impact(
        'PersistentVolumeClaim',
        [{ kind: 'PersistentVolumeClaim', metadata: { name: 'm' }, status: { phase: 'Pending' } }],
        'v1',
      ),
    ).toMatchObject({ state: 'PENDING' });
  });
});
