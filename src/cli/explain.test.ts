import { describe, expect, test } from 'vitest';
import type { ConditionPage } from './condition-pages.ts';
import { findAnswers, findPages } from './explain.ts';
import type { PageEntry } from './pages.ts';

const page = (code: string, name: string, ...aliases: string[]): PageEntry => ({
  code,
  name,
  title: `title of ${name}`,
  stage: 'images',
  aliases,
});
const INDEX = [
  page('IS3101', 'PullSecretMissing', 'FailedToRetrieveImagePullSecret', 'image-pull-secret-missing'),
  page('IS3110', 'ImageNotFound', 'manifest unknown', 'ErrImagePull'),
  page('IS3900', 'ImageNotPulled', 'ImagePullBackOff', 'ErrImagePull'),
  page('IS5901', 'ContainerCrashing', 'Back-off restarting failed container', 'OOM'),
];
const found = (words: string): readonly string[] => findPages(words, INDEX).map((entry) => entry.code);

describe('explain finds a page', () => {
  test.each([
    ['IS3101', ['IS3101']],
    ['is3101', ['IS3101']],
    [' IS3101 ', ['IS3101']],
    ['PullSecretMissing', ['IS3101']],
    ['pull secret missing', ['IS3101']],
    ['image-pull-back-off', ['IS3900']],
    ['oom', ['IS5901']],
  ])('%j', (words, codes) => {
    expect(found(words)).toEqual(codes);
  });
  test('pasted words contain an alias', () => {
    expect(
      found('Warning  BackOff  12s (x5 over 2m)  kubelet  Back-off restarting failed container api in pod api-1'),
    ).toEqual(['IS5901']);
    expect(found('failed to resolve reference "r/x:1": r/x:1: manifest unknown: not found')).toEqual(['IS3110']);
  });
  test('a part of an alias', () => {
    expect(found('RetrieveImagePullSecret')).toEqual(['IS3101']);
  });
  test('one alias of two pages gives both: it never guesses', () => {
    expect(found('ErrImagePull')).toEqual(['IS3110', 'IS3900']);
  });
  test('short or foreign words find nothing by chance', () => {
    for (const words of ['', 'err', '…', 'IS', 'quota exceeded for nothing']) expect(found(words), words).toEqual([]);
  });
});

const condition = (name: string, ...words: string[]): ConditionPage => ({
  name,
  title: `title of ${name}`,
  words: [name, ...words],
  kinds: 'InferenceService',
  condition: 'Ready',
  versions: 'all',
  step: true,
  codes: [],
  markdown: `# ${name}\n`,
});
const CONDITIONS = [
  condition('ExitCode', 'ExitCode#', 'Container failed with'),
  condition('ExitCode137', 'ExitCode137s'),
  condition('IngressNotCreated', 'Predictor ingress not created'),
  condition('CrashLoop', 'Back-off restarting failed container'),
  condition('Accepted'),
];

describe('explain finds the page of a condition or reason', () => {
  test.each([
    ['IngressNotCreated', ['IngressNotCreated']],
    ['ingressnotcreated', ['IngressNotCreated']],
    ['Predictor ingress not created', ['IngressNotCreated']],
    ['  predictor  INGRESS not created ', ['IngressNotCreated']],
    ['ExitCode1', ['ExitCode']],
    ['ExitCode139', ['ExitCode']],
    ['ExitCode137', ['ExitCode137']],
    ['exitcode137s', ['ExitCode137']],
    // Its page names the codes, so the alias gives way.
    ['Back-off restarting failed container', ['CrashLoop']],
    ['IS3101', ['IS3101']],
    ['accepted', ['Accepted']],
    ['Container failed with: Traceback (most recent call last)', ['ExitCode']],
    ['nothing was accepted here', []],
    ['', []],
  ])('%j', (words, called) => {
    expect(findAnswers(words, INDEX, CONDITIONS).map((answer) => answer.called)).toEqual(called);
  });
});
