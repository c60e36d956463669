/** What is a cause, what is its effect, and what yields to what. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import type { Finding } from '../model/finding.ts';
import type { ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { createReader } from '../snapshot/reader.ts';
import { cause, symptom } from '../testing/finding.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { explain, mergeFindings } from './explain.ts';

const pod = (name: string): ResourceRef => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'models', name });
const REPLICA_SET: ResourceRef = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'models', name: 'r' };
const DEPLOYMENT: ResourceRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'models', name: 'd' };
const SECRET: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'models', name: 's' };

function cluster(): ViewContext {
  return createViewContext(
    createReader(
      buildSnapshot({
        objects: [
          { kind: 'Deployment', metadata: { name: 'd' } },
          { kind: 'ReplicaSet', owner: 'Deployment/d', metadata: { name: 'r' } },
          { kind: 'Pod', owner: 'ReplicaSet/r', metadata: { name: 'a', labels: { app: 'd' } } },
          { kind: 'Pod', owner: 'ReplicaSet/r', metadata: { name: 'b', labels: { app: 'd' } } },
          { kind: 'Service', metadata: { name: 'd' }, spec: { selector: { app: 'd' } } },
          {
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'd' },
            spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
          },
        ],
      }),
    ),
  );
}

const codes = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.code);

describe('merge', () => {
  test('one finding on several pods is one finding with several victims', () => {
    const one = cause({
      code: 'IS3101',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: [pod('a')],
      certainty: 'likely',
    });
    const two = cause({
      code: 'IS3101',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: [pod('a'), pod('b')],
      certainty: 'confirmed',
    });
    const [merged, ...rest] = mergeFindings([one, two]);
    expect(rest).toEqual([]);
    expect(merged).toMatchObject({ certainty: 'confirmed', affects: [pod('a'), pod('b')] });
  });

  test('findings at two objects stay two', () => {
    expect(
      mergeFindings([cause({ code: 'IS3101', effects: [] }), cause({ code: 'IS3101', effects: [], subject: SECRET })]),
    ).toHaveLength(2);
  });
});

describe('explain', () => {
  test('leads from the cause over the pod, its owners and what stands before them', () => {
    const context = cluster();
    const found = [
      symptom({
        code: 'IS8900',
        effects: ['not-scaled'],
        subject: { ...DEPLOYMENT, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
      }),
      symptom({
        code: 'IS7900',
        effects: ['service-without-endpoints'],
        subject: { apiVersion: 'v1', kind: 'Service', namespace: 'models', name: 'd' },
      }),
      symptom({ code: 'IS6910', effects: [], subject: DEPLOYMENT }),
      symptom({ code: 'IS3900', effects: ['image-not-pulled'], subject: pod('a') }),
      cause({ code: 'IS3101', effects: ['image-not-pulled'], subject: SECRET, affects: [pod('a')] }),
    ];
    const explanation = explain(found, context);
    expect(codes(explanation.causes)).toEqual(['IS3101']);
    for (const effect of found.slice(0, 3)) {
      expect(codes(explanation.causesOf(effect))).toEqual(['IS3101']);
    }
    const [first = found[4], last = found[2]] = [explanation.causes[0], found[2]];
    expect(first && last && codes(explanation.path(first, last) ?? [])).toEqual(['IS3101', 'IS3900', 'IS6910']);
  });

  test('an effect of another kind, or on another pod, is not explained', () => {
    const other = symptom({ code: 'IS5901', effects: ['container-exits'], subject: pod('a') });
    const elsewhere = symptom({ code: 'IS3900', effects: ['image-not-pulled'], subject: pod('b') });
    const explanation = explain(
      [cause({ code: 'IS3101', effects: ['image-not-pulled'], affects: [pod('a')] }), other, elsewhere],
      cluster(),
    );
    expect(explanation.causesOf(other)).toEqual([]);
    expect(explanation.causesOf(elsewhere)).toEqual([]);
  });

  test('a general reading yields to the specific one of the same container', () => {
    const general = cause({ code: 'IS5499', effects: ['container-exits'], general: true, container: 'main' });
    const specific = cause({ code: 'IS5401', effects: ['container-exits'], container: 'main' });
    const shown = symptom({ code: 'IS5901', effects: ['container-exits'] });
    const explanation = explain([general, specific, shown], cluster());
    expect(codes(explanation.causes)).toEqual(['IS5401']);
    expect(codes(explanation.causesOf(shown))).toEqual(['IS5401']);
  });

  test('and keeps its place for another container', () => {
    const explanation = explain(
      [
        cause({ code: 'IS5499', effects: ['container-exits'], general: true, container: 'sidecar' }),
        cause({ code: 'IS5401', effects: ['container-exits'], container: 'main' }),
      ],
      cluster(),
    );
    expect(codes(explanation.causes).sort()).toEqual(['IS5401', 'IS5499']);
  });

  test('two symptoms that lead to each other do not make a circle without a cause', () => {
    const context = cluster();
    const notCreated = symptom({ code: 'IS1900', effects: ['pod-not-created'], subject: REPLICA_SET });
    const short = symptom({ code: 'IS6910', effects: ['pod-not-created'], subject: REPLICA_SET });
    const refused = cause({ code: 'IS1101', effects: ['pod-not-created'], subject: SECRET, affects: [REPLICA_SET] });
    const explanation = explain([notCreated, short, refused], context);
    expect(codes(explanation.causes)).toEqual(['IS1101']);
    for (const shown of [notCreated, short]) expect(codes(explanation.causesOf(shown))).toContain('IS1101');
  });

  test('is the same whatever the order of the findings', () => {
    const found = [
      cause({ code: 'IS3101', effects: ['image-not-pulled'], affects: [pod('a')] }),
      cause({ code: 'IS5401', effects: ['container-exits'], subject: pod('b') }),
      symptom({ code: 'IS3900', effects: ['image-not-pulled'] }),
      symptom({ code: 'IS5901', effects: ['container-exits'], subject: pod('b') }),
      symptom({ code: 'IS6910', effects: [], subject: DEPLOYMENT }),
    ];
    const answer = (given: readonly Finding[]): unknown => {
      const explanation = explain(given, cluster());
      return found.map((finding) => [finding.code, codes(explanation.causesOf(finding)).sort()]);
    };
    expect(answer(found.toReversed())).toEqual(answer(found));
  });
});
