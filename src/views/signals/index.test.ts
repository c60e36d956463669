import { describe, expect, it } from 'vitest';
import { buildMatcher, defaultMatcher, signals } from './index.ts';

describe('defaultMatcher', () => {
  it('finds every signal of the catalog in its own sample', () => {
    const matcher = defaultMatcher();
    for (const { id, sample } of signals) {
      expect(matcher.scan(sample).map(({ signal }) => signal.id)).toContain(id);
    }
  });

  it('finds in all samples together what the expressions find without their literals', () => {
    const text = signals.map(({ sample }) => sample).join('\n');
    const everyLine = buildMatcher(signals.map((signal) => ({ ...signal, literals: [] })));
    const told = (matcher: typeof everyLine): string[] =>
      matcher.scan(text).map(({ signal, line }) => `${line} ${signal.id}`);
    expect(told(defaultMatcher())).toEqual(told(everyLine));
  });

  it('is built once', () => {
    expect(defaultMatcher()).toBe(defaultMatcher());
  });
});
