/**
 * The command `explain`: the page of a code, a name or an alias, offline. Near misses are suggested, never guessed.
 */
import { InferscopeProblem } from '../collect/problem.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { pageIndex, readPage, type PageEntry } from './pages.ts';
import { terminalWidth, useColour, type Streams } from './terminal.ts';
import { markdownText } from './markdown-text.ts';

export function runExplain(words: string, output: string, streams: Streams): number {
  const found = findPages(words, pageIndex());
  const [page] = found;
  if (page === undefined) throw unknownWords(words);
  if (found.length > 1 && output === 'json') {
    streams.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return 0;
  }
  if (found.length > 1) {
    streams.stdout.write(`${JSON.stringify(words)} is told by ${found.length} pages:\n\n`);
    for (const entry of found) streams.stdout.write(`  ${entry.code} ${entry.name.padEnd(30)} ${entry.title}\n`);
    streams.stdout.write('\nThe page of one: inferscope explain CODE\n');
    return 0;
  }
  const markdown = readPage(page.code) ?? '';
  if (output === 'json') streams.stdout.write(`${JSON.stringify({ ...page, markdown }, null, 2)}\n`);
  else
    streams.stdout.write(
      markdownText(markdown, { width: Math.min(100, terminalWidth(streams)), colour: useColour(streams) }),
    );
  return 0;
}

/** By code, then by name, then by alias in full, then by an alias that the words contain or that contains them. */
export function findPages(words: string, index: readonly PageEntry[]): readonly PageEntry[] {
  const wanted = fold(words);
  const exact = [
    index.filter((page) => page.code.toLowerCase() === words.trim().toLowerCase()),
    index.filter((page) => fold(page.name) === wanted),
    index.filter((page) => page.aliases.some((alias) => fold(alias) === wanted)),
  ].find((pages) => pages.length > 0);
  if (exact) return exact;
  if (wanted.length < 5) return [];
  const spoken = words.trim();
  return index.filter((page) =>
    page.aliases.some(
      (alias) =>
        fold(alias).length >= 8 && (holdsWords(alias, spoken) || (/\s/.test(spoken) && holdsWords(spoken, alias))),
    ),
  );
}

/** Whether the words of one text stand in another, whole. A single identifier is only ever a part of an alias: misspelt, it holds other names by chance. */
function holdsWords(text: string, part: string): boolean {
  const spaced = (value: string): string => {
    const words = value.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
    return ` ${words.replace(/[^a-z0-9]+/g, ' ').trim()} `;
  };
  return spaced(text).includes(spaced(part));
}

/** Case and separators do not matter: `image-pull-back-off` is ImagePullBackOff. */
function fold(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

function unknownWords(words: string): InferscopeProblem {
  const index = pageIndex();
  const near = nearestNames(
    words,
    [...new Set(index.flatMap((page) => [page.code, page.name, ...page.aliases.filter((alias) => alias.length < 40)]))],
    4,
  );
  return new InferscopeProblem({
    code: 'IS0025',
    tried: `Looked for the page of ${JSON.stringify(words)}`,
    found: 'no code, name or alias is called that',
    todo: [near.length > 0 ? `Perhaps ${near.join(', ')} is meant` : 'See all of them: inferscope rules'],
  });
}
