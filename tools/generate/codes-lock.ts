/**
 * The lock of codes: what each code is called and which messages with which arguments it gives. Codes are for life and append-only; programs
 * may rely on everything in the lock, never on the text of a message. Says what an edit broke; repairs nothing.
 */
import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import type { ProblemInfo } from '../../src/collect/problems.ts';
import type { AnyRule } from '../../src/rules/define.ts';
import { ROOT, directoryOf, frontMatter, pageOf, type RuleFolder } from './rule-folders.ts';

export const LOCK_FILE = 'codes.lock.json';

const lockSchema = z.record(
  z.string(),
  z.object({
    name: z.string(),
    stage: z.string(),
    status: z.enum(['active', 'retired']),
    since: z.string(),
    replacedBy: z.string().optional(),
    messages: z.record(z.string(), z.array(z.string())),
  }),
);
export type CodesLock = z.infer<typeof lockSchema>;

/** `previous` keeps the messages of retired codes, which have no rule any more. */
export function codesLock(
  rules: readonly AnyRule[],
  folders: readonly RuleFolder[],
  problems: readonly ProblemInfo[],
  previous: CodesLock,
): CodesLock {
  const lock: CodesLock = {};
  for (const problem of problems) {
    lock[problem.code] = {
      name: problem.name,
      stage: 'tool',
      status: 'active',
      since: previous[problem.code]?.since ?? '0.1.0',
      messages: {},
    };
  }
  for (const rule of rules) {
    const messages = Object.entries(rule.messages).map(([id, template]) => [id, slotsOf(template)] as const);
    lock[rule.code] = {
      name: rule.name,
      stage: rule.stage,
      status: 'active',
      since: rule.since,
      messages: Object.fromEntries(messages),
    };
  }
  for (const folder of folders) {
    if (!folder.retired) continue;
    const page = frontMatter(pageOf(directoryOf(folder)) ?? '') ?? {};
    const replacedBy = page['replaced-by'];
    const known = previous[folder.code];
    lock[folder.code] = {
      name: folder.name,
      stage: known?.stage ?? folder.stage,
      status: 'retired',
      since: known?.since ?? page['since'] ?? '0.1.0',
      ...(replacedBy === undefined ? {} : { replacedBy }),
      messages: known?.messages ?? {},
    };
  }
  return Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function slotsOf(template: string): string[] {
  return [...new Set([...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
}

export function parseLock(text: string): CodesLock {
  return lockSchema.parse(JSON.parse(text));
}

/** The lock as committed at a Git revision; undefined where there is none, or no Git. */
export function lockAt(revision: string): CodesLock | undefined {
  try {
    return parseLock(
      execFileSync('git', ['show', `${revision}:${LOCK_FILE}`], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  } catch (error) {
    // git ends with 128 where the revision or the file does not exist: nothing was promised yet.
    if (error instanceof Error && 'status' in error && error.status === 128) return undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One sentence per promise that `next` breaks. */
export function brokenPromises(before: CodesLock, next: CodesLock): readonly string[] {
  const broken: string[] = [];
  for (const [code, old] of Object.entries(before)) {
    const now = next[code];
    if (!now) {
      broken.push(
        `${code} ${old.name} is gone; codes are for life: retire it instead (keep its page.md with "retired: VERSION" in the front matter)`,
      );
      continue;
    }
    for (const [id, args] of Object.entries(old.messages)) {
      const kept = now.messages[id];
      if (!kept) {
        broken.push(`${code} lost its message ${id}; message ids are for life: keep it, or retire the code instead`);
        continue;
      }
      const lost = args.filter((name) => !kept.includes(name));
      if (lost.length > 0)
        broken.push(
          `${code}, message ${id}, lost {${lost.join('}, {')}}; arguments are for life: keep it, or retire the code instead`,
        );
    }
  }
  return broken;
}
