import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastTraceback, parseTracebacks } from './traceback.ts';

describe('Go', () => {
  it('reads a panic, outermost frame first', () => {
    const text = `2026/11/21 05:00:00 starting
panic: runtime error: invalid memory address or nil pointer dereference [recovered]
	panic: open /models: no such file
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]

goroutine 1 [running]:
panic({0x4a2b20?, 0x53f0c0?})
	/usr/local/go/src/runtime/panic.go:770 +0x132
main.(*server).load(0xc000012345, {0x0, 0x0})
	/app/server.go:31 +0x1d
github.com/x/y.Do(...)
	/go/pkg/mod/github.com/x/y@v1.2.3/y.go:9
main.main()
	/app/main.go:12 +0x1d
exit status 2
`;
    expect(lastTraceback(text)).toMatchObject({
      language: 'go',
      exception: 'panic',
      message: 'open /models: no such file',
      frames: [{ function: 'main.main' }, { function: 'github.com/x/y.Do' }, { line: 31 }, { function: 'panic' }],
      userFrame: { file: '/app/server.go', line: 31, function: 'main.(*server).load' },
      fromLine: 2,
      messageLine: 3,
      toLine: 14,
    });
  });

  it('reads a fatal error of the runtime, not of a compiler', () => {
    const text =
      'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/app/main.go:5 +0x1d\n';
    expect(lastTraceback(text)).toMatchObject({
      exception: 'fatal error',
      message: 'all goroutines are asleep - deadlock!',
    });
    expect(parseTracebacks('fatal error: Python.h: No such file or directory\n')).toEqual([]);
  });

  it('knows that a server survives a handler’s panic', () => {
    const text =
      '2026/11/21 05:00:00 http: panic serving 10.0.0.1:41234: boom\ngoroutine 35 [running]:\nmain.handle()\n\t/app/h.go:5 +0x1d\n';
    expect(parseTracebacks(text)).toMatchObject([{ exception: 'panic', message: 'boom', background: true }]);
  });
});

describe('Java', () => {
  const text = `Exception in thread "main" java.lang.IllegalStateException: cannot start
	at org.springframework.boot.SpringApplication.run(SpringApplication.java:322) ~[spring-boot-3.2.0.jar!/:3.2.0]
	at com.shop.Main.main(Main.java:12)
Caused by: java.io.FileNotFoundException: /models/x (No such file or directory)
	at java.base/java.io.FileInputStream.open0(Native Method)
	at com.shop.Model.load(Model.java:40)
	... 23 more
`;

  it('takes the last cause for what happened', () => {
    expect(parseTracebacks(text)).toMatchObject([
      { exception: 'java.lang.IllegalStateException', handled: true, fromLine: 1, toLine: 3, background: false },
      { exception: 'java.io.FileNotFoundException', handled: false, fromLine: 4, toLine: 7 },
    ]);
    expect(lastTraceback(text)).toMatchObject({
      message: '/models/x (No such file or directory)',
      frames: [{ function: 'com.shop.Model.load' }, { file: 'Native Method' }],
      userFrame: { file: 'Model.java', line: 40 },
    });
  });

  it('knows that another thread dies alone, and names the user’s frame of the exception around', () => {
    const other = text.replace('"main"', '"pool-1-thread-2"').replace('\tat com.shop.Model.load(Model.java:40)\n', '');
    expect(lastTraceback(other)).toBeUndefined();
    expect(parseTracebacks(other).at(-1)).toMatchObject({
      background: true,
      userFrame: { file: 'Main.java', line: 12 },
    });
  });
});

