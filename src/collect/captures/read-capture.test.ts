/**
 * From files on disk to evidence, gaps and problems, for every form of input.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { afterAll, describe, expect, it } from 'vitest';
import type { Evidence, ListEvidence, Snapshot } from '../../model/evidence.ts';
import { InferscopeProblem } from '../problem.ts';
import { readCapture, readCaptures, type ReadOptions } from './read-capture.ts';

const root = mkdtempSync(join(tmpdir(), 'inferscope-captures-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

function folder(files: Readonly<Record<string, unknown>>, under = ''): string {
  count += 1;
  const top = join(root, `c${count}`);
  mkdirSync(top);
  for (const [name, content] of Object.entries(files)) {
    const path = join(top, under, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
  return top;
}

function file(name: string, content: string | Buffer): string {
  return join(folder({ [name]: content }), name);
}

async function archive(path: string, options: { gzip: boolean } = { gzip: true }): Promise<string> {
  const target = `${path}${options.gzip ? '.tgz' : '.tar'}`;
  await create({ file: target, cwd: path, gzip: options.gzip }, ['.']);
  return target;
}

/** A tar member as an attacker would write it. */
function member(path: string, type: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice', content = ''): Buffer {
  const block = Buffer.alloc(512);
  const link = type === 'SymbolicLink' || type === 'Link' ? { linkpath: '/etc/passwd' } : {};
  new Header({ path, type, size: content.length, mode: 0o644, mtime: new Date(0), ...link }).encode(block);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([block, body]);
}

function tarFile(...members: readonly Buffer[]): string {
  return file('x.tar', Buffer.concat([...members, Buffer.alloc(1024)]));
}

