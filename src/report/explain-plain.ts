/** The answer to a pasted text as linear text: every line says by itself what it is. Reads the TextAnswer only. */
import type { DecisiveLine, TextAnswer } from '../model/text-answer.ts';
import { shellCommand } from './shell.ts';
import { cleanLine, wrap } from './text.ts';

const KINDS: Readonly<Record<DecisiveLine['kind'], string>> = {
  'azure-error': 'error of Azure ML',
  'health-check': "check of the extension's health report",
  http: 'answer of the endpoint',
  signal: 'line of a log',
  exception: 'exception in a log',
  words: 'known message',
};

const MOST_CODES = 10;

/** `width`: columns of the terminal. */
export function renderTextAnswer(answer: TextAnswer, width: number): string {
  const { decisive, chain, nextLook } = answer;
  const out: string[] = [];
  const field = (name: string, text: string): void => {
    const lines = wrap(cleanLine(text), Math.max(40, Math.min(width, 100) - 11));
    for (const [index, line] of lines.entries()) out.push(`  ${(index === 0 ? name : '').padEnd(8)} ${line}`.trimEnd());
  };
  out.push(decisive.length === 0 ? 'Nothing in the text decides.' : headline(decisive[0]));
  if (chain.length > 1) field('Chain', chain.join(' > '));
  for (const [index, line] of decisive.entries()) {
    out.push('', index === 0 ? `${line.name} (${KINDS[line.kind]})` : `Also: ${line.name} (${KINDS[line.kind]})`);
    field(`Line ${line.line}`, line.quote);
    field('Means', line.meaning);
    for (const reason of line.reasons) field('Reason', reason);
    field('Do', line.fix);
    if (line.codes.length > 0) field('Codes', codesOf(line.codes));
    if (line.page !== undefined) field('Page', `inferscope explain ${line.page}`);
  }
  if (nextLook.length > 0) {
    out.push('', decisive.length === 0 ? 'What to paste instead' : 'Where to look next');
    for (const { text, argv } of nextLook) {
      for (const [index, line] of wrap(cleanLine(text), Math.max(40, Math.min(width, 100) - 4)).entries())
        out.push(`${index === 0 ? '  - ' : '    '}${line}`);
      if (argv !== undefined) out.push(`      ${cleanLine(shellCommand(argv))}`);
    }
  }
  return `${out.join('\n')}\n`;
}

/** Most telling first; the page has all of them. */
function codesOf(codes: readonly string[]): string {
  const rest = codes.length - MOST_CODES;
  return rest <= 0 ? codes.join(', ') : `${codes.slice(0, MOST_CODES).join(', ')} and ${rest} more`;
}

function headline(line: DecisiveLine | undefined): string {
  if (line === undefined) return '';
  return `Decisive: line ${line.line}, ${cleanLine(line.name)}.`;
}
