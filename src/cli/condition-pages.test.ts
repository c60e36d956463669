/** Every condition and reason leads to its own page, offline, and the codes that a page names exist. */
import { expect, test } from 'vitest';
import { conditionIndex, conditionNamed } from './condition-pages.ts';
import { findAnswers } from './explain.ts';
import { pageIndex } from './pages.ts';

test('every word is answered by its page, unless a code is called so', () => {
  const codes = new Set(pageIndex().flatMap(({ code, name }) => [code, name]));
  for (const page of conditionIndex())
    for (const word of [page.name, ...page.words]) {
      if (codes.has(word)) continue;
      const [answer, ...more] = findAnswers(word.replace('#', '7'), pageIndex(), conditionIndex());
      expect(answer?.called, word).toBe(page.name);
      expect(more, word).toEqual([]);
    }
});

test('every page tells what it does not mean, and where to look', () => {
  for (const { name, markdown } of conditionIndex()) {
    expect(markdown).toContain(`# ${name}\n`);
    for (const heading of ['Who writes it', 'What it means', 'What it does not mean', 'Where the cause is'])
      expect(markdown, name).toContain(`\n## ${heading}\n`);
  }
});

test('every code that a page names has a page', () => {
  const codes = new Set(pageIndex().map(({ code }) => code));
  for (const { name, markdown, codes: named } of conditionIndex())
    for (const code of [...named, ...(markdown.match(/\bIS\d{4}\b/g) ?? [])])
      expect(codes.has(code), `${name}: ${code}`).toBe(true);
});

test.each(['', ' ', '#', 'ExitCode', 'exitcode', 'exit code 3', 'NoSuchReason'])('%j', (word) => {
  const found = conditionNamed(word, conditionIndex());
  expect(found?.name).toBe(/exit/i.test(word) ? 'ExitCode' : undefined);
});
