/** Every condition, reason and name of Azure ML leads to its own page, offline, and the codes that a page names exist. */
import { expect, test } from 'vitest';
import { azureNamed, conditionIndex, conditionNamed } from './condition-pages.ts';
import { findAnswers } from './explain.ts';
import { pageIndex } from './pages.ts';

const ofPlatforms = conditionIndex().filter(({ azureml }) => azureml === undefined);
const ofAzure = conditionIndex().filter(({ azureml }) => azureml !== undefined);

test('every word is answered by its page, unless a code is called so', () => {
  const codes = new Set(pageIndex().flatMap(({ code, name }) => [code, name]));
  for (const page of ofPlatforms)
    for (const word of [page.name, ...page.words]) {
      if (codes.has(word)) continue;
      const [answer, ...more] = findAnswers(word.replace('#', '7'), pageIndex(), conditionIndex());
      expect(answer?.called, word).toBe(page.name);
      expect(more, word).toEqual([]);
    }
});

test('every word of Azure ML is answered by its page; others of the same word stand beside it', () => {
  for (const page of ofAzure)
    for (const word of [page.name, ...page.words]) {
      const called = findAnswers(word, pageIndex(), conditionIndex()).map((answer) => answer.called);
      expect(called, word).toContain(page.name);
    }
});

test.each(['ACRSecretError', 'E40001', 'LOAD_BALANCER_NOT_SUPPORT', 'Cannot found Kubernetes cluster.'])(
  'the page of %s names the codes, so their aliases give way',
  (word) => {
    const answers = findAnswers(word, pageIndex(), conditionIndex());
    expect(answers.map(({ called }) => called)).toEqual(azureNamed(word, ofAzure).map(({ name }) => name));
    expect(answers).toHaveLength(1);
  },
);

test('every page of Azure ML tells the reasons apart, and what to do', () => {
  for (const { name, markdown } of ofAzure)
    for (const heading of [
      'What it means',
      'The reasons told apart',
      'First step',
      'What Inferscope does',
      'References',
    ])
      expect(markdown, name).toContain(`\n## ${heading}\n`);
});

test('every page tells what it does not mean, and where to look', () => {
  for (const { name, markdown } of ofPlatforms) {
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
