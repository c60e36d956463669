/** The command `explain` on pasted texts: where they come from, what it prints, and the exit codes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { InferscopeProblem } from '../collect/problem.ts';
import { runExplain } from './explain.ts';
import { readPasted } from './pasted-text.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ERROR = '(BadRequest) The request is invalid.\nCode: BadRequest\nException Details: (ACRSecretError) no secret\n';

interface Said {
  readonly code: number;
  readonly stdout: string;
}

async function explain(words: string, flags: { file?: string; output?: string } = {}, input = ''): Promise<Said> {
  const parts: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    parts.push(String(part));
    return true;
  });
  try {
    const streams = { stdout: process.stdout, stderr: process.stderr, env: { COLUMNS: '90', NO_COLOR: '1' } };
    const code = await runExplain(words, { output: 'text', ...flags }, streams, chunks(input));
    return { code, stdout: parts.join('') };
  } finally {
    write.mockRestore();
  }
}

async function* chunks(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

function file(name: string, content: string | Buffer): string {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
}

describe('where the text comes from', () => {
  test.each([
    ['a file', () => explain('', { file: file('error.txt', ERROR) })],
    ['standard input as -', () => explain('-', {}, ERROR)],
    ['standard input as --file -', () => explain('', { file: '-' }, ERROR)],
    ['words of several lines', () => explain(ERROR)],
    ['JSON', () => explain('{"error":{"code":"BadRequest","innerError":{"code":"ACRSecretError"}}}')],
    ['one line of an answer', () => explain('ERROR: (ACRSecretError) Failed to pull image')],
    ['a file of PowerShell', () => explain('', { file: file('utf16.txt', Buffer.from(`\uFEFF${ERROR}`, 'utf16le')) })],
  ])('%s', async (_, run) => {
    const { code, stdout } = await run();
    expect(stdout).toContain('ACRSecretError (error of Azure ML)');
    expect(stdout).toContain('inferscope explain ACRSecretError');
    expect(code).toBe(0);
  });
  test('UTF-16 of either order, and a byte order mark in front of UTF-8', async () => {
    const big = Buffer.from(`\uFEFFabc`, 'utf16le').swap16();
    for (const bytes of [big, Buffer.from(`\uFEFFabc`, 'utf16le'), Buffer.from(`\uFEFFabc`)])
      expect(await readPasted(file('bom.txt', bytes), chunks(''))).toBe('abc');
  });
});

test('2 where nothing decides, and what to paste instead', async () => {
  const { code, stdout } = await explain('-', {}, 'I thought it was BadArgument.\n');
  expect(code).toBe(2);
  expect(stdout).toContain('What to paste instead');
});

test('as JSON', async () => {
  const { code, stdout } = await explain('-', { output: 'json' }, ERROR);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    chain: ['BadRequest', 'ACRSecretError'],
    decisive: [{ name: 'ACRSecretError', line: 3 }],
  });
});

test('credentials of the text are not printed', async () => {
  const { stdout } = await explain('-', {}, '(ACRSecretError) pull failed, password=hunter2hunter2 was refused\n');
  expect(stdout).toContain('ACRSecretError');
  expect(stdout).not.toContain('hunter2');
});

test('words are looked up as ever', async () => {
  expect((await explain('ACRSecretError')).stdout).toMatch(/^ACRSecretError\n/);
  expect((await explain('IS3101')).stdout).toContain('IS3101');
  await expect(explain('quite unheard of')).rejects.toMatchObject({ code: 'IS0025' });
});

test('a file that cannot be read is a problem with what to do', async () => {
  await expect(explain('', { file: path.join(folder, 'none.txt') })).rejects.toBeInstanceOf(InferscopeProblem);
  await expect(explain('', { file: folder })).rejects.toMatchObject({ code: 'IS0003' });
});
