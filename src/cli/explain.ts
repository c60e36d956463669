/**
 * The command `explain`: the page of a code, a name, an alias, or a condition's word, offline. Near misses are suggested, never guessed.
 */
import { InferscopeProblem } from '../collect/problem.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { conditionIndex, conditionNamed, foldWord, type ConditionPage } from './condition-pages.ts';
import { pageIndex, readPage, type PageEntry } from './pages.ts';
import { terminalWidth, useColour, type Streams } from './terminal.ts';
import { markdownText } from './markdown-text.ts';

/** One page that answers: of a code, or of a condition. */
interface Answer {
  /** What `explain` takes to print it: the code, or the condition's name. */
  readonly called: string;
  readonly title: string;
  /** As `-o json` gives it, without the text. */
  readonly entry: PageEntry | Omit<ConditionPage, 'markdown'>;
  readonly markdown: () => string;
}

export function runExplain(words: string, output: string, streams: Streams): number {
  const found = findAnswers(words, pageIndex(), conditionIndex());
  const [answer] = found;
  if (answer === undefined) throw unknownWords(words);
  if (found.length > 1 && output === 'json') {
    streams.stdout.write(
      `${JSON.stringify(
        found.map(({ entry }) => entry),
        null,
        2,
      )}\n`,
    );
    return 0;
  }
  if (found.length > 1) {
    streams.stdout.write(`${JSON.stringify(words)} is told by ${found.length} pages:\n\n`);
    const width = Math.max(...found.map(({ called }) => called.length));
    for (const { called, title } of found) streams.stdout.write(`  ${called.padEnd(width)}  ${title}\n`);
    streams.stdout.write('\nThe page of one: inferscope explain WORD\n');
    return 0;
  }
  if (output === 'json')
    streams.stdout.write(`${JSON.stringify({ ...answer.entry, markdown: answer.markdown() }, null, 2)}\n`);
  else
    streams.stdout.write(
      markdownText(answer.markdown(), { width: Math.min(100, terminalWidth(streams)), colour: useColour(streams) }),
    );
  return 0;
}

/**
 * A code or its name first; then a condition's word in full, whose page names the codes; then aliases; then what the words contain, or what
 * contains them.
 */
export function findAnswers(
  words: string,
  index: readonly PageEntry[],
  conditions: readonly ConditionPage[],
): readonly Answer[] {
  const condition = conditionNamed(words, conditions);
  const pages = findPages(words, index);
  const wanted = foldWord(words);
  const isNamed = pages.some(
    ({ code, name }) => code.toLowerCase() === words.trim().toLowerCase() || foldWord(name) === wanted,
  );
  if (condition !== undefined && !isNamed) return [answerOfCondition(condition)];
  const exact = isNamed || pages.some(({ aliases }) => aliases.some((alias) => foldWord(alias) === wanted));
  const holding =
    exact || wanted.length < 5 ? [] : conditions.filter((page) => isHeld(tellingWords(page, words), words.trim()));
  return [...pages.map(answerOfCode), ...holding.map(answerOfCondition)];
}

function answerOfCode(page: PageEntry): Answer {
  return {
    called: page.code,
    title: `${page.name.padEnd(30)} ${page.title}`,
    entry: page,
    markdown: () => readPage(page.code) ?? '',
  };
}

function answerOfCondition({ markdown, ...entry }: ConditionPage): Answer {
  return { called: entry.name, title: entry.title, entry, markdown: () => markdown };
}

/** By code, then by name, then by alias in full, then by an alias that the words contain or that contains them. */
export function findPages(words: string, index: readonly PageEntry[]): readonly PageEntry[] {
  const wanted = foldWord(words);
  const exact = [
    index.filter((page) => page.code.toLowerCase() === words.trim().toLowerCase()),
    index.filter((page) => foldWord(page.name) === wanted),
    index.filter((page) => page.aliases.some((alias) => foldWord(alias) === wanted)),
  ].find((pages) => pages.length > 0);
  if (exact) return exact;
  if (wanted.length < 5) return [];
  return index.filter((page) => isHeld(page.aliases, words.trim()));
}

/**
 * `Accepted` is a reason, and a word of English: in a pasted text a single word counts only as it is written. A part of one (`NotReady`) is a part
 * of many, and tells nothing.
 */
function tellingWords(page: ConditionPage, spoken: string): readonly string[] {
  if (!/\s/.test(spoken.trim())) return [];
  return page.words.filter((word) => /\s/.test(word) || spoken.split(/[^\w#]+/).includes(word));
}

function isHeld(names: readonly string[], spoken: string): boolean {
  return names.some(
    (name) =>
      foldWord(name).length >= 8 && (holdsWords(name, spoken) || (/\s/.test(spoken) && holdsWords(spoken, name))),
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

function unknownWords(words: string): InferscopeProblem {
  const known = [
    ...pageIndex().flatMap((page) => [page.code, page.name, ...page.aliases]),
    ...conditionIndex().flatMap((page) => [page.name, ...page.words]),
  ];
  const near = nearestNames(words, [...new Set(known.filter((name) => name.length < 40))], 4);
  return new InferscopeProblem({
    code: 'IS0025',
    tried: `Looked for the page of ${JSON.stringify(words)}`,
    found: 'no code, name, alias, condition or reason is called that',
    todo: [near.length > 0 ? `Perhaps ${near.join(', ')} is meant` : 'See all of them: inferscope rules'],
  });
}
