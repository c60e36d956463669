import { describe, expect, it } from 'vitest';
import { lastTraceback, parseTracebacks } from './traceback.ts';

function trace(exception: string, file = '/app/a.py'): string {
  return `Traceback (most recent call last):\n  File "${file}", line 3, in f\n    g()\n${exception}\n`;
}

describe('forms of Python tracebacks', () => {
  it('reads lines that each bear a logger’s prefix, with other processes’ lines between', () => {
    const text = [
      '(EngineCore_0 pid=71) ERROR 08-12 10:00:01 [core.py:718] EngineCore failed to start.',
      '(EngineCore_0 pid=71) ERROR 08-12 10:00:01 [core.py:718] Traceback (most recent call last):',
      '(EngineCore_0 pid=71) ERROR 08-12 10:00:01 [core.py:718]   File "/usr/local/lib/python3.12/dist-packages/vllm/v1/engine/core.py", line 709, in run',
      '(APIServer pid=1) INFO 08-12 10:00:01 waiting',
      '(EngineCore_0 pid=71) ERROR 08-12 10:00:02 [core.py:718]     raise ValueError(',
      '(EngineCore_0 pid=71) ERROR 08-12 10:00:02 [core.py:718] ValueError: No available memory for the cache blocks.',
      '(APIServer pid=1) INFO 08-12 10:00:03 bye',
    ].join('\n');
    expect(parseTracebacks(text)).toMatchObject([
      { exception: 'ValueError', message: 'No available memory for the cache blocks.', fromLine: 2, toLine: 6 },
    ]);
    expect(parseTracebacks(text)[0]?.userFrame).toBeUndefined();
  });

  it('reads a log taken with timestamps', () => {
    const timed = trace('KeyError: 1')
      .trimEnd()
      .split('\n')
      .map((line, second) => `2026-11-21T05:00:0${second}.000000001Z ${line}`)
      .join('\n');
    expect(parseTracebacks(timed)).toEqual(parseTracebacks(trace('KeyError: 1')));
  });

  it('marks earlier links of a chain as handled', () => {
    const text = `${trace('KeyError: 1')}\nDuring handling of the above exception, another exception occurred:\n\n${trace('OSError: 2')}\nThe above exception was the direct cause of the following exception:\n\n${trace('RuntimeError: 3')}`;
    expect(parseTracebacks(text).map(({ exception, handled }) => [exception, handled])).toEqual([
      ['KeyError', true],
      ['OSError', true],
      ['RuntimeError', false],
    ]);
  });

  it('marks a whole chain of a request as background', () => {
    const text = `ERROR:    Exception in ASGI application\n${trace('KeyError: 1')}\nDuring handling of the above exception, another exception occurred:\n\n${trace('OSError: 2')}INFO:  next\n${trace('SystemError: 3')}`;
    expect(parseTracebacks(text).map(({ background }) => background)).toEqual([true, true, false]);
    expect(lastTraceback(text)?.exception).toBe('SystemError');
  });

  it.each([
    '[2026-11-21 05:00:00,000] ERROR in app: Exception on /predict [POST]',
    '[2026-11-21 05:00:00 +0000] [7] [ERROR] Error handling request /predict',
    'Exception in thread Thread-1 (watch):',
    'Exception in callback poll()\nhandle: <Handle poll()>',
    'exception calling callback <Future at 0x7f state=finished raised KeyError>',
    '2026-11-21 04:49:15.185 1 kserve ERROR [errors.py:model_not_found_handler():151] Exception:',
    'Exception ignored in: <function Pool.__del__ at 0x7f>',
    'future: <Task finished name=1 coro=<f()> exception=KeyError(1)>\nTask exception was never retrieved\nsource_traceback: Object created at (most recent call last):\n  File "/app/m.py", line 1, in <module>\n    main()',
  ])('knows that the process lives on after: %s', (announcement) => {
    expect(parseTracebacks(`${announcement}\n${trace('KeyError: 1')}`)).toMatchObject([
      { exception: 'KeyError', background: true },
    ]);
  });

  it('knows from its frames that a request failed, and not the start', () => {
    const site = '/usr/lib/python3.11/site-packages';
    const request = trace('KeyError: 1', `${site}/starlette/_exception_handler.py`);
    expect(parseTracebacks(request)).toMatchObject([{ background: true }]);
    const start = trace('KeyError: 1', `${site}/starlette/routing.py`);
    expect(parseTracebacks(start)).toMatchObject([{ background: false }]);
  });

  it('reads an exception group and its parts', () => {
    const text = `  + Exception Group Traceback (most recent call last):
  |   File "/app/m.py", line 3, in <module>
  |     raise group
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/m.py", line 6, in f
    |     int("x")
    | ValueError: invalid literal
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/app/m.py", line 9, in g
    | TypeError: no
    +------------------------------------
`;
    expect(parseTracebacks(text)).toMatchObject([
      { exception: 'ExceptionGroup', fromLine: 1, toLine: 4, userFrame: { line: 3 } },
      { exception: 'ValueError', message: 'invalid literal', fromLine: 6, toLine: 9 },
      { exception: 'TypeError', message: 'no', fromLine: 11, toLine: 13 },
    ]);
    const served = `ERROR:    Exception in ASGI application\n${text}`;
    expect(parseTracebacks(served).every(({ background }) => background)).toBe(true);
  });

  it('reads a syntax error with and without a header', () => {
    const text = '  File "/app/m.py", line 3\n    def f(\n         ^\nSyntaxError: \'(\' was never closed\n';
    const frame = { file: '/app/m.py', line: 3, code: 'def f(' };
    expect(parseTracebacks(text)).toMatchObject([{ exception: 'SyntaxError', frames: [frame], userFrame: frame }]);
    expect(
      parseTracebacks(
        `Traceback (most recent call last):\n  File "/app/w.py", line 1, in <module>\n    import m\n${text}`,
      ),
    ).toMatchObject([{ exception: 'SyntaxError', frames: [{ line: 1 }, frame], userFrame: frame }]);
  });

  it('keeps a validation error’s fields, and stops at the next log line', () => {
    const fields =
      'model_path\n  Field required [type=missing, input_value={}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.5/v/missing';
    const text = `${trace(`pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n${fields}`)}2026-11-21 05:00:00 INFO bye\n`;
    expect(lastTraceback(text)).toMatchObject({ message: `1 validation error for Settings\n${fields}`, toLine: 7 });
  });

  it('reads a traceback whose beginning is cut off, but invents none', () => {
    expect(parseTracebacks('  File "/app/m.py", line 3, in f\n    g()\nKeyError: 1\n')).toMatchObject([
      { exception: 'KeyError' },
    ]);
    expect(parseTracebacks('  File "/app/m.py", line 3, in f\n    g()\nINFO: listening\n')).toEqual([]);
    expect(parseTracebacks('Traceback (most recent call last):\n  File "/app/m.py", line 3, in f\n')).toEqual([]);
    expect(
      parseTracebacks('Traceback (most recent call last):\n  File "/app/m.py", line 3, in f\nERROR: lost\n'),
    ).toEqual([]);
  });
});
