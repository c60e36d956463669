/**
 * A page's Markdown as terminal text: front matter dropped, headings bold, paragraphs and lists wrapped, code kept as it is. Covers the subset
 * that pages use, no more.
 */
import { widthOf, wrap } from '../report/text.ts';

export interface MarkdownOptions {
  readonly width: number;
  readonly colour: boolean;
}

export function markdownText(markdown: string, options: MarkdownOptions): string {
  const bold = (text: string): string => (options.colour ? `\u001b[1m${text}\u001b[22m` : text);
  const lines = markdown
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .trim()
    .split('\n');
  const out: string[] = [];
  let fenced = false;
  let paragraph: string[] = [];
  let mark = '';
  const flush = (): void => {
    if (paragraph.length === 0) return;
    const indent = ' '.repeat(mark.length);
    const [first = '', ...rest] = wrapped(inline(paragraph.join(' '), bold), options.width - mark.length);
    out.push(`${mark}${first}`, ...rest.map((line) => `${indent}${line}`));
    paragraph = [];
    mark = '';
  };
  for (const line of lines) {
    if (line.startsWith('```')) {
      flush();
      fenced = !fenced;
      continue;
    }
    if (fenced) {
      out.push(`    ${line}`);
      continue;
    }
    const heading = /^(#+) (.*)$/.exec(line);
    const item = /^( {0,8})([-*]|\d{1,2}\.) (.*)$/.exec(line);
    if (heading) {
      flush();
      // Sections stand out without colour, too; what is below them are sentences, with names that capitals would spoil.
      out.push(bold(heading[1] === '##' ? (heading[2] ?? '').toUpperCase() : (heading[2] ?? '')));
    } else if (item) {
      flush();
      mark = `${item[1] ?? ''}${item[2] === '*' ? '-' : (item[2] ?? '')} `;
      paragraph = [item[3] ?? ''];
    } else if (line.startsWith('|')) {
      flush();
      out.push(inline(line, bold));
    } else if (line.trim() === '') {
      flush();
      out.push('');
    } else paragraph.push(line.trim());
  }
  flush();
  return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

/** An address that is wider than the page stays whole, on a line of its own: broken, it can be neither clicked nor copied. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let words: string[] = [];
  const flush = (): void => {
    if (words.length > 0) lines.push(...wrap(words.join(' '), width));
    words = [];
  };
  for (const word of text.split(' ')) {
    if (word.includes('://') && widthOf(word) > width) {
      flush();
      lines.push(word);
    } else words.push(word);
  }
  flush();
  return lines;
}

/** Emphasis, links and the backticks of code; what stands between backticks stays as it is. */
function inline(text: string, bold: (text: string) => string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : emphasis(part, bold)))
    .join('');
}

function emphasis(text: string, bold: (text: string) => string): string {
  return text
    .replace(/\*\*([^*]+)\*\*/g, (_, inner: string) => bold(inner))
    .replace(/(^|[\s(])\*([^*\s][^*]*)\*/g, '$1$2')
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '$1 ($2)');
}
