/** Whatever a person asks about, the question leads to the same workload and what stands around it. */
import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import { refLabel, type ResourceRef } from '../model/reference.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { closureOf } from './closure.ts';

const pod = (name: string): { readonly [key: string]: unknown } => ({
  kind: 'Pod',
  owner: 'ReplicaSet/r',
  metadata: { name, labels: { app: 'd' } },
  spec: {
    nodeName: 'n',
    serviceAccountName: 'sa',
    volumes: [{ persistentVolumeClaim: { claimName: 'claim' } }, { configMap: { name: 'settings' } }],
    containers: [{ name: 'c', env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'secret', key: 'k' } } }] }],
  },
});

const context = createViewContext(
  createReader(
    buildSnapshot({
      objects: [
        { kind: 'Deployment', metadata: { name: 'd' }, spec: { selector: { matchLabels: { app: 'd' } } } },
        { kind: 'ReplicaSet', owner: 'Deployment/d', metadata: { name: 'r' } },
        { kind: 'ReplicaSet', owner: 'Deployment/d', metadata: { name: 'older' } },
        pod('a'),
        pod('b'),
        { kind: 'Service', metadata: { name: 's' }, spec: { selector: { app: 'd' } } },
        { kind: 'Service', metadata: { name: 'other' }, spec: { selector: { app: 'x' } } },
        {
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'h' },
          spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
        },
        { kind: 'PersistentVolumeClaim', metadata: { name: 'claim' } },
        { kind: 'ConfigMap', metadata: { name: 'settings' } },
        { kind: 'Secret', metadata: { name: 'secret' } },
        { kind: 'ServiceAccount', metadata: { name: 'sa' } },
        { kind: 'Node', metadata: { name: 'n' } },
        { kind: 'Deployment', metadata: { name: 'stranger' } },
      ],
    }),
  ),
);

function ask(kind: string, name: string, apiVersion = 'v1'): { roots: string[]; members: Set<string> } {
  const ref: ResourceRef = { apiVersion, kind, name, ...(kind === 'Node' ? {} : { namespace: 'models' }) };
  const { roots, members } = closureOf(context, ref);
  return { roots: roots.map(refLabel), members: new Set(members.map(refLabel)) };
}

const AROUND = [
  'Deployment/d',
  'ReplicaSet/r',
  'ReplicaSet/older',
  'Pod/a',
  'Pod/b',
  'Service/s',
  'HorizontalPodAutoscaler/h',
  'PersistentVolumeClaim/claim',
];

describe('closure', () => {
  test.each([
    ['Deployment', 'd', 'apps/v1'],
    ['ReplicaSet', 'r', 'apps/v1'],
    ['Pod', 'a', 'v1'],
    ['Service', 's', 'v1'],
    ['HorizontalPodAutoscaler', 'h', 'autoscaling/v2'],
    ['PersistentVolumeClaim', 'claim', 'v1'],
    ['ConfigMap', 'settings', 'v1'],
    ['Secret', 'secret', 'v1'],
    ['ServiceAccount', 'sa', 'v1'],
    ['Node', 'n', 'v1'],
  ])('%s/%s leads to the Deployment and what is around it', (kind, name, apiVersion) => {
    const { roots, members } = ask(kind, name, apiVersion);
    expect(roots).toEqual(['Deployment/d']);
    expect(members).toEqual(new Set([`${kind}/${name}`, ...AROUND]));
  });

  test('a Service that selects nothing stands for itself', () => {
    expect(ask('Service', 'other')).toEqual({ roots: ['Service/other'], members: new Set(['Service/other']) });
  });

  test('what was not seen stands for itself', () => {
    expect(ask('Deployment', 'unheard-of', 'apps/v1').roots).toEqual(['Deployment/unheard-of']);
  });

  test('owners that own each other do not hang it', () => {
    const owner = (kind: string, name: string, uid: string): unknown[] => [
      { apiVersion: 'apps/v1', kind, name, uid, controller: true },
    ];
    const circle = createViewContext(
      createReader(
        buildSnapshot({
          objects: [
            { kind: 'Deployment', metadata: { name: 'x', uid: 'x', ownerReferences: owner('ReplicaSet', 'y', 'y') } },
            { kind: 'ReplicaSet', metadata: { name: 'y', uid: 'y', ownerReferences: owner('Deployment', 'x', 'x') } },
          ],
        }),
      ),
    );
    expect(
      closureOf(circle, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'models', name: 'x' }).members,
    ).toHaveLength(2);
  });
});
