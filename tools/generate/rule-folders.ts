/**
 * Finds the folders of rules and reads the front matter of their pages. Reads only; imports no rule.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const RULES = path.join(ROOT, 'src/rules');

export interface RuleFolder {
  readonly stage: string;
  readonly folder: string;
  readonly code: string;
  readonly name: string;
  /** No longer reported: `rule.ts` is gone, the page stays and says `retired:` in its front matter. */
  readonly retired: boolean;
}

/** By code. A folder that has neither a rule nor a retired page is not finished yet and is left out. */
export function ruleFolders(): readonly RuleFolder[] {
  const found: RuleFolder[] = [];
  for (const stage of readdirSync(RULES, { withFileTypes: true })) {
    if (!stage.isDirectory()) continue;
    for (const folder of readdirSync(path.join(RULES, stage.name))) {
      const match = /^(IS\d{4})-([A-Z]\w+)$/.exec(folder);
      if (!match?.[1] || !match[2]) continue;
      const directory = path.join(RULES, stage.name, folder);
      const active = existsSync(path.join(directory, 'rule.ts'));
      const retired = !active && frontMatter(pageOf(directory) ?? '')?.['retired'] !== undefined;
      if (active || retired) found.push({ stage: stage.name, folder, code: match[1], name: match[2], retired });
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

export function directoryOf(rule: RuleFolder): string {
  return path.join(RULES, rule.stage, rule.folder);
}

export function pageOf(directory: string): string | undefined {
  const file = path.join(directory, 'page.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The `key: value` lines between the first two `---`; undefined where the page has none. */
export function frontMatter(page: string): Readonly<Record<string, string>> | undefined {
  const block = /^---\n([\s\S]*?)\n---\n/.exec(page)?.[1];
  if (block === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0)
      fields[line.slice(0, colon).trim()] = line
        .slice(colon + 1)
        .trim()
        .replace(/^(['"])(.*)\1$/, '$2');
  }
  return fields;
}
