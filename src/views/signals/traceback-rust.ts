/**
 * Reads what the Rust runtime prints when a thread panics (Rust `library/std/src/panicking.rs`): since 1.73 the place first and the message on
 * the lines below, before that the message in quotes and the place behind it; newer ones name the thread's id. Only the main thread's panic
 * ends the process by itself. Time is linear in the text.
 */
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

const PANIC = /^thread '([^']{0,128})' (?:\(\d{1,20}\) )?panicked at (.{1,4096})$/;
const PLACE = /^(.{1,2048}?):(\d{1,9}):\d{1,9}:?$/;
const QUOTED = /^'(.{0,4096})', (.{1,2048}?):(\d{1,9}):\d{1,9}$/;
const END = /^(?:note: |stack backtrace:|thread '|$)/;
const MESSAGE_LINES = 20;

/** In the order of their first lines. */
export function parseRustPanics(lines: readonly string[]): readonly Traceback[] {
  const found: Traceback[] = [];
  for (const [at, line] of lines.entries()) {
    const [, thread = '', rest = ''] = PANIC.exec(line) ?? [];
    if (rest === '') continue;
    const old = QUOTED.exec(rest);
    const [, file, number] = old === null ? (PLACE.exec(rest) ?? []) : [undefined, old[2], old[3]];
    if (file === undefined) continue;
    const below = old === null ? messageBelow(lines, at) : [];
    const frames: readonly Frame[] = [{ file, line: Number(number) }];
    const userFrame = userFrameOf('rust', frames);
    found.push({
      language: 'rust',
      exception: 'panic',
      message: old?.[1] ?? below.join('\n'),
      frames,
      ...(userFrame && { userFrame }),
      fromLine: at + 1,
      toLine: at + 1 + below.length,
      messageLine: below.length > 0 ? at + 2 : at + 1,
      background: thread !== 'main',
      handled: false,
    });
  }
  return found;
}

function messageBelow(lines: readonly string[], at: number): readonly string[] {
  const below = lines.slice(at + 1, at + 1 + MESSAGE_LINES);
  const end = below.findIndex((line) => END.test(line));
  return end < 0 ? below : below.slice(0, end);
}
