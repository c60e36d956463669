/** What counts as seen, as proven absent, and as not looked at. */
import { describe, expect, test } from 'vitest';
import type { Evidence, EvidenceGap, Snapshot } from '../model/evidence.ts';
import type { JsonObject } from '../model/json.ts';
import type { ResourceRef } from '../model/reference.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { createReader } from './reader.ts';

const POD: ResourceRef = { apiVersion: 'v1', kind: 'Pod', namespace: 'models', name: 'a' };
const pod: JsonObject = { kind: 'Pod', metadata: { name: 'a' } };

function ref(kind: string, name: string, namespace?: string): ResourceRef {
  return {
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** A snapshot of these pieces only: no list is whole unless it is given. */
function snapshotOf(parts: Partial<Snapshot>): Snapshot {
  return {
    schemaVersion: 1,
    takenAt: '2026-03-01T12:00:00Z',
    source: 'test',
    scope: { namespaces: ['models'], clusterScoped: true },
    evidence: [],
    gaps: [],
    ...parts,
  };
}

function list(
  kind: string,
  namespaces: readonly string[] | 'all',
  more: { group?: string; labelSelector?: string } = {},
): Evidence {
  const subject = ref(kind, '');
  return {
    type: 'list',
    id: `ev:list:${kind}`,
    subject,
    completeness: { kind: 'complete' },
    kind,
    group: '',
    namespaces,
    ...more,
  };
}

function gap(id: string, reason: EvidenceGap['reason'] = 'forbidden'): EvidenceGap {
  return { id, wanted: 'something', reason, detail: 'the server refused', unlock: 'kubectl auth can-i list pods' };
}

function objectOf(body: JsonObject): Evidence {
  const [first] = buildSnapshot({ objects: [body], unlisted: [] }).evidence;
  if (first === undefined) throw new Error('no evidence');
  return first;
}

describe('an object', () => {
  test('is present where it was read, whichever version names it', () => {
    const reader = createReader(
      buildSnapshot({ objects: [{ kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } }] }),
    );
    const found = reader.object({
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      namespace: 'models',
      name: 'h',
    });
    expect(found).toMatchObject({ state: 'present', value: { ref: { name: 'h' } } });
  });

  test('is absent where the API said so, or a whole list does not hold it', () => {
    const absence: Evidence = { type: 'absence', id: 'ev:absent:x', subject: POD, completeness: { kind: 'complete' } };
    expect(createReader(snapshotOf({ evidence: [absence] })).object(POD)).toMatchObject({
      state: 'absent',
      cite: { evidence: 'ev:absent:x' },
    });
    expect(createReader(snapshotOf({ evidence: [list('Pod', ['models'])] })).object(POD)).toMatchObject({
      state: 'absent',
      cite: { evidence: 'ev:list:Pod' },
    });
    expect(createReader(snapshotOf({ evidence: [list('Pod', 'all')] })).object(POD).state).toBe('absent');
  });

  test('is unknown where only other namespaces, another group or a part were listed', () => {
    for (const evidence of [
      list('Pod', ['other']),
      list('Pod', 'all', { group: 'example.com' }),
      list('Pod', 'all', { labelSelector: 'app=x' }),
    ]) {
      expect(createReader(snapshotOf({ evidence: [evidence] })).object(POD)).toMatchObject({
        state: 'unknown',
        gap: { reason: 'not-requested', request: { type: 'object', ref: POD } },
      });
    }
  });

  test('of a namespace that was not collected is out of scope, and so is what has none where only namespaces were', () => {
    const reader = createReader(
      snapshotOf({ evidence: [list('Pod', ['models'])], scope: { namespaces: ['models'], clusterScoped: false } }),
    );
    const elsewhere = reader.object(ref('Pod', 'a', 'other'));
    expect(elsewhere).toMatchObject({ state: 'unknown', gap: { reason: 'out-of-scope' } });
    expect(elsewhere.state === 'unknown' && elsewhere.gap.detail).toContain('other');
    expect(reader.object(ref('Node', 'n'))).toMatchObject({ state: 'unknown', gap: { reason: 'out-of-scope' } });
  });

  test('a Namespace beyond the ones collected may well exist', () => {
    const reader = createReader(snapshotOf({ evidence: [list('Namespace', ['models', 'gone'])] }));
    expect(reader.object(ref('Namespace', 'gone')).state).toBe('absent');
    expect(reader.object(ref('Namespace', 'feature-store')).state).toBe('unknown');
  });

  test('a namesake that was created anew is another object', () => {
    const reader = createReader(buildSnapshot({ objects: [{ kind: 'Pod', metadata: { name: 'a', uid: 'new' } }] }));
    expect(reader.object({ ...POD, uid: 'new' }).state).toBe('present');
    expect(reader.object(POD).state).toBe('present');
    expect(reader.object({ ...POD, uid: 'old' }).state).toBe('absent');
    // One of the two is proof enough that the other is gone: names are unique.
    const alone = createReader(
      snapshotOf({ evidence: [objectOf({ kind: 'Pod', metadata: { name: 'a', uid: 'new' } })] }),
    );
    expect(alone.object({ ...POD, uid: 'old' }).state).toBe('absent');
  });

  test('a core Service is not a Knative Service of the same name', () => {
    const reader = createReader(
      buildSnapshot({ objects: [{ kind: 'Service', apiVersion: 'serving.knative.dev/v1', metadata: { name: 's' } }] }),
    );
    expect(reader.object(ref('Service', 's', 'models')).state).toBe('absent');
    expect(reader.list('Service', { group: 'serving.knative.dev' }).items).toHaveLength(1);
    expect(reader.list('Service', { group: '' }).items).toEqual([]);
  });
});

describe('a recorded gap', () => {
  const ids = [
    'gap:api/v1/namespaces/models/pods/a',
    'gap:api/v1/namespaces/models/pods',
    'gap:api/v1/pods',
    'gap:list:api/v1/pods?models',
    'gap:list:api/v1/pods',
  ];
  test.each(ids)('%s is why the object is not known', (id) => {
    const found = createReader(snapshotOf({ gaps: [gap(id)] })).object(POD);
    expect(found).toMatchObject({
      state: 'unknown',
      gap: { id, reason: 'forbidden', wanted: 'Pod models/a', unlock: 'kubectl auth can-i list pods' },
    });
  });

  test.each(ids.slice(1))('%s is why the list is not whole', (id) => {
    const { items, complete } = createReader(snapshotOf({ gaps: [gap(id)] })).list('Pod', { namespace: 'models' });
    expect(items).toEqual([]);
    expect(complete).toMatchObject({ state: 'unknown', gap: { id, reason: 'forbidden' } });
  });

  test('of another namespace says nothing of this one', () => {
    const reader = createReader(
      snapshotOf({ gaps: [gap('gap:list:api/v1/pods?other'), gap('gap:api/v1/namespaces/other/pods')] }),
    );
    expect(reader.object(POD)).toMatchObject({ state: 'unknown', gap: { reason: 'not-requested' } });
  });

  test('does not hide what was seen all the same', () => {
    const reader = createReader(snapshotOf({ evidence: [objectOf(pod)], gaps: [gap('gap:api/v1/pods')] }));
    expect(reader.object(POD).state).toBe('present');
    const { items, complete } = reader.list('Pod', { namespace: 'models' });
    expect(items).toHaveLength(1);
    expect(complete.state).toBe('unknown');
  });
});

describe('a list', () => {
  test('is whole where it was read whole, for the namespaces that it covers', () => {
    const reader = createReader(snapshotOf({ evidence: [objectOf(pod), list('Pod', ['models'])] }));
    expect(reader.list('Pod', { namespace: 'models' }).complete.state).toBe('present');
    expect(reader.list('Pod', { namespace: 'other' }).complete).toMatchObject({
      state: 'unknown',
      gap: { reason: 'out-of-scope' },
    });
    expect(reader.list('Pod').complete).toMatchObject({
      state: 'unknown',
      gap: { request: { type: 'list', kind: 'Pod', group: '' } },
    });
  });

  test('by label selector gives its objects and proves nothing', () => {
    const reader = createReader(
      snapshotOf({ evidence: [objectOf(pod), list('Pod', ['models'], { labelSelector: 'app=x' })] }),
    );
    expect(reader.list('Pod', { namespace: 'models' })).toMatchObject({
      items: [{ ref: { name: 'a' } }],
      complete: { state: 'unknown' },
    });
  });
});

describe('owners', () => {
  test('by uid of the controller only', () => {
    const reader = createReader(
      buildSnapshot({
        objects: [
          { kind: 'ReplicaSet', metadata: { name: 'r' } },
          { kind: 'Pod', owner: 'ReplicaSet/r', metadata: { name: 'mine' } },
          {
            kind: 'Pod',
            metadata: {
              name: 'other',
              ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: 'another', controller: true }],
            },
          },
          {
            kind: 'Pod',
            metadata: {
              name: 'loose',
              ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: 'uid-ReplicaSet-models-r' }],
            },
          },
        ],
      }),
    );
    expect(
      reader
        .ownedBy({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'models', name: 'r' })
        .map((object) => object.ref.name),
    ).toEqual(['mine']);
  });
});