describe('Node', () => {
  it('reads an uncaught exception with its source line', () => {
    const text = `/app/x.js:10
    throw new TypeError('no model')
    ^

TypeError [ERR_X]: no model
    at load (/app/x.js:10:11)
    at async Promise.all (index 0)
    at Module._compile (node:internal/modules/cjs/loader:1376:14) {
  code: 'ERR_X'
}

Node.js v20.11.1
`;
    expect(lastTraceback(text)).toMatchObject({
      language: 'node',
      exception: 'TypeError',
      message: 'no model',
      frames: [{ file: 'node:internal/modules/cjs/loader' }, { file: '/app/x.js' }],
      userFrame: { file: '/app/x.js', line: 10, function: 'load', code: "throw new TypeError('no model')" },
      fromLine: 1,
      messageLine: 5,
      toLine: 8,
    });
  });

  it('reads a missing module, whose message has several lines, and a bare stack', () => {
    const missing = `node:internal/modules/cjs/loader:1147
  throw err;
  ^

Error: Cannot find module 'onnxruntime-node'
Require stack:
- /app/server.js
    at Module._load (node:internal/modules/cjs/loader:985:27)
    at Object.<anonymous> (/app/server.js:3:13)
`;
    expect(lastTraceback(missing)).toMatchObject({
      message: "Cannot find module 'onnxruntime-node'\nRequire stack:\n- /app/server.js",
      userFrame: { file: '/app/server.js', line: 3 },
      messageLine: 5,
    });
    expect(lastTraceback('Error: boom\n    at file:///app/m.mjs:1:7\n')).toMatchObject({
      userFrame: { file: 'file:///app/m.mjs', line: 1 },
    });
  });

  it('takes a cause for what happened, and an old Node’s rejection for background', () => {
    const text = 'Error: start\n    at f (/app/a.js:1:1) {\n  [cause]: Error: refused\n      at g (/app/b.js:2:2)\n}\n';
    expect(parseTracebacks(text)).toMatchObject([
      { message: 'start', handled: true },
      { message: 'refused', handled: false },
    ]);
    expect(
      parseTracebacks('(node:1) UnhandledPromiseRejectionWarning: Error: x\n    at f (/app/a.js:1:1)\n'),
    ).toMatchObject([{ exception: 'Error', background: true }]);
  });
});

const PIECES = [
  'Traceback (most recent call last):',
  'ERROR [a:1] Traceback (most recent call last):',
  '  + Exception Group Traceback (most recent call last):',
  '  File "/app/m.py", line 3, in f',
  'ERROR [a:2]   File "/app/m.py", line 3, in f',
  '    g()',
  '  | ',
  'ValueError: x',
  'During handling of the above exception, another exception occurred:',
  'future: <Task finished coro=<f() done, defined at /a.py:1> exception=KeyError(1)>',
  'panic: x',
  'goroutine 1 [running]:',
  'main.main()',
  '\t/app/main.go:12 +0x1d',
  'Exception in thread "main" a.B: c',
  'Caused by: a.B: c',
  '\tat a.B.c(D.java:1)',
  'Error: x',
  '    at f (/a.js:1:2)',
  '  [cause]: Error: y',
  '/a.js:1',
  ' ^',
  '',
  '\r',
  '\u001B[31mred',
];

describe('any text', () => {
  it('never throws, and names only lines that exist, in order', () => {
    const line = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const text = lines.join('\n');
        const count = text.split('\n').length;
        for (const { fromLine, toLine, messageLine } of parseTracebacks(text)) {
          expect(fromLine).toBeGreaterThanOrEqual(1);
          expect(messageLine).toBeGreaterThanOrEqual(fromLine);
          expect(toLine).toBeGreaterThanOrEqual(messageLine);
          expect(toLine).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 500 },
    );
  });

  // At 20,000 repetitions a quadratic parser needs minutes; the test's time limit is the assertion.
  it.each([
    ...PIECES.map((piece) => [piece]),
    ['Traceback (most recent call last):', '  File "/app/m.py", line 3, in f'],
    ['ERROR [a:1] Traceback (most recent call last):', 'other', 'ERROR [a:2]   File "/app/m.py", line 3, in f'],
    ['panic: x', '\tpanic: y'],
    ['a.B: c', '\tat a.B.c(D.java:1)'],
    ['/a.js:1', ' ^', 'Error: x', '    at f (/a.js:1:2)'],
    [' exception='.repeat(1000) + '<Task finished  defined at '.repeat(200)],
    [`    at ${'( '.repeat(2000)}`],
    [`${'a.'.repeat(4000)}: `, '\tat a.B.c(D.java:1)'],
  ])(
    'takes time linear in its repetition: %s',
    (...pieces) => {
      const text = `${pieces.join('\n')}\n`;
      expect(() => parseTracebacks(text.repeat(Math.min(20_000, Math.ceil(4_000_000 / text.length))))).not.toThrow();
    },
    10_000,
  );
});
