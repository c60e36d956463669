/**
 * The command `explain`: the page of a code, a name, an alias, or a condition's word, offline; and what decides in a pasted text. Near misses are
 * suggested, never guessed.
 */
import { InferscopeProblem } from '../collect/problem.ts';
import type { TextAnswer } from '../model/text-answer.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { azureNamed, conditionIndex, conditionNamed, foldWord, type ConditionPage } from './condition-pages.ts';
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

export interface ExplainFlags {
  readonly output: string;
  /** A file that holds an error or a log; `-` is standard input. */
  readonly file?: string;
}

/**
 * 0: explained. 2: a text in which nothing decides. Throws IS0025 for words that are nowhere, IS0003 and IS0005 for a file that cannot be read.
 */
export async function runExplain(
  words: string,
  { output, file }: ExplainFlags,
  streams: Streams,
  stdin: AsyncIterable<Buffer | string>,
): Promise<number> {
  const from = file ?? (words.trim() === '-' ? '-' : undefined);
  if (from !== undefined) {
    const { readPasted } = await import('./pasted-text.ts');
    return showTextAnswer(await textAnswer(await readPasted(from, stdin)), output, streams);
  }
  if (isPasted(words)) {
    const answer = await textAnswer(words);
    // Several lines may be a message of Kubernetes that a page knows by its words.
    if (answer.decisive.length > 0 || findAnswers(words, pageIndex(), conditionIndex()).length === 0)
      return showTextAnswer(answer, output, streams);
  }
  if (/\s/.test(words.trim())) {
    const answer = await textAnswer(words);
    // A code that stands as Azure writes it, `(PodUnschedulable) …`, tells more than the words around it.
    if (answer.chain.length > 0 && answer.decisive[0]?.kind === 'azure-error')
      return showTextAnswer(answer, output, streams);
  }
  return explainWords(words, output, streams);
}

/** JSON, or more than one line: nobody types that. */
function isPasted(words: string): boolean {
  return /\n\s*\S/.test(words.trim()) || /^\s*(?:\{\s*"|\[\s*\{)/.test(words);
}

/** What a pasted text tells, printed. Returns 0 where something in it decides, else 2. */
export async function explainPasted(text: string, output: string, streams: Streams): Promise<number> {
  return showTextAnswer(await textAnswer(text), output, streams);
}

/** The signals and the catalogue are loaded only for a text: the page of a code needs neither. Credentials are taken out, since lines are quoted. */
async function textAnswer(text: string): Promise<TextAnswer> {
  const [{ explainText }, { redactText }] = await Promise.all([
    import('../engine/explain-text.ts'),
    import('../collect/redact/redact-text.ts'),
  ]);
  return explainText(redactText(text), pageIndex());
}

async function showTextAnswer(answer: TextAnswer, output: string, streams: Streams): Promise<number> {
  const { renderTextAnswer } = await import('../report/explain-plain.ts');
  if (output === 'json') streams.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else streams.stdout.write(renderTextAnswer(answer, terminalWidth(streams)));
  return answer.decisive.length > 0 ? 0 : 2;
}

async function explainWords(words: string, output: string, streams: Streams): Promise<number> {
  const byCode = pageIndex().find(({ code }) => code.toLowerCase() === words.trim().toLowerCase());
  // The index of conditions is the larger one, and knows no code.
  const found = byCode === undefined ? findAnswers(words, pageIndex(), conditionIndex()) : [answerOfCode(byCode)];
  const [answer] = found;
  if (answer === undefined) {
    // One line of an answer: `(BadArgument) …`.
    const told = await textAnswer(words);
    if (told.decisive.length > 0) return showTextAnswer(told, output, streams);
    throw unknownWords(words);
  }
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
 * A code or its name first; then a condition's word or a name of Azure ML in full, whose page names the codes; then aliases; then what the words
 * contain, or what contains them. A name that others use as well stands beside theirs.
 */
export function findAnswers(
  words: string,
  index: readonly PageEntry[],
  conditions: readonly ConditionPage[],
): readonly Answer[] {
  const condition = conditionNamed(words, conditions);
  const azureNames = new Set(
    conditions
      .filter((page) => page.azureml !== undefined)
      .flatMap((page) => page.words)
      .map(foldWord),
  );
  const pages = findPages(words, index, azureNames);
  const wanted = foldWord(words);
  const isNamed = pages.some(
    ({ code, name }) => code.toLowerCase() === words.trim().toLowerCase() || foldWord(name) === wanted,
  );
  const azure = azureNamed(words, conditions);
  if (condition !== undefined && !isNamed) return [condition, ...azure].map(answerOfCondition);
  if (azure.length > 0) {
    const told = new Set(azure.flatMap((page) => page.codes));
    const shared = azure.some((page) => page.azureml === 'shared');
    const beside = pages.filter(
      (page) =>
        (isNamed || shared || page.aliases.some((alias) => foldWord(alias) === wanted)) &&
        (isNamed || !told.has(page.code)),
    );
    const isExact = ({ name, aliases }: PageEntry): boolean =>
      [name, ...aliases].some((word) => foldWord(word) === wanted);
    // Those that only hold the word among others come last.
    return [
      ...beside.filter(isExact).map(answerOfCode),
      ...azure.map(answerOfCondition),
      ...beside.filter((page) => !isExact(page)).map(answerOfCode),
    ];
  }
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

/**
 * By code, then by name, then by alias in full, then by an alias that the words contain or that contains them. `apart`: folded words that count only
 * in full, since in a sentence they are what somebody thinks.
 */
export function findPages(
  words: string,
  index: readonly PageEntry[],
  apart: ReadonlySet<string> = new Set(),
): readonly PageEntry[] {
  const wanted = foldWord(words);
  const exact = [
    index.filter((page) => page.code.toLowerCase() === words.trim().toLowerCase()),
    index.filter((page) => foldWord(page.name) === wanted),
    index.filter((page) => page.aliases.some((alias) => foldWord(alias) === wanted)),
  ].find((pages) => pages.length > 0);
  if (exact) return exact;
  if (wanted.length < 5) return [];
  return index.filter((page) =>
    isHeld(
      page.aliases.filter((alias) => /\s/.test(alias) || !apart.has(foldWord(alias))),
      words.trim(),
    ),
  );
}

/**
 * `Accepted` is a reason, and a word of English: in a pasted text a single word counts only as it is written. A part of one (`NotReady`) is a part
 * of many, and tells nothing.
 */
function tellingWords(page: ConditionPage, spoken: string): readonly string[] {
  if (!/\s/.test(spoken.trim())) return [];
  // In a sentence a name of Azure ML is what somebody thinks; explainText knows how Azure itself writes it.
  if (page.azureml === 'shared') return [];
  if (page.azureml === 'own') return page.words.filter((word) => /\s/.test(word));
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
  const status = `HTTP ${words.trim()}`;
  const near = known.includes(status)
    ? [status]
    : nearestNames(words, [...new Set(known.filter((name) => name.length < 40))], 4);
  return new InferscopeProblem({
    code: 'IS0025',
    tried: `Looked for the page of ${JSON.stringify(words)}`,
    found: 'no code, name, alias, condition or reason is called that',
    todo: [near.length > 0 ? `Perhaps ${near.join(', ')} is meant` : 'See all of them: inferscope rules'],
  });
}
