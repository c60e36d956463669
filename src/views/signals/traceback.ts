/**
 * Reads every stack trace in a log, whatever the language, and says which one ended the process. Responsible for putting
 * the languages' parsers together; each grammar is in its own file.
 */
import { logLines } from './log-lines.ts';
import { parseGoPanics } from './traceback-go.ts';
import { parseJavaTraces } from './traceback-java.ts';
import { parseNodeStacks } from './traceback-node.ts';
import { parsePythonTracebacks } from './traceback-python.ts';
import { parseRustPanics } from './traceback-rust.ts';
import type { Traceback } from './traceback-types.ts';

export type { Frame, Traceback } from './traceback-types.ts';

/** All tracebacks by their first line. Never throws; time is linear in the text. */
export function parseTracebacks(text: string): readonly Traceback[] {
  const lines = logLines(text);
  return [parsePythonTracebacks, parseGoPanics, parseJavaTraces, parseNodeStacks, parseRustPanics]
    .flatMap((parse) => parse(lines))
    .sort((left, right) => left.fromLine - right.fromLine);
}

/** The last traceback that no task, thread or request survives and that is no earlier link of a chain: what ended the process. */
export function lastTraceback(text: string): Traceback | undefined {
  return parseTracebacks(text).findLast(({ background, handled }) => !background && !handled);
}
