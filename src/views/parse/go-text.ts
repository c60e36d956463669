/**
 * What the message parsers share: bounding hostile text, and reading strings as Go's `%q` verb prints them.
 * Responsible for text only; it knows no message of Kubernetes.
 */

/** Kubelet messages have no limit of their own; what lies behind this many characters is never the cause's beginning. */
const LONGEST_MESSAGE = 16_384;

/** The source of a regular expression for a `%q` string; its one capture group holds the text between the quotes. */
export const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;

/** The message without surrounding white space, cut to a length that every expression here handles quickly. */
export function boundMessage(message: string): string {
  return (message.length > LONGEST_MESSAGE ? message.slice(0, LONGEST_MESSAGE) : message).trim();
}

/** Undoes the escapes that matter in names and paths (`\"` and `\\`); others stay as Go printed them. */
export function unquoteGo(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1');
}

/** Takes off every prefix that matches, again and again, from the outside in. Each expression must be anchored at `^`. */
export function stripPrefixes(message: string, prefixes: readonly RegExp[]): string {
  let text = message;
  for (let round = 0; round < 24; round += 1) {
    const before = text;
    for (const prefix of prefixes) text = text.replace(prefix, '');
    if (text === before) return text;
  }
  return text;
}

/** The first capture group of the first expression that matches, unquoted; undefined where none does. */
export function captured(text: string, ...expressions: readonly RegExp[]): string | undefined {
  for (const expression of expressions) {
    const group = expression.exec(text)?.[1];
    if (group !== undefined) return unquoteGo(group);
  }
  return undefined;
}
