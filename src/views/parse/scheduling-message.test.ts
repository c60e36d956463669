import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedulingMessage } from './scheduling-message.ts';
import type { SchedulingReason } from './scheduling-message.ts';

const REASONS: readonly (readonly [string, Partial<SchedulingReason>])[] = [
  ['Insufficient cpu', { kind: 'insufficient', resource: 'cpu' }],
  ['Insufficient nvidia.com/mig-1g.10gb', { kind: 'insufficient', resource: 'nvidia.com/mig-1g.10gb' }],
  ['Too many pods', { kind: 'too-many-pods' }],
  ["node(s) didn't match Pod's node affinity/selector", { kind: 'node-selector' }],
  ["node(s) didn't match scheduler-enforced node affinity", { kind: 'node-selector' }],
  ["node(s) didn't match node selector", { kind: 'node-selector' }],
  ['node(s) had untolerated taint(s)', { kind: 'taint' }],
  ['node(s) had untolerated taint {sku: gpu}', { kind: 'taint', taint: 'sku=gpu' }],
  [
    'node(s) had untolerated taint {node.kubernetes.io/not-ready: }',
    { kind: 'taint', taint: 'node.kubernetes.io/not-ready' },
  ],
  ["node(s) had taint {sku: gpu}, that the pod didn't tolerate", { kind: 'taint', taint: 'sku=gpu' }],
  ['node(s) were unschedulable', { kind: 'unschedulable' }],
  ["node(s) didn't match the requested node name", { kind: 'node-name' }],
  ["node(s) didn't have free ports for the requested pod ports", { kind: 'host-port' }],
  ["node(s) didn't find available persistent volumes to bind", { kind: 'no-persistent-volume' }],
  ["node(s) didn't match PersistentVolume's node affinity", { kind: 'volume-node-affinity' }],
  ['node(s) had volume node affinity conflict', { kind: 'volume-node-affinity' }],
  ['node(s) did not have enough free storage', { kind: 'storage-capacity' }],
  ['node(s) exceed max volume count', { kind: 'volume-limit' }],
  ['node(s) had no available volume zone', { kind: 'volume-zone' }],
  ['node(s) had no available disk', { kind: 'volume-in-use' }],
  [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    { kind: 'volume-in-use' },
  ],
  ["node(s) didn't match pod topology spread constraints (missing required label)", { kind: 'topology-spread' }],
  ["node(s) didn't match pod affinity rules", { kind: 'pod-affinity' }],
  ["node(s) didn't match pod anti-affinity rules", { kind: 'pod-anti-affinity' }],
  ["node(s) didn't satisfy existing pods anti-affinity rules", { kind: 'pod-anti-affinity' }],
  ['cannot allocate all claims', { kind: 'dynamic-resource' }],
  ['request gpu: device class gpu.example.com does not exist', { kind: 'dynamic-resource' }],
  ['node(s) pod number exceeded', { kind: 'too-many-pods' }],
  ['node(s) had something new', { kind: 'other' }],
];

const PRE_FILTER: typeof REASONS = [
  ['pod has unbound immediate PersistentVolumeClaims', { kind: 'claim-unbound' }],
  ['persistentvolumeclaim "model.store" not found', { kind: 'claim-missing', claim: 'model.store' }],
  ['persistentvolumeclaim "dataset" is being deleted', { kind: 'claim-being-deleted', claim: 'dataset' }],
  [
    'persistentvolumeclaim "dataset" bound to non-existent persistentvolume "pv-1"',
    { kind: 'no-persistent-volume', claim: 'dataset' },
  ],
  [
    'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"',
    { kind: 'claim-missing', claim: 'p-scratch' },
  ],
  ['storageclass.storage.k8s.io "fast" not found', { kind: 'storage-class-missing', storageClass: 'fast' }],
];

const AFTER = [
  '',
  ' preemption: 0/9 nodes are available: 9 No preemption victims found for incoming pod.',
  ' no new claims to deallocate, preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.',
  ' still not schedulable, preemption: not eligible due to preemptionPolicy=Never.',
  ' not found',
];

