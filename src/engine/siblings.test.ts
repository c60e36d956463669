/** Pods of one template that end alike share a cause; those that end otherwise do not. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { ResourceRef } from '../model/reference.ts';
import { rules } from '../rules/index.gen.ts';
import { createReader } from '../snapshot/reader.ts';
import { cause } from '../testing/finding.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { runRules } from './run-rules.ts';
import { extendToSiblings, readElsewhere } from './siblings.ts';
import { createViewContext } from './view-context.ts';

const ref = (name: string): ResourceRef => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'models', name });

function crashed(name: string, exitCode: number, owner = 'ReplicaSet/r'): JsonObject {
  const ended = { exitCode, reason: 'Error', startedAt: '2026-03-01T11:58:00Z', finishedAt: '2026-03-01T11:58:10Z' };
  return {
    kind: 'Pod',
    owner,
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'registry.example/m:1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        {
          name: 'main',
          ready: false,
          restartCount: 5,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: ended },
        },
      ],
    },
  };
}

const context = createViewContext(
  createReader(
    buildSnapshot({
      objects: [
        crashed('read', 1),
        crashed('alike', 1),
        crashed('other-exit', 137),
        crashed('other-owner', 1, 'ReplicaSet/x'),
      ],
      logs: [{ pod: 'read', container: 'main', previous: true, text: 'x\n' }],
    }),
  ),
);
const objects = ['read', 'alike', 'other-exit', 'other-owner'].map(ref);
const { runs } = runRules(rules, { objects, asked: new Set() }, context);

test('what was found on one pod holds for its look-alikes only', () => {
  const [extended] = extendToSiblings(
    runs,
    [cause({ code: 'IS5401', effects: ['container-exits'], subject: ref('read') })],
    context,
  );
  expect(extended?.affects.map((pod) => pod.name)).toEqual(['read', 'alike']);
});

test('a look-alike with a finding of its own keeps it', () => {
  const findings = ['read', 'alike'].map((name, index) =>
    cause({ code: `IS540${index}`, effects: ['container-exits'], subject: ref(name) }),
  );
  expect(extendToSiblings(runs, findings, context).map((finding) => finding.affects.map((pod) => pod.name))).toEqual([
    ['read'],
    ['alike'],
  ]);
});

test('the log of a look-alike need not be read, that of others must', () => {
  const elsewhere = readElsewhere(runs, context);
  const log = (name: string, previous: boolean): boolean =>
    elsewhere({ type: 'log', pod: ref(name), container: 'main', previous });
  expect([
    log('alike', true),
    log('alike', false),
    log('other-exit', true),
    log('other-owner', true),
    log('read', true),
  ]).toEqual([true, false, false, false, false]);
});
