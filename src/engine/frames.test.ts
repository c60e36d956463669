/** What a reader gets to see of the evidence: quoted, bounded, and of Secrets the keys only. */
import { describe, expect, test } from 'vitest';
import type { Citation, Evidence } from '../model/evidence.ts';
import type { JsonObject } from '../model/json.ts';
import type { ReportFrame } from '../model/report-schema.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { createFrameBook } from './frames.ts';

function bookOf(given: Given): {
  frame(kind: Evidence['type'], at: Citation['at'], label?: string): ReportFrame;
  numbers: (citation: Citation) => number;
  first: (kind: Evidence['type']) => Evidence;
} {
  const snapshot = buildSnapshot({ unlisted: [], ...given });
  const book = createFrameBook(new Map(snapshot.evidence.map((piece) => [piece.id, piece])), snapshot);
  const first = (kind: Evidence['type']): Evidence => {
    const found = snapshot.evidence.find((piece) => piece.type === kind);
    if (found === undefined) throw new Error(`no ${kind} was given`);
    return found;
  };
  return {
    first,
    numbers: (citation) => book.number(citation),
    frame(kind, at, label = 'what it shows') {
      const number = book.number({ evidence: first(kind).id, at, label });
      const frame = book.frames[number - 1];
      if (frame === undefined) throw new Error('no frame');
      return frame;
    },
  };
}

const text = (frame: ReportFrame): string => frame.lines.map((line) => line.text).join('\n');
const pod = (more: JsonObject): JsonObject => ({ kind: 'Pod', metadata: { name: 'a' }, ...more });

describe('frames', () => {
  test('the same citation keeps its number, another place gets its own', () => {
    const book = bookOf({ objects: [pod({ spec: { nodeName: 'n', hostname: 'h' } })] });
    const { id } = book.first('object');
    const at = (pointer: string): Citation => ({ evidence: id, at: { kind: 'pointer', pointer }, label: 'x' });
    expect([
      book.numbers(at('/spec/nodeName')),
      book.numbers(at('/spec/hostname')),
      book.numbers(at('/spec/nodeName')),
    ]).toEqual([1, 2, 1]);
  });

  test('a field is shown with its place, list entries by their name', () => {
    const { frame } = bookOf({
      objects: [pod({ spec: { containers: [{ name: 'sidecar' }, { name: 'main', image: 'registry.example/x:1' }] } })],
    });
    expect(text(frame('object', { kind: 'pointer', pointer: '/spec/containers/1/image' }))).toBe(
      'spec.containers.main.image: registry.example/x:1',
    );
    expect(text(frame('object', { kind: 'pointer', pointer: '/spec/serviceAccountName' }))).toBe(
      'spec.serviceAccountName: (not set)',
    );
  });

  test('what only tells machines apart is left out, and a pointer to all of an object is none', () => {
    const { frame } = bookOf({
      objects: [
        pod({
          status: { containerStatuses: [{ name: 'main', containerID: 'containerd://1', lastState: {}, ready: false }] },
        }),
      ],
    });
    const status = text(frame('object', { kind: 'pointer', pointer: '/status/containerStatuses/0' }));
    expect(status).toContain('ready: false');
    expect(status).not.toMatch(/containerID|lastState/);
    expect(text(frame('object', { kind: 'pointer', pointer: '' }, 'Pod a is there'))).toBe('Pod a is there');
  });

  test('of a long text both ends stay', () => {
    const message = `Traceback ${'x'.repeat(600)} KeyError: 118`;
    const { frame } = bookOf({ objects: [pod({ status: { message } })] });
    const shown = text(frame('object', { kind: 'pointer', pointer: '/status/message' }));
    expect(shown).toMatch(/^status\.message: Traceback x+…x+ KeyError: 118$/);
    expect(shown.length).toBeLessThan(500);
  });

  test('a part is indented like YAML', () => {
    const { frame } = bookOf({
      objects: [pod({ spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }, { key: 'spot' }] } })],
    });
    expect(text(frame('object', { kind: 'pointer', pointer: '/spec/tolerations' }))).toBe(
      ['spec.tolerations:', '  - key: gpu', '    operator: Exists', '  - key: spot'].join('\n'),
    );
  });

  test('however large, deep or long, a frame stays small', () => {
    let deep: JsonObject = { end: 'x' };
    for (let level = 0; level < 2000; level += 1) deep = { level: deep };
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 'v'.repeat(5000)]));
    const { frame } = bookOf({
      objects: [pod({ spec: { deep, wide, list: Array.from({ length: 5000 }, () => ({ a: 1, b: 2 })) } })],
    });
    for (const pointer of ['/spec', '/spec/deep', '/spec/wide', '/spec/list']) {
      const { lines } = frame('object', { kind: 'pointer', pointer });
      expect(lines.length).toBeLessThanOrEqual(9);
      for (const line of lines) expect(line.text.length).toBeLessThanOrEqual(410);
    }
  });

  test('an event tells type, reason, message, how often and when last', () => {
    const { frame } = bookOf({
      objects: [],
      events: [
        {
          on: 'Pod/a',
          reason: 'BackOff',
          message: 'Back-off pulling image "x"',
          count: 7,
          last: '2026-03-01T11:58:30Z',
        },
      ],
    });
    expect(frame('object', { kind: 'whole' })).toMatchObject({
      title: 'event of Pod a',
      note: '7 times, last at 11:58:30',
      lines: [{ text: 'Warning BackOff: Back-off pulling image "x"', marked: true }],
    });
  });

  test('a log shows the cited lines with their numbers and one before them', () => {
    const { frame } = bookOf({
      logs: [{ pod: 'a', container: 'main', previous: true, text: 'one\ntwo\nthree\nfour\n' }],
    });
    const shown = frame('log', { kind: 'lines', from: 3, to: 3 });
    expect(shown).toMatchObject({ title: 'previous log of container main, Pod a', note: 'complete, 4 lines' });
    expect(shown.lines).toEqual([
      { number: 2, text: 'two', marked: false },
      { number: 3, text: 'three', marked: true },
    ]);
  });

  test('of a long traceback the end is shown, where the exception stands', () => {
    const trace = [
      'start',
      'Traceback (most recent call last):',
      ...Array.from({ length: 60 }, (_, index) => `  File "x.py", line ${index}`),
      "ModuleNotFoundError: No module named 'feast'",
      'after',
    ];
    const { frame } = bookOf({
      logs: [{ pod: 'a', container: 'main', text: `${trace.join('\n')}\n`, complete: false }],
    });
    const shown = frame('log', { kind: 'lines', from: 2, to: 63 });
    expect(shown.note).toBe('the last 64 lines');
    expect(shown.lines.length).toBeLessThanOrEqual(8);
    expect(shown.lines.at(-1)).toEqual({
      number: 63,
      text: "ModuleNotFoundError: No module named 'feast'",
      marked: true,
    });
  });

  test('of a Secret and a ConfigMap the keys, never a value', () => {
    const secret = bookOf({
      objects: [
        { kind: 'Secret', metadata: { name: 's' }, inferscopeKeys: { token: { bytes: 12 }, user: { bytes: 3 } } },
      ],
    });
    expect(text(secret.frame('object', { kind: 'whole' }))).toBe('keys: token, user');
    const settings = bookOf({
      objects: [{ kind: 'ConfigMap', metadata: { name: 's' }, data: { 'config.yaml': 'password: hunter2' } }],
    });
    const shown = text(settings.frame('object', { kind: 'whole' }));
    expect(shown).toBe('keys: config.yaml');
    const none = bookOf({ objects: [{ kind: 'ConfigMap', metadata: { name: 's' } }] });
    expect(text(none.frame('object', { kind: 'whole' }))).toBe('keys: (none)');
  });

  test('what was looked for and not there says so', () => {
    const { frame } = bookOf({ objects: [] });
    expect(frame('list', { kind: 'whole' }, 'no Secret s in the list')).toMatchObject({
      note: 'read whole at 12:00:00',
      lines: [{ text: 'no Secret s in the list' }],
    });
  });
});