async function problemOf(path: string, options: ReadOptions = {}): Promise<InferscopeProblem> {
  try {
    await readCapture(path, options);
  } catch (error) {
    if (error instanceof InferscopeProblem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const MANIFEST = {
  format: 'kubernetes-api-mirror',
  version: 1,
  takenAt: '2026-01-02T03:04:05Z',
  scope: { namespaces: ['a', 'kube-system'], clusterScoped: true },
  logs: { tailLines: 3 },
};

function pod(name: string, more: object = {}): object {
  return { metadata: { name, namespace: 'a', uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z', ...more } };
}

function list(kind: string, apiVersion: string, items: readonly object[], metadata: object = {}): object {
  return { kind, apiVersion, metadata, items };
}

const MIRROR = {
  'capture.json': MANIFEST,
  'api/v1.json': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      { name: 'pods', kind: 'Pod', namespaced: true },
      { name: 'widgets', kind: 'Widget', namespaced: false },
    ],
  },
  'api/v1/pods.json': list('PodList', 'v1', [pod('p', { managedFields: [{ manager: 'm' }] }), pod('q')]),
  'api/v1/secrets.json': list('SecretList', 'v1', []),
  'api/v1/nodes.json': list('NodeList', 'v1', []),
  'api/v1/widgets.json': list('WidgetList', 'v1', []),
  'api/v1/namespaces.json': list('NamespaceList', 'v1', [{ metadata: { name: 'a' } }]),
  'api/v1/events.json': list('EventList', 'v1', [{ metadata: { name: 'e', namespace: 'a' }, message: 'x' }]),
  'apis/events.k8s.io/v1/events.json': list('EventList', 'events.k8s.io/v1', [
    { metadata: { name: 'e', namespace: 'a' }, note: 'x' },
  ]),
  'api/v1/namespaces/a/pods/p/log/c.txt': 'one\r\ntwo password=canary\n',
  'api/v1/namespaces/a/pods/p/log/c.previous.txt': '10%\r20%\n2\n3\n',
  'api/v1/namespaces/a/pods/q/log/c.error.json': {
    status: 400,
    message: 'container "c" in pod "q" is waiting to start',
  },
  'registry/r.example/team/m/manifests/1.json': {
    status: 404,
    headers: { 'Www-Authenticate': 'Bearer realm="x"', 'Set-Cookie': 'canary' },
    body: '{"errors":[]}',
  },
  'registry/r.example/team/m/manifests/2.json': { error: 'no such host' },
  'apply.txt': '$ kubectl apply -f x.yaml\nError from server: no\n',
  'requests.json': [],
};

function find(snapshot: Snapshot, id: string): Evidence | undefined {
  return snapshot.evidence.find((piece) => piece.id === id);
}

function listOf(snapshot: Snapshot, id: string): ListEvidence | undefined {
  const piece = find(snapshot, id);
  return piece?.type === 'list' ? piece : undefined;
}

describe('a mirror', () => {
  it('reads the same from a folder, an archive and a folder inside an archive', async () => {
    const path = folder(MIRROR);
    const plain = await readCapture(path);
    expect(plain).toMatchObject({ schemaVersion: 1, takenAt: MANIFEST.takenAt, scope: MANIFEST.scope, gaps: [] });
    for (const other of [
      await archive(path),
      await archive(path, { gzip: false }),
      await archive(folder(MIRROR, 'capture-1')),
    ]) {
      const snapshot = await readCapture(other);
      expect(snapshot.evidence).toEqual(plain.evidence);
      expect(snapshot.gaps).toEqual([]);
    }
    expect(JSON.stringify(plain)).not.toContain('canary');
  });

  it('gives objects their identity', async () => {
    const snapshot = await readCapture(folder(MIRROR));
    expect(find(snapshot, 'ev:api/v1/namespaces/a/pods/p')).toMatchObject({
      type: 'object',
      subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p', uid: 'uid-p' },
      body: { apiVersion: 'v1', kind: 'Pod' },
    });
    expect(find(snapshot, 'ev:api/v1/namespaces/a/pods/p')).not.toHaveProperty('body.metadata.managedFields');
    expect(find(snapshot, 'ev:api/v1')).toMatchObject({ subject: { kind: 'APIResourceList', name: 'v1' } });
  });

  it('proves absence as far as its scope goes', async () => {
    const snapshot = await readCapture(folder(MIRROR));
    expect(listOf(snapshot, 'ev:api/v1/pods')).toMatchObject({
      kind: 'Pod',
      group: '',
      namespaces: ['a', 'kube-system'],
    });
    expect(listOf(snapshot, 'ev:api/v1/secrets')?.namespaces).toEqual(['a', 'kube-system']);
    expect(listOf(snapshot, 'ev:api/v1/nodes')?.namespaces).toBe('all');
    expect(listOf(snapshot, 'ev:api/v1/widgets')).toMatchObject({ kind: 'Widget', namespaces: 'all' });
    // Another namespace may exist outside the capture.
    expect(listOf(snapshot, 'ev:api/v1/namespaces')?.namespaces).toEqual(['a', 'kube-system']);
    const namespacedOnly = {
      ...MIRROR,
      'capture.json': { ...MANIFEST, scope: { namespaces: ['a'], clusterScoped: false } },
    };
    expect(listOf(await readCapture(folder(namespacedOnly)), 'ev:api/v1/nodes')).toBeUndefined();
  });

  it('counts each event once, from whichever API was collected', async () => {
    const both = await readCapture(folder(MIRROR));
    expect(both.evidence.filter(({ subject }) => subject.kind === 'Event').map(({ id }) => id)).toEqual([
      'ev:api/v1/namespaces/a/events/e',
    ]);
    const { 'api/v1/events.json': _, ...newer } = MIRROR;
    const one = await readCapture(folder(newer));
    expect(find(one, 'ev:apis/events.k8s.io/v1/namespaces/a/events/e')).toBeDefined();
    expect(listOf(one, 'ev:apis/events.k8s.io/v1/events')).toMatchObject({ kind: 'Event', group: '' });
  });

  it('reads logs, refusals, registry answers and outputs', async () => {
    const snapshot = await readCapture(folder(MIRROR));
    const log = 'ev:api/v1/namespaces/a/pods/p/log/c';
    expect(find(snapshot, log)).toMatchObject({
      text: 'one\ntwo password=‹redacted: password›\n',
      completeness: { kind: 'complete' },
      previous: false,
    });
    expect(find(snapshot, `${log}.previous`)).toMatchObject({
      text: '10%\n20%\n2\n3\n',
      completeness: { kind: 'truncated', by: 'lines' },
      previous: true,
    });
    expect(find(snapshot, 'ev:api/v1/namespaces/a/pods/q/log/c')).toMatchObject({ type: 'log-refusal', status: 400 });
    expect(find(snapshot, 'ev:registry/r.example/team/m/manifests/1')).toMatchObject({
      host: 'r.example',
      repository: 'team/m',
      status: 404,
      headers: { 'www-authenticate': 'Bearer realm="x"' },
      body: { errors: [] },
    });
    expect(find(snapshot, 'ev:registry/r.example/team/m/manifests/2')).toMatchObject({
      status: 0,
      body: { error: 'no such host' },
    });
    expect(find(snapshot, 'ev:apply.txt')).toMatchObject({
      command: 'kubectl apply -f x.yaml',
      text: 'Error from server: no\n',
    });
  });

  it('turns what it cannot read into a gap and never into absence', async () => {
    const broken = {
      ...MIRROR,
      'api/v1/pods.json': '{"kind":"PodList","items":[{"metadata":{"na',
      'api/v1/secrets.json': {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: 403,
        message: 'secrets is forbidden',
      },
      'api/v1/nodes.json': list('NodeList', 'v1', [{ metadata: { name: 'n' } }], { continue: 'next' }),
      'apis/apps/v1/namespaces/a/deployments/gone.json': {
        kind: 'Status',
        apiVersion: 'v1',
        code: 404,
        message: 'not found',
      },
    };
    const snapshot = await readCapture(folder(broken));
    for (const id of ['ev:api/v1/pods', 'ev:api/v1/secrets', 'ev:api/v1/nodes'])
      expect(listOf(snapshot, id)).toBeUndefined();
    const gaps = new Map(snapshot.gaps.map((gap) => [gap.id, gap]));
    expect(gaps.get('gap:api/v1/pods')).toMatchObject({ wanted: 'the list of Pods', reason: 'failed' });
    expect(gaps.get('gap:api/v1/pods')?.detail).toMatch(/api\/v1\/pods\.json.*offset 43/);
    expect(gaps.get('gap:api/v1/secrets')).toMatchObject({ reason: 'forbidden', detail: '403: secrets is forbidden' });
    expect(gaps.get('gap:api/v1/nodes')).toMatchObject({ reason: 'too-large' });
    expect(find(snapshot, 'ev:api/v1/nodes/n')).toBeDefined();
    expect(find(snapshot, 'ev:apis/apps/v1/namespaces/a/deployments/gone')).toMatchObject({
      type: 'absence',
      subject: { kind: 'Deployment' },
    });
  });

  it('without a manifest is as old as the newest time in it, and knows only the namespaces it holds', async () => {
    const { 'capture.json': _, ...files } = MIRROR;
    const snapshot = await readCapture(
      folder({
        ...files,
        'api/v1/pods.json': list('PodList', 'v1', [pod('p', { deletionTimestamp: '2030-01-01T00:00:00Z' })]),
      }),
    );
    expect(snapshot.takenAt).toBe('2026-01-01T00:00:00Z');
    expect(snapshot.scope).toEqual({ namespaces: ['a'], clusterScoped: true });
    expect(listOf(snapshot, 'ev:api/v1/secrets')?.namespaces).toEqual(['a']);
  });

  it('of a later format is not guessed at', async () => {
    const problem = await problemOf(folder({ ...MIRROR, 'capture.json': { ...MANIFEST, version: 9 } }));
    expect(problem).toMatchObject({ code: 'IS0003', todo: ['Read the capture with a newer Inferscope'] });
  });

  it('keeps the end of a log that is over the bound', async () => {
    const path = folder({ ...MIRROR, 'api/v1/namespaces/a/pods/p/log/c.txt': `${'x'.repeat(80)}\n`.repeat(50) });
    for (const input of [path, await archive(path)]) {
      const log = find(await readCapture(input, { bounds: { logBytes: 200 } }), 'ev:api/v1/namespaces/a/pods/p/log/c');
      expect(log).toMatchObject({
        text: `${'x'.repeat(80)}\n`.repeat(2),
        completeness: { kind: 'truncated', by: 'bytes' },
      });
    }
  });
});

describe('kubectl output', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  namespace: a\n  creationTimestamp: "2026-01-01T00:00:00Z"\n';

  it('is a document, several, or a List, in YAML or JSON, and proves no absence', async () => {
    const yaml = await readCapture(
      file(
        'x.yaml',
        `${deployment}---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s, namespace: a}\n`,
      ),
    );
    expect(yaml.evidence.map(({ id }) => id)).toEqual([
      'ev:apis/apps/v1/namespaces/a/deployments/d',
      'ev:api/v1/namespaces/a/services/s',
    ]);
    expect(yaml).toMatchObject({ takenAt: '2026-01-01T00:00:00Z', scope: { namespaces: ['a'], clusterScoped: false } });
    const json = await readCapture(
      file(
        'no-ending',
        `${JSON.stringify(list('PodList', 'v1', [pod('p')]))}\n${JSON.stringify({ ...pod('q'), apiVersion: 'v1', kind: 'Pod' })}`,
      ),
    );
    expect(json.evidence.map(({ id }) => id)).toEqual([
      'ev:api/v1/namespaces/a/pods/p',
      'ev:api/v1/namespaces/a/pods/q',
    ]);
    expect([...yaml.evidence, ...json.evidence].some(({ type }) => type === 'list')).toBe(false);
  });

  it('comes from standard input, and from a folder where one broken file is a gap', async () => {
    async function* stream(): AsyncGenerator<string> {
      yield deployment.slice(0, 20);
      yield deployment.slice(20);
    }
    const piped = await readCapture('-', { stdin: stream() });
    expect(piped.source).toBe('standard input');
    expect(piped.evidence).toHaveLength(1);
    const mixed = await readCapture(
      folder({ 'd.yaml': deployment, 'pods.json': '{"items":', 'notes.md': '# x', 'sub/s.yml': 'kind: X' }),
    );
    expect(mixed.evidence).toHaveLength(1);
    expect(mixed.gaps).toMatchObject([{ id: 'gap:pods.json', reason: 'failed' }]);
  });

  it('is read whole whatever its name', async () => {
    const path = file('pods.txt', JSON.stringify(list('PodList', 'v1', [pod('p'), pod('q')])));
    expect((await readCapture(path, { bounds: { logBytes: 50 } })).evidence).toHaveLength(2);
  });

  it('has the time it is told where it speaks of none', async () => {
    const now = (): string => '2026-05-05T00:00:00Z';
    expect(
      (await readCapture(file('x.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}'), { now })).takenAt,
    ).toBe(now());
  });
});

describe('several captures', () => {
  it('become one: newest time, both scopes, the newer reading of an object', async () => {
    const older = folder({
      'capture.json': MANIFEST,
      'api/v1/pods.json': list('PodList', 'v1', [pod('p', { resourceVersion: '99' })]),
    });
    const newer = folder({
      'capture.json': {
        ...MANIFEST,
        takenAt: '2026-01-03T00:00:00Z',
        scope: { namespaces: ['b'], clusterScoped: false },
      },
      'api/v1/pods.json': list('PodList', 'v1', [pod('p', { resourceVersion: '100' })]),
    });
    for (const paths of [
      [older, newer],
      [newer, older],
    ]) {
      const snapshot = await readCaptures(paths);
      expect(snapshot.takenAt).toBe('2026-01-03T00:00:00Z');
      expect(snapshot.scope).toEqual({ namespaces: ['a', 'b', 'kube-system'], clusterScoped: true });
      expect(find(snapshot, 'ev:api/v1/namespaces/a/pods/p')).toMatchObject({
        body: { metadata: { resourceVersion: '100' } },
      });
      expect(listOf(snapshot, 'ev:api/v1/pods')?.namespaces).toEqual(['a', 'b', 'kube-system']);
    }
  });

  it('close a gap only with what covers it', async () => {
    const broken = folder({
      'capture.json': MANIFEST,
      'api/v1/pods.json': '{',
      'api/v1/secrets.json': list('SecretList', 'v1', []),
    });
    const elsewhere = folder({
      'capture.json': { ...MANIFEST, scope: { namespaces: ['b'], clusterScoped: false } },
      'api/v1/pods.json': list('PodList', 'v1', []),
    });
    expect((await readCaptures([broken, elsewhere])).gaps).toHaveLength(1);
    expect((await readCaptures([broken, folder(MIRROR)])).gaps).toHaveLength(0);
  });
});

describe('what is refused', () => {
  it('a path that does not exist, and what is no capture', async () => {
    expect(await problemOf(join(root, 'nothing'))).toMatchObject({ code: 'IS0001' });
    for (const path of [
      folder({}),
      folder({ 'README.md': 'x' }),
      file('x.json', '{"a":1}'),
      file('x.png', 'PNG\0\0'),
    ]) {
      expect(await problemOf(path)).toMatchObject({ code: 'IS0002' });
    }
    const status = await problemOf(
      file('x.json', '{"kind":"Status","apiVersion":"v1","code":403,"message":"pods is forbidden"}'),
    );
    expect(status).toMatchObject({ code: 'IS0002' });
    expect(status.found).toContain('pods is forbidden');
  });

  it('truncated files and archives', async () => {
    expect(await problemOf(file('x.json', '{"kind":"PodList","items":['))).toMatchObject({ code: 'IS0003' });
    const whole = gzipSync(Buffer.concat([member('api/v1/pods.json', 'File', '{}'.repeat(5000)), Buffer.alloc(1024)]));
    expect(await problemOf(file('cut.tgz', whole.subarray(0, whole.length - 20)))).toMatchObject({ code: 'IS0003' });
    expect(
      await problemOf(file('cut.tar', member('api/v1/pods.json', 'File', 'x'.repeat(5000)).subarray(0, 2048))),
    ).toMatchObject({ code: 'IS0003' });
    expect(await problemOf(file('no.tgz', gzipSync('no archive at all')))).toMatchObject({ code: 'IS0003' });
  });

  it('members that lead out of the archive, links and devices', async () => {
    const evil = [
      member('../../etc/cron.d/x', 'File', 'x'),
      member('api/../../x.json', 'File', 'x'),
      member('/etc/passwd', 'File', 'x'),
      member('api/v1/pods.json', 'SymbolicLink'),
      member('api/v1/pods.json', 'Link'),
      member('api/v1/pods.json', 'CharacterDevice'),
      member(`${'a/'.repeat(40)}x.json`, 'File', 'x'),
      member('C:\\x.json', 'File', 'x'),
    ];
    for (const one of evil) {
      const problem = await problemOf(tarFile(member('capture.json', 'File', JSON.stringify(MANIFEST)), one));
      expect(problem.code).toBe('IS0004');
    }
  });

  it('bombs: too many members, too much unpacked', async () => {
    const many = tarFile(...Array.from({ length: 20 }, (_, index) => member(`api/v1/x${index}.json`, 'File')));
    expect(await problemOf(many, { bounds: { files: 10 } })).toMatchObject({ code: 'IS0004' });
    const bomb = file(
      'bomb.tgz',
      gzipSync(Buffer.concat([member('api/v1/pods.json', 'File', ' '.repeat(300_000)), Buffer.alloc(1024)])),
    );
    expect(await problemOf(bomb, { bounds: { totalBytes: 100_000 } })).toMatchObject({ code: 'IS0004' });
  });

  it('a file over the bound, by its size and unread', async () => {
    const huge = file('huge.json', '');
    truncateSync(huge, 5 * 1024 ** 3);
    const problem = await problemOf(huge);
    expect(problem).toMatchObject({ code: 'IS0005', found: 'it is 5 GiB; the bound for one file is 256 MiB' });
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(1000, ' ');
    }
    expect(await problemOf('-', { stdin: endless(), bounds: { fileBytes: 10_000 } })).toMatchObject({ code: 'IS0005' });
  });

  it('a list over the bound inside a mirror is a gap', async () => {
    const path = folder({
      ...MIRROR,
      'api/v1/pods.json': list(
        'PodList',
        'v1',
        Array.from({ length: 40 }, (_, index) => pod(`p${index}`)),
      ),
    });
    for (const input of [path, await archive(path)]) {
      const snapshot = await readCapture(input, { bounds: { fileBytes: 3000 } });
      expect(snapshot.gaps).toMatchObject([{ id: 'gap:api/v1/pods', reason: 'too-large' }]);
      expect(listOf(snapshot, 'ev:api/v1/pods')).toBeUndefined();
    }
  });

  it('links in a folder', async () => {
    const path = folder(MIRROR);
    symlinkSync('/etc/passwd', join(path, 'api/v1/configmaps.json'));
    expect(await problemOf(path)).toMatchObject({ code: 'IS0004' });
  });

  it.skipIf(process.getuid?.() === 0)('a folder that may not be read', async () => {
    const path = folder(MIRROR);
    chmodSync(join(path, 'api'), 0);
    expect(await problemOf(path)).toMatchObject({ code: 'IS0003' });
    chmodSync(join(path, 'api'), 0o700);
  });
});
