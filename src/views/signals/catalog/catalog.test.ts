/** What a user relies on in the catalog: every signal finds its sample, is found by its literals, and never hangs. */
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { signals } from './index.ts';

/**
 * Signals whose expression needs look-around, which a linear-time engine does not have. This list only shrinks; the
 * adversarial lines below hold these signals to a time all the same.
 */
const lookAround: ReadonlySet<string> = new Set([
  'address-in-use',
  'connection-refused',
  'connection-timeout',
  'environment-variable-missing',
  'file-not-found',
  'invalid-number',
  'library-missing',
  'listening',
  'model-file-missing',
  'model-loaded',
  'name-not-resolved',
  'optional-dependency-disabled',
  'permission-denied',
  'privileged-port',
  'read-only-file-system',
]);

const length = 20_000;
const adversarial: readonly string[] = [
  'a',
  ' ',
  "'",
  '"',
  'A_',
  'a.',
  '/',
  '/a',
  '1',
  ':1',
  "host='",
  'model ',
  'not ',
  '(',
  "['",
  'connecting to ',
  'open ',
].map((part) => part.repeat(Math.ceil(length / part.length)));

describe('the catalog of signals', () => {
  it('has unique ids in kebab-case', () => {
    const ids = signals.map((signal) => signal.id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it.each(signals.map((signal) => [signal.id, signal] as const))('%s finds its sample', (_id, signal) => {
    expect(signal.regex.test(signal.sample)).toBe(true);
    const folded = signal.sample.toLowerCase();
    expect(signal.literals.some((literal) => folded.includes(literal))).toBe(true);
    expect(signal.literals.filter((literal) => literal !== literal.toLowerCase() || literal.length < 3)).toEqual([]);
    expect(signal.regex.flags).not.toMatch(/[gy]/);
    expect(signal.meaning).not.toMatch(/\.$/);
    expect(signal.fix).toMatch(/^[A-Z].*\.$/);
  });

  it('compiles in a linear-time engine, but for the listed exceptions', () => {
    const refused = signals.filter((signal) => !compilesInRe2(signal.regex)).map((signal) => signal.id);
    expect(refused.toSorted()).toEqual([...lookAround].toSorted());
  });

  // A pattern that backtracks without end does not come back: the runner's time limit is the assertion.
  it('comes back from hostile lines', () => {
    let tried = 0;
    for (const signal of signals) {
      for (const line of adversarial) {
        signal.regex.test(line);
        tried += 1;
      }
    }
    expect(tried).toBe(signals.length * adversarial.length);
  });
});

function compilesInRe2(regex: RegExp): boolean {
  try {
    RE2JS.compile(regex.source.replaceAll('(?<', '(?P<').replaceAll(/\(\?P<(?=[=!])/g, '(?<'));
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
