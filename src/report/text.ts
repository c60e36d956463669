/**
 * Text that came from a cluster, made safe and measured for a terminal. Escape sequences, control characters and direction overrides never
 * reach the screen.
 */
// ECMA-48 control sequences (CSI, OSC, DCS …), then every remaining control character. A string sequence that never ends loses its
// introducer only: what follows is what the cluster said.
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_](?:[^\u0007\u001b]*(?:\u0007|\u001b\\))?|[ -/]*[0-~])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line: tabs and line ends become spaces. */
export function cleanLine(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/[\t\n]+/g, ' ')
    .replace(CONTROLS, '');
}

const TYPOGRAPHY: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '·': '-',
  '×': 'x',
  '→': '->',
  '←': '<-',
};

/** Typographic characters by their ASCII twins; what else is not ASCII stays, since it is quoted. */
export function asciiTypography(text: string): string {
  return text.replace(/[‘’“”–—…·×→←]/g, (character) => TYPOGRAPHY[character] ?? character);
}

/** Columns that a string takes, without escape sequences: wide East Asian characters and emoji take two, combining marks none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(SEQUENCES, '')) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mark}/u.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** Unicode East Asian Width, ranges W and F in short. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Narrower than this a text is not broken: a line of a few letters is no better than one that is too long. */
const NARROWEST = 10;

/** Breaks at blanks; a word longer than the width is broken hard. A text that is indented keeps its indentation on every line. */
export function wrap(text: string, width: number): string[] {
  const whole = Math.max(NARROWEST, width);
  const indent = (/^ */.exec(text)?.[0] ?? '').slice(0, Math.floor(whole / 2));
  const limit = whole - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.trimStart().split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > limit) {
      lines.push(line);
      line = '';
    }
    let rest = line === '' ? word : `${line} ${word}`;
    while (widthOf(rest) > limit) {
      const part = startOf(rest, limit);
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = rest;
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines.map((part) => `${indent}${part}`);
}

export function truncate(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  return `${startOf(text, Math.max(0, width - widthOf(ellipsis)))}${ellipsis}`;
}

/** As much of the start as fits; never half a character. Escape sequences take no columns and are not cut. */
function startOf(text: string, columns: number): string {
  let taken = 0;
  let end = 0;
  for (const part of text.matchAll(new RegExp(`${SEQUENCES.source}|[^]`, 'gu'))) {
    const width = part[0].startsWith('\u001b') && part[0].length > 1 ? 0 : columnsOf(part[0]);
    if (taken + width > columns) break;
    taken += width;
    end = part.index + part[0].length;
  }
  return text.slice(0, end);
}
