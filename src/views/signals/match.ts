/**
 * Finds signals in a text, line by line. Responsible for lines, candidates and the order of matches; the literals are
 * looked for by literal-automaton.ts, and only a line that holds a signal's literal is tried with its expression. Runs in
 * a browser as well: it may use nothing of Node's.
 */
import { buildLiteralAutomaton, usablePart } from './literal-automaton.ts';
import type { NumberedLiteral } from './literal-automaton.ts';
import type { Signal } from './signal.ts';

/** Longest part of a line that is looked at, in UTF-16 code units: containerd splits lines at 16 KB (`max_container_log_line_size`). */
export const MAXIMUM_LINE = 16_384;

export interface SignalMatch {
  readonly signal: Signal;
  /** Counted from 1. */
  readonly line: number;
  /** The line without its end (`\n` or `\r\n`), at most {@link MAXIMUM_LINE} code units. */
  readonly text: string;
  /** The expression's named groups that took part in the match. */
  readonly groups: Readonly<Record<string, string>>;
}

export interface Matcher {
  /** All matches, by line and then in the order of the catalog; each signal at most once a line. Time is linear in the text. */
  scan(text: string): readonly SignalMatch[];
}

interface Prepared {
  readonly signal: Signal;
  readonly regex: RegExp;
}

function prepare(signal: Signal): Prepared {
  // A global or sticky expression would remember where the last line ended.
  return { signal, regex: new RegExp(signal.regex.source, signal.regex.flags.replaceAll(/[gy]/g, '')) };
}

function numberedLiterals(signals: readonly Signal[]): NumberedLiteral[] {
  const literals: NumberedLiteral[] = [];
  for (const [number, signal] of signals.entries()) {
    for (const declared of signal.literals) {
      const literal = usablePart(declared);
      if (literal === '')
        throw new RangeError(`signal ${signal.id}: literal ${JSON.stringify(declared)} has no ASCII part`);
      literals.push({ literal, number });
    }
  }
  return literals;
}

function namedGroups(match: RegExpExecArray): Readonly<Record<string, string>> {
  const groups: Record<string, string> = {};
  for (const [name, value] of Object.entries(match.groups ?? {})) {
    if (typeof value === 'string') groups[name] = value;
  }
  return groups;
}

/**
 * Prepares a catalog for searching. A signal without literals is tried on every line, which is slow.
 * Throws RangeError when a literal has nothing that can be looked for (no printable ASCII).
 */
export function buildMatcher(signals: readonly Signal[]): Matcher {
  const prepared = signals.map(prepare);
  const automaton = buildLiteralAutomaton(numberedLiterals(signals));
  const onEveryLine = [...signals.keys()].filter((number) => signals[number]?.literals.length === 0);

  function scan(text: string): readonly SignalMatch[] {
    const matches: SignalMatch[] = [];
    // The line that last made a signal a candidate: a literal seen twice on a line counts once.
    const candidateOn = new Int32Array(signals.length);
    const candidates: number[] = [];
    let line = 0;
    const found = (number: number): void => {
      if (candidateOn[number] === line) return;
      candidateOn[number] = line;
      candidates.push(number);
    };

    for (let start = 0; start < text.length;) {
      line += 1;
      const newline = text.indexOf('\n', start);
      const next = newline === -1 ? text.length : newline + 1;
      let end = newline === -1 ? text.length : newline;
      if (text.charCodeAt(end - 1) === 13 && end > start) end -= 1;
      end = Math.min(end, start + MAXIMUM_LINE);

      candidates.push(...onEveryLine);
      automaton.walk(text, start, end, found);
      if (candidates.length > 0) {
        const content = text.slice(start, end);
        for (const number of candidates.sort((left, right) => left - right)) {
          const candidate = prepared[number];
          const match = candidate?.regex.exec(content);
          if (candidate && match)
            matches.push({ signal: candidate.signal, line, text: content, groups: namedGroups(match) });
        }
        candidates.length = 0;
      }
      start = next;
    }
    return matches;
  }
  return { scan };
}
