/**
 * Whether a text holds a string of the catalogue, whose `<what varies>` stands for anything on the same line. Pure; literal parts are looked for one
 * after the other, so that no text makes it slow.
 */

/** The fixed parts of a string, in order. */
export function literalParts(pattern: string): readonly string[] {
  return pattern
    .split(/<[^<>]{0,60}>/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The part that tells most: the longest. */
export function tellingPart(pattern: string): string {
  return literalParts(pattern).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/** `text` is in lower case already. */
export function holdsString(text: string, pattern: string): boolean {
  let from = 0;
  for (const part of literalParts(pattern)) {
    const at = text.indexOf(part.toLowerCase(), from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from > 0;
}

/** Lines without blanks, in lower case: a window folds a message at its width, also within words. */
export interface FoldedText {
  readonly text: string;
  /** Where each line begins in it. */
  readonly starts: readonly number[];
}

/** Shorter ones stand in other words once blanks do not count. */
const SHORTEST_FOLDED = 16;
/** Farthest that two parts of one message lie apart. */
const FARTHEST = 600;

export function foldedText(lines: readonly string[]): FoldedText {
  const starts: number[] = [];
  const folded: string[] = [];
  let at = 0;
  for (const line of lines) {
    const squeezed = withoutBlanks(line);
    starts.push(at);
    folded.push(squeezed);
    at += squeezed.length;
  }
  return { text: folded.join(''), starts };
}

/** The line, from 1, on which a string begins that may go on on the next ones; undefined where it is not there. */
export function foldedLine({ text, starts }: FoldedText, pattern: string): number | undefined {
  const parts = literalParts(pattern).map(withoutBlanks);
  const [first = ''] = parts;
  if (Math.max(0, ...parts.map(({ length }) => length)) < SHORTEST_FOLDED) return undefined;
  const begin = text.indexOf(first);
  if (begin < 0) return undefined;
  let from = begin;
  for (const part of parts) {
    const at = text.slice(from, from + FARTHEST + part.length).indexOf(part);
    if (at < 0) return undefined;
    from += at + part.length;
  }
  return starts.findLastIndex((start) => start <= begin) + 1;
}

function withoutBlanks(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, '');
}