describe('events', () => {
  const event = (name: string, involved: JsonObject, more: JsonObject = {}): JsonObject => ({
    kind: 'Event',
    metadata: { name },
    reason: 'R',
    involvedObject: { kind: 'Pod', namespace: 'models', name: 'a', ...involved },
    ...more,
  });

  test('by name, without those of a namesake with another uid, oldest first', () => {
    const reader = createReader(
      buildSnapshot({
        objects: [
          { kind: 'Pod', metadata: { name: 'a', uid: 'now' } },
          event('e1', { uid: 'now' }, { lastTimestamp: '2026-03-01T11:50:00Z', message: 'second' }),
          event('e2', { uid: 'before' }, { lastTimestamp: '2026-03-01T11:55:00Z', message: 'of a namesake' }),
          event('e3', {}, { lastTimestamp: '2026-03-01T11:40:00Z', message: 'first' }),
          event('e4', { name: 'b' }, { message: 'of another' }),
        ],
      }),
    );
    expect(reader.events(POD).map((record) => record.message)).toEqual(['first', 'second']);
  });

  test('of both APIs read alike', () => {
    const core = event(
      'core',
      { fieldPath: 'spec.containers{main}' },
      {
        type: 'Warning',
        message: '(combined from similar events): pull failed',
        count: 4,
        firstTimestamp: '2026-03-01T11:00:00Z',
        lastTimestamp: '2026-03-01T11:30:00Z',
        source: { component: 'kubelet' },
      },
    );
    const newer: JsonObject = {
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: { name: 'newer' },
      regarding: { kind: 'Pod', namespace: 'models', name: 'a', fieldPath: 'spec.initContainers{main}' },
      type: 'Warning',
      reason: 'R',
      note: 'pull failed',
      eventTime: '2026-03-01T11:00:00.000000Z',
      series: { count: 4, lastObservedTime: '2026-03-01T11:30:00Z' },
      reportingController: 'kubelet',
    };
    for (const body of [core, newer]) {
      const [record] = createReader(buildSnapshot({ objects: [body] })).events(POD);
      expect(record).toMatchObject({
        type: 'Warning',
        reason: 'R',
        message: 'pull failed',
        count: 4,
        last: '2026-03-01T11:30:00Z',
        container: 'main',
        source: 'kubelet',
      });
    }
  });

  test('why there might be none is told', () => {
    expect(createReader(buildSnapshot({})).eventsGap('models')).toBeUndefined();
    expect(
      createReader(snapshotOf({ gaps: [gap('gap:list:api/v1/events?models')] })).eventsGap('models'),
    ).toMatchObject({ reason: 'forbidden' });
  });
});

