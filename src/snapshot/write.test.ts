/**
 * A Snapshot written to disk reads back with equal evidence and gaps, from real captures and from made ones.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCapture, readCaptures } from '../collect/captures/read-capture.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import type { Evidence, Snapshot } from '../model/evidence.ts';
import { writeCapture } from './write.ts';

const root = mkdtempSync(join(tmpdir(), 'inferscope-write-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SCENARIOS = new URL('../../test/scenarios/', import.meta.url).pathname;

function sorted(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...evidence].sort((a, b) => (a.id + a.type < b.id + b.type ? -1 : 1));
}

async function roundTrip(snapshot: Snapshot, name: string): Promise<void> {
  const path = join(root, name);
  await writeCapture(snapshot, path);
  const back = await readCapture(path);
  expect(sorted(back.evidence)).toEqual(sorted(snapshot.evidence));
  expect(back.gaps).toEqual(snapshot.gaps);
  expect(back.takenAt).toBe(snapshot.takenAt);
  expect(back.scope).toEqual(snapshot.scope);
}

const OUTSIDE: Snapshot = {
  schemaVersion: 1,
  takenAt: '2026-01-02T03:04:05Z',
  source: 'pasted text',
  scope: { namespaces: 'all', clusterScoped: true },
  evidence: [
    {
      type: 'object',
      id: 'ev:api/v1/namespaces/a/pods/p',
      subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p' },
      completeness: { kind: 'complete' },
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' } },
    },
    {
      type: 'list',
      id: 'ev:api/v1/namespaces/a/pods',
      subject: { apiVersion: 'v1', kind: 'PodList', namespace: 'a', name: 'pods' },
      completeness: { kind: 'complete' },
      kind: 'Pod',
      group: '',
      namespaces: ['a'],
      labelSelector: 'app=x',
    },
    {
      type: 'absence',
      id: 'ev:api/v1/namespaces/a/secrets/s',
      subject: { apiVersion: 'v1', kind: 'Secret', namespace: 'a', name: 's' },
      completeness: { kind: 'complete' },
    },
    {
      type: 'log',
      id: 'ev:api/v1/namespaces/a/pods/p/log/c.previous',
      subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p' },
      completeness: { kind: 'truncated', by: 'bytes', kept: 'the last 1 MiB' },
      container: 'c',
      previous: true,
      text: 'ä ✓\nboom',
    },
    {
      type: 'output',
      id: 'ev:text/1',
      subject: { apiVersion: 'inferscope', kind: 'Output', name: 'text/1' },
      completeness: { kind: 'complete' },
      command: '',
      text: 'pasted',
    },
    {
      type: 'object',
      id: 'ev:api/v1/namespaces/../../../../tmp/evil',
      subject: { apiVersion: 'v1', kind: 'Pod', namespace: '..', name: 'evil' },
      completeness: { kind: 'complete' },
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'evil', namespace: '..' } },
    },
    {
      type: 'registry',
      id: 'ev:registry/r.example/m/manifests/1',
      subject: { apiVersion: 'inferscope', kind: 'Image', name: 'r.example/m:1' },
      completeness: { kind: 'complete' },
      host: 'r.example',
      repository: 'm',
      what: 'manifests',
      reference: '1',
      status: 0,
      headers: {},
      body: { error: 'no such host' },
    },
  ],
  gaps: [
    {
      id: 'gap:api/v1/nodes',
      wanted: 'the list of Nodes',
      reason: 'forbidden',
      detail: '403',
      unlock: 'grant list on nodes',
      request: { type: 'list', kind: 'Node', group: '' },
    },
    {
      id: 'gap:x',
      wanted: 'a log',
      reason: 'not-requested',
      detail: '',
      request: {
        type: 'log',
        pod: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p' },
        container: 'c',
        previous: false,
      },
    },
  ],
};

describe('writeCapture', () => {
  for (const ending of ['', '.tgz', '.tar']) {
    it(`keeps every kind of evidence and every gap${ending}`, async () => {
      await roundTrip(OUTSIDE, `outside${ending}`);
      expect(existsSync(join(root, 'evil.json'))).toBe(false);
    });
  }

  it('keeps real captures, one by one and merged', async () => {
    const ids = ['registry-auth-no-pull-secret', 'progress-deadline-exceeded'];
    const paths = ids.map((id) => join(SCENARIOS, id, 'capture.tgz'));
    for (const [index, path] of paths.entries()) await roundTrip(await readCapture(path), `real-${index}.tgz`);
    await roundTrip(await readCaptures(paths), 'merged');
  });

  it('keeps what kubectl printed without making it a proof', async () => {
    const path = join(root, 'x.yaml');
    writeFileSync(path, 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\n');
    await roundTrip(await readCapture(path, { now: () => '2026-01-01T00:00:00Z' }), 'kubectl');
  });

  it('is deterministic and private', async () => {
    await writeCapture(OUTSIDE, join(root, 'one.tar'));
    await writeCapture(OUTSIDE, join(root, 'two.tar'));
    expect(readFileSync(join(root, 'one.tar')).equals(readFileSync(join(root, 'two.tar')))).toBe(true);
    expect(statSync(join(root, 'one.tar')).mode & 0o077).toBe(0);
  });

  it('replaces a capture and leaves any other folder alone', async () => {
    const path = join(root, 'again');
    await writeCapture(OUTSIDE, path);
    await writeCapture({ ...OUTSIDE, evidence: [] }, path);
    expect((await readCapture(path)).evidence).toEqual([]);
    const other = mkdtempSync(join(root, 'other-'));
    writeFileSync(join(other, 'thesis.txt'), 'x');
    await expect(writeCapture(OUTSIDE, other)).rejects.toMatchObject({ code: 'IS0006' });
    await expect(writeCapture(OUTSIDE, join(root, 'x.yaml', 'y'))).rejects.toBeInstanceOf(InferscopeProblem);
    expect(readdirSync(other)).toEqual(['thesis.txt']);
    expect(readdirSync(root).filter((name) => name.includes('.partial-'))).toEqual([]);
  });
});
