/**
 * Takes off what a logger puts before every line of a message (a time, a level, a process's name), having seen it once.
 * Digits of times and source lines vary from line to line; those of names (`pid=12`, `TP0`, `Worker_3`) do not, so that
 * processes writing at the same time stay apart. Knows no logger by name.
 */

/** The rest of a line, or undefined for a line of somebody else. */
export type Strip = (line: string) => string | undefined;

const MAXIMUM_PREFIX = 256;

/** Digits, of a name when a letter (but not the T of ISO 8601), `=`, `_` or `#` stands before them. */
const DIGITS = /([A-SU-Za-z=_#]\d+)|\d+/g;

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

function shapeOf(prefix: string): string {
  let shape = '';
  let from = 0;
  for (const match of prefix.matchAll(DIGITS)) {
    shape += escaped(prefix.slice(from, match.index));
    shape += match[1] === undefined ? String.raw`\d+` : escaped(match[1]);
    from = match.index + match[0].length;
  }
  return shape + escaped(prefix.slice(from));
}

/** Lines that bear no prefix. */
export function wholeLine(line: string): string {
  return line;
}

/** For lines with a prefix like the given one; undefined when it is empty or too long to be one. */
export function prefixStrip(prefix: string): Strip | undefined {
  if (prefix === '' || prefix.length > MAXIMUM_PREFIX) return undefined;
  const full = new RegExp(`^${shapeOf(prefix)}`);
  // Trailing blanks are often lost on empty lines.
  const alone = new RegExp(`^${shapeOf(prefix.trimEnd())}$`);
  return (line) => {
    const [found] = full.exec(line) ?? [];
    if (found !== undefined) return line.slice(found.length);
    return prefix.trim() !== '' && alone.test(line) ? '' : undefined;
  };
}