describe('a log', () => {
  test('is read, refused, or not asked for', () => {
    const reader = createReader(
      buildSnapshot({ objects: [pod], logs: [{ pod: 'a', container: 'main', text: 'one\ntwo\n', complete: false }] }),
    );
    const found = reader.log(POD, 'main', false);
    expect(found).toMatchObject({ state: 'present', value: { complete: false } });
    expect(found.state === 'present' && found.value.cite('x', 2).at).toEqual({ kind: 'lines', from: 2, to: 2 });
    expect(reader.log(POD, 'main', true)).toMatchObject({
      state: 'unknown',
      gap: {
        reason: 'not-requested',
        unlock: expect.stringContaining('--previous') as string,
        request: { type: 'log', previous: true },
      },
    });
    const refusal: Evidence = {
      type: 'log-refusal',
      id: 'ev:log',
      subject: POD,
      completeness: { kind: 'complete' },
      container: 'main',
      previous: false,
      status: 403,
      message: 'forbidden',
    };
    const refused = createReader(snapshotOf({ evidence: [refusal] })).log(POD, 'main', false);
    expect(refused).toMatchObject({ state: 'unknown', gap: { reason: 'forbidden' } });
    expect(refused.state === 'unknown' && refused.gap.request).toBeUndefined();
  });
});
