/**
 * Reads the one line in which asyncio shows a finished task and its exception (CPython `Lib/asyncio/base_tasks.py`,
 * `base_futures.py`): often all that is left of a failed background task.
 */
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

const FINISHED = /<(?:Task|Future) finished /;
const EXCEPTION = /^([A-Za-z_][\w.]{0,255})\((.*)\)(?:>| created at )/;
const PLACE = /^([^:>]{1,4096}):(\d{1,9})>/;

function after(line: string, mark: string): string {
  const at = line.indexOf(mark);
  return at === -1 ? '' : line.slice(at + mark.length);
}

/** A coroutine's place is where it is defined, for the line that raised is not printed. */
function coroutineFrame(line: string): Frame | undefined {
  const [, file, at] = PLACE.exec(after(line, ' defined at ')) ?? PLACE.exec(after(line, ' running at ')) ?? [];
  if (file === undefined) return undefined;
  const [, name] = /^([\w.<>]{1,512})\(/.exec(after(line, 'coro=<')) ?? [];
  return { file, line: Number(at), ...(name !== undefined && { function: name }) };
}

/** `line` counts from 1. */
export function parseFinishedTask(text: string, line: number): Traceback | undefined {
  if (!FINISHED.test(text)) return undefined;
  const [, exception, repr = ''] = EXCEPTION.exec(after(text, ' exception=')) ?? [];
  if (exception === undefined) return undefined;
  const [, , quoted] = /^(['"])(.*)\1,?$/.exec(repr) ?? [];
  const frame = coroutineFrame(text);
  const frames = frame ? [frame] : [];
  const userFrame = userFrameOf('python', frames);
  return {
    language: 'python',
    exception,
    message: quoted ?? repr,
    frames,
    ...(userFrame && { userFrame }),
    fromLine: line,
    toLine: line,
    messageLine: line,
    background: true,
    handled: false,
  };
}
