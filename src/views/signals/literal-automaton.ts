/**
 * An Aho-Corasick automaton over UTF-16 code units with ASCII case folded: says which literals a stretch of text holds, in
 * one pass whatever their number. Responsible for building the table and for the walk; it knows nothing of lines or
 * signals. (A. V. Aho and M. J. Corasick, "Efficient string matching: an aid to bibliographic search", CACM 18(6), 1975.)
 */

/** Every literal with the number its finder is to report; several literals may share one number. */
export interface NumberedLiteral {
  readonly literal: string;
  readonly number: number;
}

export interface LiteralAutomaton {
  /** Calls `found` for each literal that ends in `text[from, to)`; the same number may come several times. */
  walk(text: string, from: number, to: number, found: (number: number) => void): void;
}

interface Trie {
  /** Per state, class to state. */
  readonly next: Map<number, number>[];
  readonly output: Set<number>[];
}

/** Only printable ASCII is looked for: every other code unit is one class, so the table stays small. */
const USABLE = /[\t\x20-\x7e]+/g;

/**
 * The longest stretch of a literal that the automaton can look for, lower-cased; a line that holds the literal holds it too.
 * Empty when there is none.
 */
export function usablePart(literal: string): string {
  let longest = '';
  for (const [part] of literal.matchAll(USABLE)) {
    if (part.length > longest.length) longest = part;
  }
  return longest.toLowerCase();
}

/** Code unit to class; class 0 is everything that no literal holds. */
function alphabet(literals: readonly NumberedLiteral[]): { classes: Uint8Array; size: number } {
  const classes = new Uint8Array(0x1_00_00);
  let size = 1;
  for (const { literal } of literals) {
    for (let at = 0; at < literal.length; at++) {
      const code = literal.charCodeAt(at);
      if (classes[code] !== 0) continue;
      classes[code] = size;
      const upper = literal.charAt(at).toUpperCase().charCodeAt(0);
      if (upper < 128) classes[upper] = size;
      size += 1;
    }
  }
  return { classes, size };
}

function buildTrie(literals: readonly NumberedLiteral[], classes: Uint8Array): Trie {
  const trie: Trie = { next: [new Map()], output: [new Set()] };
  for (const { literal, number } of literals) {
    let state = 0;
    for (let at = 0; at < literal.length; at++) {
      const symbol = classes[literal.charCodeAt(at)] ?? 0;
      let to = trie.next[state]?.get(symbol);
      if (to === undefined) {
        to = trie.next.length;
        trie.next[state]?.set(symbol, to);
        trie.next.push(new Map());
        trie.output.push(new Set());
      }
      state = to;
    }
    trie.output[state]?.add(number);
  }
  return trie;
}

/** The trie's states breadth first, each already complete in `table` (state × class to state) and with its suffixes' output. */
function completeTable(trie: Trie, size: number): { table: Int32Array; order: readonly number[] } {
  const table = new Int32Array(trie.next.length * size);
  const failure = new Int32Array(trie.next.length);
  const order: number[] = [0];
  for (const state of order) {
    const suffix = failure[state] ?? 0;
    for (const number of state === 0 ? [] : (trie.output[suffix] ?? [])) trie.output[state]?.add(number);
    for (let symbol = 0; symbol < size; symbol++) {
      const bySuffix = state === 0 ? 0 : (table[suffix * size + symbol] ?? 0);
      const to = trie.next[state]?.get(symbol);
      table[state * size + symbol] = to ?? bySuffix;
      if (to === undefined) continue;
      failure[to] = bySuffix;
      order.push(to);
    }
  }
  return { table, order };
}

/** Literals must be lower case and usable (see {@link usablePart}); an empty one is never found. */
export function buildLiteralAutomaton(literals: readonly NumberedLiteral[]): LiteralAutomaton {
  const { classes, size } = alphabet(literals);
  const trie = buildTrie(literals, classes);
  const { table, order } = completeTable(trie, size);

  // States that report come last, and a state is the offset of its row: the walk then needs one load and one comparison.
  const isSilent = (state: number): boolean => state === 0 || trie.output[state]?.size === 0;
  const reporting = order.filter((state) => !isSilent(state));
  const renumbered = [...order.filter(isSilent), ...reporting];
  const row = new Int32Array(renumbered.length);
  for (const [position, state] of renumbered.entries()) row[state] = position * size;
  const rows = new Int32Array(table.length);
  for (const [position, state] of renumbered.entries()) {
    for (let symbol = 0; symbol < size; symbol++) {
      rows[position * size + symbol] = row[table[state * size + symbol] ?? 0] ?? 0;
    }
  }
  const firstReporting = (renumbered.length - reporting.length) * size;
  const outputs = reporting.map((state) => [...(trie.output[state] ?? [])]);

  function walk(text: string, from: number, to: number, found: (number: number) => void): void {
    let state = 0;
    for (let at = from; at < to; at++) {
      state = rows[state + (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
      if (state < firstReporting) continue;
      for (const number of outputs[(state - firstReporting) / size] ?? []) found(number);
    }
  }
  return { walk };
}
