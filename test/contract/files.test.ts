/** One folder per rule, named after it, with its page and its cases; the lock and every generated file up to date. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/collect/problems.ts';
import { STAGES } from '../../src/model/finding.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { LOCK_FILE, brokenPromises, codesLock, lockAt, parseLock } from '../../tools/generate/codes-lock.ts';
import { PROBLEM_PAGES } from '../../tools/generate/code-pages.ts';
import { PAGE_HEADINGS, PROBLEM_HEADINGS } from '../../tools/generate/page-headings.ts';
import { ROOT, directoryOf, frontMatter, pageOf, ruleFolders } from '../../tools/generate/rule-folders.ts';
import { rulesUnderTest } from './corpus.ts';
import { expectNone } from '../expect-none.ts';

const folders = ruleFolders();

test.each(rulesUnderTest().map((rule) => [`${rule.code} ${rule.name}`, rule] as const))(
  '%s: folder, page and cases',
  (_, rule) => {
    const problems: string[] = [];
    const folder = folders.find((candidate) => candidate.code === rule.code);
    if (folder === undefined) throw new Error(`${rule.code} stands in no folder of its code: npm run generate`);
    if (folder.name !== rule.name) problems.push(`rule.ts says name ${rule.name}, the folder ${folder.name}`);
    if (folder.stage !== rule.stage)
      problems.push(`rule.ts says stage ${rule.stage}, it lies in src/rules/${folder.stage}`);
    const block = STAGES[Number(rule.code[2])];
    if (block !== rule.stage)
      problems.push(`${rule.code} lies in the block of ${block ?? 'no stage'}, the stage is ${rule.stage}`);
    if ((rule.role === 'symptom') !== (rule.looksAt === 'always'))
      problems.push('symptom rules, and only they, look at everything (looksAt: always)');
    problems.push(
      ...pageProblems(
        pageOf(directoryOf(folder)),
        { ...rule },
        PAGE_HEADINGS.map(([heading]) => heading),
      ),
    );
    const directory = path.join(directoryOf(folder), 'cases');
    const cases = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.yaml')) : [];
    if (!cases.some((file) => file.startsWith('found')))
      problems.push('cases/found.yaml is missing: a case in which it is found');
    if (!cases.some((file) => !file.startsWith('found')))
      problems.push('a case in which it is silent is missing: the healthy twin or the nearest look-alike');
    expectNone(problems);
  },
);

interface Told {
  readonly code: string;
  readonly name: string;
  readonly stage: string;
  readonly since?: string;
  readonly role?: string;
}

function pageProblems(page: string | undefined, told: Told, headings: readonly string[]): string[] {
  if (page === undefined) return ['page.md is missing'];
  const problems: string[] = [];
  const front = frontMatter(page);
  if (front === undefined) problems.push('page.md has no front matter');
  for (const key of ['code', 'name', 'stage', 'role', 'since'] as const) {
    if (told[key] !== undefined && front?.[key] !== told[key])
      problems.push(`front matter says ${key}: ${front?.[key] ?? '(nothing)'}, ${told[key]} is right`);
  }
  const body = page.replace(/^```[\s\S]*?^```/gm, '');
  const title = /^# (.*)$/m.exec(body)?.[1];
  if (title !== `${told.code} ${told.name}`)
    problems.push(`page.md is headed "# ${title ?? ''}", "# ${told.code} ${told.name}" is right`);
  const found = [...body.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
  if (found.join('|') !== headings.join('|'))
    problems.push(
      `page.md has the headings ${found.join(' · ')}; exactly these are right, in this order: ${headings.join(' · ')}`,
    );
  if (page.includes('FILL IN')) problems.push('page.md still says FILL IN');
  return problems;
}

test.each(PROBLEMS.map((problem) => [problem.code, problem] as const))('%s has its page', (code, problem) => {
  const file = path.join(PROBLEM_PAGES, `${code}.md`);
  const page = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  expectNone(pageProblems(page, { code, name: problem.name, stage: 'tool' }, PROBLEM_HEADINGS));
});

test('every code of the tool that the source uses is listed in src/collect/problems.ts', () => {
  const known = new Set<string>(PROBLEMS.map((problem) => problem.code));
  const src = path.join(ROOT, 'src');
  const unknown = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...readFileSync(path.join(src, file), 'utf8').matchAll(/\bIS0\d{3}\b/g)]
        .filter(([code]) => !known.has(code))
        .map(([code]) => `${code} in src/${file}`),
    );
  expectNone(new Set(unknown));
});

test('codes and names are unique', () => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const { code, name } of [...rules, ...PROBLEMS]) {
    for (const key of [code, name]) {
      if (seen.has(key)) twice.push(`${key} belongs to ${seen.get(key) ?? ''} and to ${code}`);
      seen.set(key, code);
    }
  }
  expectNone(twice);
});

test('codes.lock.json is up to date and append-only', () => {
  const file = path.join(ROOT, LOCK_FILE);
  const locked = parseLock(existsSync(file) ? readFileSync(file, 'utf8') : '{}');
  const now = codesLock(rules, folders, PROBLEMS, locked);
  expectNone(brokenPromises(lockAt('HEAD') ?? {}, now), 'codes are for life: retire it instead');
  expect(now, 'npm run generate').toEqual(locked);
});
