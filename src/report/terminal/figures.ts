/** Every glyph of the terminal report with its ASCII twin. */
export interface Figures {
  readonly dot: string;
  readonly corner: string;
  readonly bar: string;
  readonly pointer: string;
  readonly tick: string;
  readonly cross: string;
  readonly question: string;
  readonly later: string;
  readonly minus: string;
  readonly ellipsis: string;
  /** The number of a frame: ① … ⑳, then (21). */
  frame(number: number): string;
}

export const UNICODE: Figures = {
  dot: '·',
  corner: '└─',
  bar: '│',
  pointer: '▸',
  tick: '✓',
  cross: '✗',
  question: '?',
  later: '·',
  minus: '-',
  ellipsis: '…',
  // U+2460 is CIRCLED DIGIT ONE; the block ends at twenty.
  frame: (number) => (number >= 1 && number <= 20 ? String.fromCodePoint(0x245f + number) : `(${number})`),
};

export const ASCII: Figures = {
  dot: '-',
  corner: '`-',
  bar: '|',
  pointer: '>',
  tick: '+',
  cross: 'x',
  question: '?',
  later: '.',
  minus: '-',
  ellipsis: '...',
  frame: (number) => `(${number})`,
};
