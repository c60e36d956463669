import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMatcher, MAXIMUM_LINE } from './match.ts';
import type { SignalMatch } from './match.ts';
import type { Signal } from './signal.ts';

function signal(id: string, regex: RegExp, literals: readonly string[], sample: string): Signal {
  return { id, component: 'test', literals, regex, sample, meaning: 'm', fix: 'f', severity: 'fatal' };
}

/** Literals that overlap, contain and end in one another, so that the automaton's suffixes matter. */
const SIGNALS: readonly Signal[] = [
  signal(
    'module',
    /No module named '(?<module>[\w.]+)'/,
    ["no module named '"],
    "ModuleNotFoundError: No module named 'evidently.report'",
  ),
  signal('memory', /out of memory/i, ['out of memory'], 'CUDA Out Of Memory. Tried to allocate 2 GiB'),
  signal('killed', /\bmemory$/, ['memory'], 'cannot allocate memory'),
  signal(
    'refused',
    /connect(?:ion)? refused(?: by (?<host>\S+))?/i,
    ['connect refused', 'connection refused'],
    'dial tcp: Connection refused',
  ),
  signal('tail', /on refused/, ['on refused'], 'on refused'),
  signal('arrow', /→ (?<to>\w+) gone/, ['→ ', ' gone'], 'a → b gone'),
  signal('every', /^\d{3}$/, [], '503'),
  signal('global', /name resolution/g, ['name resolution'], 'Temporary failure in name resolution'),
];

/** Every expression on every line: what `scan` must find, only faster. */
function naive(text: string, signals: readonly Signal[]): readonly SignalMatch[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((raw, index) => {
    const line = raw.replace(/\r$/, '').slice(0, MAXIMUM_LINE);
    return signals.flatMap((each) => {
      const match = new RegExp(each.regex.source, each.regex.flags.replace('g', '')).exec(line);
      const groups = Object.fromEntries(Object.entries(match?.groups ?? {}).filter(([, value]) => value !== undefined));
      return match ? [{ signal: each, line: index + 1, text: line, groups }] : [];
    });
  });
}

describe('buildMatcher', () => {
  const matcher = buildMatcher(SIGNALS);

  it('finds what every expression on every line finds', () => {
    const line = fc.oneof(
      fc.constantFrom(...SIGNALS.map(({ sample }) => sample)),
      fc.constantFrom('INFO: GET /health 200', 'connection refuse', 'out of memor', 'no module named', ''),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc
        .tuple(fc.string({ maxLength: 5 }), fc.constantFrom(...SIGNALS), fc.string({ maxLength: 5 }))
        .map(([before, { sample }, after]) => before + sample + after),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 40 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (lines, end, closed) => {
          const text = lines.join(end) + (closed ? end : '');
          expect(matcher.scan(text)).toEqual(naive(text, SIGNALS));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives the line, its text without its end, and the groups that took part', () => {
    const text = "ok\r\n\r\nNo module named 'a.b'\r\nconnection refused";
    expect(matcher.scan(text).map(({ signal, line, text, groups }) => [signal.id, line, text, groups])).toEqual([
      ['module', 3, "No module named 'a.b'", { module: 'a.b' }],
      ['refused', 4, 'connection refused', {}],
      ['tail', 4, 'connection refused', {}],
    ]);
    expect(matcher.scan('')).toEqual([]);
  });

  it('looks at the first 16 KB of a line only', () => {
    const [match] = matcher.scan(`connect refused ${'x'.repeat(100_000)}out of memory`);
    expect(match?.text).toHaveLength(MAXIMUM_LINE);
    expect(matcher.scan(`${'x'.repeat(MAXIMUM_LINE)}out of memory`)).toEqual([]);
  });

  it('refuses a literal that cannot be looked for', () => {
    expect(() => buildMatcher([signal('s', /é/, ['é'], 'é')])).toThrow(/signal s: literal "é"/);
  });
});