describe('parseSchedulingMessage', () => {
  it('reads captured messages', () => {
    expect(
      parseSchedulingMessage(
        '0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
      ),
    ).toMatchObject({
      nodes: 2,
      reasons: [{ count: 2, kind: 'insufficient', resource: 'nvidia.com/gpu' }],
      preemption: '0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    });
    const missing = parseSchedulingMessage(
      '0/1 nodes are available: persistentvolumeclaim "model-store" not found. not found',
    );
    expect(missing).toMatchObject({
      nodes: 1,
      reasons: [
        {
          count: 1,
          kind: 'claim-missing',
          claim: 'model-store',
          text: 'persistentvolumeclaim "model-store" not found',
        },
      ],
    });
    expect(missing).not.toHaveProperty('preemption');
    expect(
      parseSchedulingMessage('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found')
        ?.reasons,
    ).toMatchObject([{ kind: 'claim-unbound' }]);
  });

  it('reads double dots, counted PreFilter texts and messages cut at the end', () => {
    expect(
      parseSchedulingMessage(
        '0/4 nodes are available: 4 pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod..',
      ),
    ).toMatchObject({
      reasons: [{ count: 4, kind: 'claim-unbound' }],
      preemption: '0/4 nodes are available: 4 No preemption victims found for incoming pod.',
    });
    const cut = parseSchedulingMessage(
      '0/40 nodes are available: 12 Insufficient cpu, 3 Insufficient nvidia.com/g ...',
    );
    expect(cut?.reasons).toEqual([
      { count: 12, text: 'Insufficient cpu', kind: 'insufficient', resource: 'cpu' },
      { count: 3, text: 'Insufficient nvidia.com/g', kind: 'insufficient' },
    ]);
  });

  it('reads Volcano, gates, empty clusters and plugin errors', () => {
    expect(
      parseSchedulingMessage(
        'pod group is not ready, 1 Pending, 2 minAvailable; Pending: 1 Unschedulable. Origin reason is train-0: 0/3 nodes are unavailable: 1 Insufficient cpu, 2 node(s) pod number exceeded.',
      ),
    ).toMatchObject({
      nodes: 3,
      reasons: [
        { count: 1, resource: 'cpu' },
        { count: 2, kind: 'too-many-pods' },
      ],
    });
    expect(parseSchedulingMessage('no nodes available to schedule pods')?.reasons[0]?.kind).toBe('no-nodes');
    expect(parseSchedulingMessage('Scheduling is blocked due to non-empty scheduling gates')?.reasons[0]?.kind).toBe(
      'gated',
    );
    expect(parseSchedulingMessage('failed to find storage class "fast"')?.reasons[0]).toMatchObject({
      kind: 'storage-class-missing',
      storageClass: 'fast',
    });
  });

  it('knows foreign texts as such', () => {
    expect(parseSchedulingMessage('Successfully assigned a/b to c')).toBeUndefined();
    expect(parseSchedulingMessage('')).toBeUndefined();
    expect(parseSchedulingMessage('0/3 nodes are available.')).toMatchObject({ nodes: 3, reasons: [] });
  });

  it('parses back any combination of reasons', () => {
    const counted = fc.uniqueArray(
      fc.record({ count: fc.integer({ min: 1, max: 5000 }), entry: fc.constantFrom(...REASONS) }),
      { minLength: 1, maxLength: 8, selector: ({ entry }) => entry[0] },
    );
    fc.assert(
      fc.property(counted, fc.constantFrom(...AFTER), fc.constantFrom('.', '..'), (reasons, after, dots) => {
        const filters = reasons.map(({ count, entry }) => `${count} ${entry[0]}`).join(', ');
        const found = parseSchedulingMessage(`0/5000 nodes are available: ${filters}${dots}${after}`);
        expect(found?.reasons).toMatchObject(
          reasons.map(({ count, entry }) => ({ count, text: entry[0], ...entry[1] })),
        );
        expect(found?.preemption !== undefined).toBe(after.includes('preemption: '));
      }),
    );
  });

  it('counts every node for a PreFilter text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.constantFrom(...PRE_FILTER),
        fc.constantFrom(...AFTER),
        (nodes, [text, expected], after) => {
          const found = parseSchedulingMessage(`0/${nodes} nodes are available: ${text}.${after}`);
          expect(found?.reasons).toMatchObject([{ count: nodes, text, ...expected }]);
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSchedulingMessage(`0/3 nodes are available: ${text}`)));
  });
});
