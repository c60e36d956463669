import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { InferscopeProblem } from '../collect/problem.ts';
import { kindFromWord } from '../model/kinds.ts';
import { complete, completionScript } from './completion.ts';

describe('candidates', () => {
  test('commands and kinds at the start', () => {
    expect(complete([''])).toEqual(expect.arrayContaining(['diagnose', 'explain', 'deploy/', 'po/', 'isvc/']));
    expect(complete([])).toEqual(complete(['']));
  });
  test('every kind that is offered is understood', () => {
    for (const word of complete(['diagnose', ''])) expect(kindFromWord(word.slice(0, -1)), word).toBeDefined();
  });
  test.each([
    [['pod'], 'pod/'],
    [['deployment'], 'deployment/'],
    [['deployments'], 'deployments/'],
    [['po'], 'po/'],
    [['exp'], 'explain'],
    [['deploy/x', 'sv'], 'svc/'],
    [['--names'], '--namespace'],
    [['-o', 'j'], 'json'],
    [['--output', 'te'], 'text'],
    [['completion', 'z'], 'zsh'],
    [['explain', 'IS3101'], 'IS3101'],
    [['explain', 'is3101'], 'IS3101'],
    [['explain', 'PullSecretM'], 'PullSecretMissing'],
    [['explain', 'ingressnotc'], 'IngressNotConfigured'],
    [['trace', 'isv'], 'isvc/'],
    [['trace', 'isvc/x', '--ho'], '--host'],
  ])('%j', (words, candidate) => {
    expect(complete(words)).toContain(candidate);
  });
  test('a trace is of one object, as text or JSON', () => {
    expect(complete(['trace', '--all'])).toEqual([]);
    expect(complete(['trace', '-o', ''])).toEqual(['text', 'json']);
  });
  test('no commands after the first word, and nothing for a name that only a cluster knows', () => {
    expect(complete(['deploy/x', 'expl'])).toEqual([]);
    expect(complete(['deploy/sco'])).toEqual([]);
    expect(complete(['explain', '--he'])).toEqual(['--help']);
  });
});

describe('scripts', () => {
  test('bash accepts its script', () => {
    execFileSync('bash', ['-n'], { input: completionScript('bash') });
  });
  test.each(['bash', 'zsh', 'fish'])('%s asks the hidden command', (shell) => {
    expect(completionScript(shell)).toContain('inferscope __complete -- ');
  });
  test('another shell is a problem with a way out', () => {
    expect(() => completionScript('nushell')).toThrow(InferscopeProblem);
  });
});
