/** Objects of the chain are quoted in their own words: the condition that decides, once, and nothing of what merely copies. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { JsonObject } from '../model/json.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { conditionWords } from './condition-words.ts';

function said(apiVersion: string, kind: string, status: JsonObject | undefined) {
  const body = {
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'm' },
    ...(status === undefined ? {} : { status }),
  };
  const context = createViewContext(createReader(buildSnapshot({ objects: [body], namespace: 'm' })));
  const words = context.use(conditionWords, { apiVersion, kind, namespace: 'm', name: 'x' });
  if (words.state !== 'present') throw new Error(words.state);
  return words.value;
}
const condition = (type: string, status: string, reason = '', message = '', severity = ''): JsonObject => ({
  type,
  status,
  ...(reason === '' ? {} : { reason }),
  ...(message === '' ? {} : { message }),
  ...(severity === '' ? {} : { severity }),
});

const KNATIVE = 'serving.knative.dev/v1';

describe('condition words', () => {
  test('a Revision names the condition that keeps it, not the copy in Ready', () => {
    const words = said(KNATIVE, 'Revision', {
      conditions: [
        condition('Active', 'False', 'NoTraffic', 'The target is not receiving traffic.', 'Info'),
        condition('ContainerHealthy', 'True'),
        condition('Ready', 'False', 'Unschedulable', '0/3 nodes are available'),
        condition('ResourcesAvailable', 'False', 'Unschedulable', '0/3 nodes are available'),
      ],
    });
    expect(words?.text).toBe(
      'Revision x is not Ready: ResourcesAvailable is False, Unschedulable: “0/3 nodes are available”',
    );
    expect(words?.short).toBe('Revision x is not Ready: ResourcesAvailable is False, Unschedulable');
  });

  test('a Revision that is scaled to zero says nothing', () => {
    const words = said(KNATIVE, 'Revision', {
      conditions: [condition('Active', 'False', 'NoTraffic', '', 'Info'), condition('Ready', 'True')],
    });
    expect(words).toBeUndefined();
  });

  test('False comes before Unknown, and a reason before none', () => {
    const words = said('serving.kserve.io/v1beta1', 'InferenceService', {
      conditions: [
        condition('IngressReady', 'Unknown'),
        condition('PredictorReady', 'False', 'RevisionFailed', 'Revision "x" failed'),
        condition('PredictorRouteReady', 'False', 'RevisionMissing', '', 'Info'),
        condition('Ready', 'False', 'RevisionFailed', 'Revision "x" failed'),
      ],
    });
    expect(words?.text).toBe(
      'InferenceService x is not Ready: PredictorReady is False, RevisionFailed: “Revision "x" failed”; IngressReady is Unknown',
    );
  });

  test('reasons with spaces and unknown types are quoted as they are', () => {
    const words = said('serving.kserve.io/v1beta1', 'InferenceService', {
      conditions: [condition('SomethingNew', 'False', 'Predictor ingress not created'), condition('Ready', 'False')],
    });
    expect(words?.text).toContain('SomethingNew is False, Predictor ingress not created');
  });

  test.each([
    ['serving.kserve.io/v1beta1', 'InferenceService', undefined],
    ['networking.internal.knative.dev/v1alpha1', 'Ingress', {}],
    [KNATIVE, 'Service', { conditions: [] }],
  ])('silence of the controller of %s %s is told', (apiVersion, kind, status) => {
    expect(said(apiVersion, kind, status)?.text).toMatch(/ x has no status$/);
  });

  test.each([
    ['v1', 'Service'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['apps/v1', 'Deployment'],
  ])('silence of %s %s means nothing', (apiVersion, kind) => {
    expect(said(apiVersion, kind, undefined)).toBeUndefined();
  });

  test('a Configuration whose newest revision is not the one that serves says both', () => {
    const words = said(KNATIVE, 'Configuration', {
      conditions: [condition('Ready', 'Unknown')],
      latestCreatedRevisionName: 'x-00002',
      latestReadyRevisionName: 'x-00001',
    });
    expect(words?.text).toBe(
      'Configuration x: Ready is Unknown; latest created Revision is x-00002, latest ready is x-00001',
    );
  });

  test('an HTTPRoute is read by what its Gateways say of it', () => {
    const words = said('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      parents: [
        { conditions: [condition('Accepted', 'True')] },
        { conditions: [condition('Accepted', 'False', 'NoMatchingListenerHostname', 'No matching listener')] },
      ],
    });
    expect(words?.text).toBe('HTTPRoute x: Accepted is False, NoMatchingListenerHostname: “No matching listener”');
    expect(words?.cite.at).toEqual({ kind: 'pointer', pointer: '/status/parents/1/conditions/0' });
  });

  test('noise of a message that was used as a format string is taken out', () => {
    const words = said(KNATIVE, 'Route', {
      conditions: [
        condition('AllTrafficAssigned', 'False', 'X', 'at 80%!x(MISSING) of it'),
        condition('Ready', 'False'),
      ],
    });
    expect(words?.message).toBe('at 80% of it');
  });
});
