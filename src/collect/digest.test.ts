import { expect, test } from 'vitest';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { snapshotDigest } from './digest.ts';

const given = {
  objects: [
    { kind: 'Pod', metadata: { name: 'a', resourceVersion: '1' } },
    { kind: 'Pod', metadata: { name: 'b', resourceVersion: '2' } },
  ],
  logs: [{ pod: 'a', container: 'server', text: 'started' }],
};

test('the order of the evidence does not matter', () => {
  const snapshot = buildSnapshot(given);
  expect(snapshotDigest({ ...snapshot, evidence: [...snapshot.evidence].toReversed() })).toBe(snapshotDigest(snapshot));
});

test('another version of an object, another log line or another gap is another Snapshot', () => {
  const digests = [
    snapshotDigest(buildSnapshot(given)),
    snapshotDigest(
      buildSnapshot({ ...given, objects: [{ kind: 'Pod', metadata: { name: 'a', resourceVersion: '3' } }] }),
    ),
    snapshotDigest(buildSnapshot({ ...given, logs: [{ pod: 'a', container: 'server', text: 'stopped' }] })),
    snapshotDigest(
      buildSnapshot({
        ...given,
        gaps: [{ id: 'gap:api/v1/secrets', wanted: 'the list of Secrets', reason: 'forbidden', detail: '' }],
      }),
    ),
  ];
  expect(new Set(digests).size).toBe(digests.length);
  for (const digest of digests) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});
