/**
 * Writes the generated files: the index of rules, codes.lock.json, docs/codes/, docs/conditions/, docs/azureml/ and the JSON Schema of the report. `--check`
 * writes nothing and fails with the names of stale files. Codes are append-only: the lock is compared with that of HEAD and its parent, and of
 * LOCK_BASE where set.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROBLEMS } from '../src/collect/problems.ts';
import type { AnyRule } from '../src/rules/define.ts';
import { azuremlDocs } from './azureml-pages.ts';
import { azuremlPage } from './generate/azureml-table.ts';
import { codePages } from './generate/code-pages.ts';
import { conditionDocs } from './generate/condition-pages.ts';
import { LOCK_FILE, brokenPromises, codesLock, lockAt, parseLock } from './generate/codes-lock.ts';
import { preflightSchemaText } from './generate/preflight-schema.ts';
import { reportSchemaText } from './generate/report-schema.ts';
import { ROOT, ruleFolders } from './generate/rule-folders.ts';
import { checksText, diagnosisText, indexText, loadRules } from './generate/rule-index.ts';
import { traceSchemaText } from './generate/trace-schema.ts';

const check = process.argv.includes('--check');
const stale: string[] = [];
const trouble: string[] = [];

function textOf(file: string): string | undefined {
  const target = path.join(ROOT, file);
  return existsSync(target) ? readFileSync(target, 'utf8') : undefined;
}

function emit(file: string, text: string): void {
  if (textOf(file) === text) return;
  if (check) {
    stale.push(file);
    return;
  }
  const target = path.join(ROOT, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Pages of codes that were never released and are gone; the lock keeps the others from going. */
function removeOthers(folder: string, keep: ReadonlySet<string>): void {
  const target = path.join(ROOT, folder);
  if (!existsSync(target)) return;
  for (const name of readdirSync(target)) {
    if (keep.has(name)) continue;
    if (check) stale.push(`${folder}/${name} (no such code)`);
    else rmSync(path.join(target, name));
  }
}

const folders = ruleFolders();
// First, and whatever happens to the rest: everything else is read through it.
emit('src/rules/diagnosis.gen.ts', diagnosisText(folders));
emit('src/rules/checks.gen.ts', checksText(folders));
emit('src/rules/index.gen.ts', indexText());
emit('docs/schema/report.schema.json', reportSchemaText());
emit('docs/schema/trace.schema.json', traceSchemaText());
emit('docs/schema/preflight.schema.json', preflightSchemaText());

try {
  emitFromRules(await loadRules(folders));
} catch (error) {
  // esbuild has printed the file and the line; where a rule is half written, the index is still worth having.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  trouble.push('the rules do not compile: only their index and the schema of the report were looked at');
}

function emitFromRules(rules: readonly AnyRule[]): void {
  const lock = codesLock(rules, folders, PROBLEMS, parseLock(textOf(LOCK_FILE) ?? '{}'));
  // In a clean checkout HEAD is what is checked, so its parent is the promise.
  for (const revision of new Set(['HEAD', ...(check ? ['HEAD^'] : []), process.env['LOCK_BASE'] ?? 'HEAD'])) {
    const before = lockAt(revision);
    if (before)
      trouble.push(...brokenPromises(before, lock).map((sentence) => `${sentence} (compared with ${revision})`));
  }
  emit(LOCK_FILE, `${JSON.stringify(lock, null, 1)}\n`);
  const pages = codePages(rules, folders, PROBLEMS);
  for (const place of pages.missing) trouble.push(`${place} is missing`);
  for (const [name, text] of pages.files) emit(`docs/codes/${name}`, text);
  const conditions = conditionDocs(rules);
  trouble.push(...conditions.trouble);
  const azureml = azuremlDocs(rules, PROBLEMS);
  // Beside the index of the codes: what is shipped for `explain`.
  emit('docs/codes/conditions.json', `${JSON.stringify([...conditions.pages, ...azureml.pages], null, 1)}\n`);
  for (const [name, text] of conditions.files) emit(`docs/conditions/${name}`, text);
  for (const [name, text] of azureml.files) emit(`docs/azureml/${name}`, text);
  emit('docs/azureml.md', azuremlPage());
  removeOthers('docs/conditions', new Set(conditions.files.keys()));
  removeOthers('docs/azureml', new Set(azureml.files.keys()));
  removeOthers('docs/codes', new Set([...pages.files.keys(), 'conditions.json']));
}

if (stale.length > 0)
  trouble.push(`stale generated files, run npm run generate:\n${stale.map((file) => `  ${file}`).join('\n')}`);
if (trouble.length > 0) {
  process.stderr.write(`${[...new Set(trouble)].join('\n')}\n`);
  process.exitCode = 1;
}
