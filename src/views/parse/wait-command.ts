/**
 * Reads the command of an init container that only waits for another service: a loop around a check, or one of the usual waiting programs.
 * Responsible for the words of the command; whether what it waits for is there is for its caller to know.
 */
import { listAt } from '../../model/json.ts';

/** `name` as the command writes it, `host` with a port where one is named. */
export interface AwaitedHost {
  readonly host: string;
  readonly port?: string;
}

/** The words of a loop, in this order. */
const LOOP: readonly RegExp[] = [/\b(?:until|while)\b/, /\bdo\b/, /\bsleep\b/];
const CHECK =
  /\b(?:nslookup|getent|dig|nc|ncat|netcat|telnet|ping|pg_isready|redis-cli|mysqladmin|mongosh?|psql)\b|\/dev\/tcp\//;
/** Asks without keeping the answer. */
const ASK = /\b(?:curl|wget)\b/;
const KEEPS = /\s-(?:o|O|P|\w*[oO])\s*(?!-|\/dev\/null)\S|--(?:output|remote-name|output-document)\b/;
const PROGRAM = /\b(?:wait-for-it(?:\.sh)?|wait-for(?:\.sh)?|wait4x|dockerize|wait-on)\b/;

/** Host names in the places where checks take them. The character classes exclude the shell's own signs and variables. */
const HOSTS: readonly RegExp[] = [
  /\b(?:nslookup|getent\s+(?:a?hosts(?:v4)?)|dig(?:\s+\+\w+){0,3})\s+(?:-\S+\s+){0,3}(?<host>[a-z0-9][\w.-]{0,252})/g,
  /\b(?:nc|ncat|netcat)\s+(?:-[a-zA-Z]+(?:\s+\d+)?\s+){0,6}(?<host>[a-zA-Z][\w.-]{0,252})\s+(?<port>\d{1,5})/g,
  /\bpg_isready\b[^;|&\n]{0,200}?(?:-h|--host)[ =](?<host>[a-zA-Z][\w.-]{0,252})(?:[^;|&\n]{0,100}?(?:-p|--port)[ =](?<port>\d{1,5}))?/g,
  /\bredis-cli\b[^;|&\n]{0,200}?-h (?<host>[a-zA-Z][\w.-]{0,252})(?:[^;|&\n]{0,100}?-p (?<port>\d{1,5}))?/g,
  /\bmysqladmin\b[^;|&\n]{0,200}?(?:-h ?|--host[ =])(?<host>[a-zA-Z][\w.-]{0,252})/g,
  /\/dev\/tcp\/(?<host>[a-zA-Z][\w.-]{0,252})\/(?<port>\d{1,5})/g,
  /\b[a-z][a-z+]{1,20}:\/\/(?:[^@\s/]{1,100}@)?(?<host>[a-zA-Z][\w.-]{0,252})(?::(?<port>\d{1,5}))?/g,
  /\b(?:wait-for-it(?:\.sh)?|wait-for(?:\.sh)?)\s+(?:-\S{1,60}\s+(?:\d{1,6}\s+)?){0,3}(?<host>[a-zA-Z][\w.-]{0,252}):(?<port>\d{1,5})/g,
  /\bwait4x\s+tcp\s+(?<host>[a-zA-Z][\w.-]{0,252}):(?<port>\d{1,5})/g,
];

export function onlyWaits(container: unknown): boolean {
  const text = commandText(container);
  if (PROGRAM.test(text)) return true;
  if (!inOrder(text, LOOP)) return false;
  return CHECK.test(text) || (ASK.test(text) && !KEEPS.test(text));
}

/** The hosts that the command waits for, in its order, each once. */
export function awaitedHosts(container: unknown): readonly AwaitedHost[] {
  const text = commandText(container);
  const found = new Map<string, AwaitedHost & { readonly at: number }>();
  for (const expression of HOSTS) {
    for (const match of text.matchAll(expression)) {
      const host = match.groups?.['host']?.replace(/\.$/, '');
      const port = match.groups?.['port'];
      if (host === undefined || found.has(host)) continue;
      found.set(host, { host, ...(port === undefined ? {} : { port }), at: match.index });
    }
  }
  return [...found.values()]
    .toSorted((one, other) => one.at - other.at)
    .map(({ host, port }) => ({ host, ...(port === undefined ? {} : { port }) }));
}

/** One pass over the text for each word, whatever the text. */
function inOrder(text: string, words: readonly RegExp[]): boolean {
  let rest = text;
  for (const word of words) {
    const match = word.exec(rest);
    if (match === null) return false;
    rest = rest.slice(match.index + match[0].length);
  }
  return true;
}

const LONGEST_COMMAND = 8192;

function commandText(container: unknown): string {
  return [...listAt(container, 'command'), ...listAt(container, 'args')]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .slice(0, LONGEST_COMMAND);
}
