/**
 * What can be read from logs and messages: known signals and stack traces. Re-exports only, and the one matcher of the
 * whole catalog.
 */
import { signals } from './catalog/index.ts';
import { buildMatcher } from './match.ts';
import type { Matcher } from './match.ts';

export { signals } from './catalog/index.ts';
export { buildMatcher } from './match.ts';
export type { Matcher, SignalMatch } from './match.ts';
export type { Signal } from './signal.ts';
export { parseTracebacks } from './traceback.ts';
export type { Frame, Traceback } from './traceback.ts';

let matcher: Matcher | undefined;

/** Searches for every signal of the catalog. Built on first use, for that takes some milliseconds. */
export function defaultMatcher(): Matcher {
  matcher ??= buildMatcher(signals);
  return matcher;
}
