/** The rendered answer holds every fact, within the width, and nothing that drives a terminal. */
import { expect, test } from 'vitest';
import type { TextAnswer } from '../model/text-answer.ts';
import { renderTextAnswer } from './explain-plain.ts';

const ANSWER: TextAnswer = {
  decisive: [
    {
      kind: 'azure-error',
      name: 'ACRSecretError',
      line: 3,
      quote: `\u001b[31m{"code":"ACRSecretError"}\u001b[0m ${'x '.repeat(90)}`,
      page: 'ACRSecretError',
      meaning: 'No credentials.',
      reasons: ['The role is new.'],
      fix: 'Look at the identity components.',
      codes: ['IS9654'],
    },
  ],
  chain: ['BadRequest', 'ACRSecretError'],
  nextLook: [{ text: 'In the cluster', argv: ['inferscope', 'azureml', '<ENDPOINT>/<DEPLOYMENT>'] }],
};

test('tells line, meaning, reason, page and where to look', () => {
  const text = renderTextAnswer(ANSWER, 80);
  for (const part of [
    'Decisive: line 3, ACRSecretError.',
    'BadRequest > ACRSecretError',
    'No credentials.',
    'The role is new.',
    'IS9654',
    'inferscope explain ACRSecretError',
    "inferscope azureml '<ENDPOINT>/<DEPLOYMENT>'",
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('\u001b');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('says that nothing decides, and what to paste instead', () => {
  const text = renderTextAnswer({ decisive: [], chain: [], nextLook: [{ text: 'Paste the end of the log' }] }, 80);
  expect(text).toMatch(/^Nothing in the text decides\.\n\nWhat to paste instead\n {2}- Paste the end of the log\n$/);
});