describe('a request', () => {
  const url = 'http://iris.ml.example.org/v1/models/iris:predict';

  test('is shown as it was sent, answered and logged by the gateway', () => {
    const { frame } = bookOf({
      requests: [
        {
          url,
          headers: { 'content-type': 'text/plain' },
          body: '{"instances": [["Jane Doe"]]}',
          status: 500,
          answer: '{"error":\n  "array=nan"}\n',
          seconds: 1.4,
          accessLog: ['[x] "POST /v1/models/iris:predict HTTP/1.1" 500 - 1', 'second', 'third'],
        },
      ],
    });
    const shown = frame('exchange', { kind: 'whole' });
    expect(shown).toMatchObject({ title: `request POST ${url}`, note: 'took 1.4 s' });
    expect(shown.lines).toEqual([
      { text: `> POST ${url} (content-type: text/plain)`, marked: false },
      { text: '< 500 {"error": "array=nan"}', marked: true },
      { text: 'gateway: [x] "POST /v1/models/iris:predict HTTP/1.1" 500 - 1', marked: false },
      { text: 'gateway: second', marked: false },
    ]);
    // What users sent to their model is no proof, and reports are passed on.
    expect(JSON.stringify(shown)).not.toContain('Jane Doe');
  });

  test('without an answer says why', () => {
    const { frame } = bookOf({ requests: [{ url, error: 'connection refused' }] });
    expect(text(frame('exchange', { kind: 'whole' }))).toBe(`> POST ${url}\n< no answer: connection refused`);
    const silent = bookOf({ requests: [{ url }] });
    expect(text(silent.frame('exchange', { kind: 'whole' }))).toContain('no answer: the client says nothing more');
  });

  test('stays small however long its parts are', () => {
    const long = 'x'.repeat(100_000);
    const { frame } = bookOf({
      requests: [{ url: `http://a.b/${long}`, status: 200, answer: long, accessLog: [long] }],
    });
    const shown = frame('exchange', { kind: 'whole' });
    for (const line of [shown.title, ...shown.lines.map((entry) => entry.text)]) expect(line.length).toBeLessThan(420);
  });
});
