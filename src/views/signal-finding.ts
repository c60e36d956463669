/**
 * Which known signal tells the end of a run, among those that a rule stands on. For causes whose whole content is the signal's own meaning:
 * the rule adds whose fault it is.
 */
import type { RunLog } from './run-log.ts';
import type { SignalMatch } from './signals/index.ts';

/** The last of the named signals in the final traceback or in the last lines. A wrapper's line (worker failed to boot) is no cause and not named by rules. */
export function endingSignal(log: RunLog, ids: ReadonlySet<string>): SignalMatch | undefined {
  const last = log.lines.findLastIndex((line) => line.trim() !== '') + 1;
  const from = Math.max(Math.min(log.traceback?.fromLine ?? last, last - 40), log.servesFrom + 1);
  return log.signals.findLast((match) => ids.has(match.signal.id) && match.line >= from);
}

/** A signal's `fix` sentence without its full stop, as a fix's text. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
