/**
 * Reads the pages of codes, offline: from `pages/` beside the bundle, or from `docs/codes/` when run from source. Knows no rule, so that
 * `explain` starts without loading one; both folders are made from the rules by `tools/generate.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface PageEntry {
  /** `IS` and four digits. */
  readonly code: string;
  /** UpperCamelCase. */
  readonly name: string;
  readonly title: string;
  readonly stage: string;
  readonly aliases: readonly string[];
  /** Ids of the log signals that the rule stands on; left out where it names none. */
  readonly signals?: readonly string[];
}

const INDEX_FILE = 'index.json';

let index: readonly PageEntry[] | undefined;

/** Every page, by code. Throws where the pages are not installed: a defect of the package. */
export function pageIndex(): readonly PageEntry[] {
  // Written by tools/generate.ts in exactly this shape, and shipped with the code that reads it.
  index ??= JSON.parse(readPageFile(INDEX_FILE)) as readonly PageEntry[];
  return index;
}

/** The Markdown of a page; undefined where no code is called that. */
export function readPage(code: string): string | undefined {
  // Only codes of the index become a path: what a person types names no file.
  if (!pageIndex().some((page) => page.code === code)) return undefined;
  return readPageFile(`${code}.md`);
}

/** A file of the folder of pages; `name` never comes from a person. */
export function readPageFile(name: string): string {
  return readFileSync(`${pagesFolder()}${name}`, 'utf8');
}

function pagesFolder(): string {
  for (const place of ['./pages/', '../../docs/codes/']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(`${folder}${INDEX_FILE}`)) return folder;
  }
  throw new Error('the pages of the codes are not installed: run npm run generate, or install Inferscope again');
}
