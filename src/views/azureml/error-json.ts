/**
 * Finds JSON in a text (whole, between other words, or escaped within a string) and walks the errors that it nests, from the outer to the inner.
 * Pure; the text is hostile, so length, depth and number of tries are bounded. It knows no code.
 */
import { isObject } from '../../model/json.ts';

/** One `code` with its message, where the JSON nests it. */
export interface JsonErrorLink {
  readonly code: string;
  readonly message: string;
  /** 0 is the outermost. */
  readonly depth: number;
}

/** Attempts at an opening brace: a log has few errors, an attack many braces. */
const MOST_TRIES = 60;
/** Longest JSON text that is parsed, in UTF-16 code units. */
const LONGEST = 262_144;
const DEEPEST = 24;
const MOST_LINKS = 200;
/** JSON within a string within JSON: Azure wraps the answer of each service in the next one's message. */
const MOST_NESTED_TEXTS = 40;

const CODE = /^[A-Za-z][A-Za-z0-9_.-]{1,99}$/;
/** The order in which an error of Azure nests (https://learn.microsoft.com/azure/azure-resource-manager/management/common-deployment-errors). */
const INWARDS = ['error', 'errors', 'details', 'innererror', 'additionalinfo', 'info', 'value'];

interface Walk {
  readonly links: JsonErrorLink[];
  nested: number;
}

/** Every error in every JSON of the text, in reading order. */
export function jsonErrors(text: string): readonly JsonErrorLink[] {
  const walk: Walk = { links: [], nested: 0 };
  gatherText(text, 0, 0, walk);
  return walk.links;
}

function gatherText(text: string, depth: number, level: number, walk: Walk): void {
  for (const value of jsonIn(text)) gather(value, depth, level, walk);
  // Printed by another program as a string: `{\"code\":\"BadRequest\"}`.
  if (/\\"(?:code|error)\\?"/i.test(text) && level < DEEPEST && walk.nested < MOST_NESTED_TEXTS) {
    walk.nested += 1;
    const before = walk.links.length;
    const bare = text.slice(0, LONGEST).replaceAll('\\"', '"').replaceAll('\\\\', '\\');
    const inner: Walk = { links: [], nested: walk.nested };
    gatherText(bare, depth, level + 1, inner);
    const known = new Set(walk.links.slice(0, before).map(({ code }) => code));
    for (const link of inner.links) if (!known.has(link.code) && walk.links.length < MOST_LINKS) walk.links.push(link);
    walk.nested = inner.nested;
  }
}

/** `depth` counts errors, `level` everything that nests. */
function gather(value: unknown, depth: number, level: number, walk: Walk): void {
  if (level > DEEPEST || walk.links.length >= MOST_LINKS) return;
  if (Array.isArray(value)) {
    for (const entry of value) gather(entry, depth, level + 1, walk);
    return;
  }
  if (typeof value === 'string') {
    if (value.includes('{') && walk.nested < MOST_NESTED_TEXTS) {
      walk.nested += 1;
      gatherText(value.slice(0, LONGEST), depth, level + 1, walk);
    }
    return;
  }
  if (!isObject(value)) return;
  const fields = Object.entries(value).map(([key, entry]) => [key.toLowerCase(), entry] as const);
  const code = fields.find(([key, entry]) => (key === 'code' || key === 'errorcode') && isCode(entry))?.[1];
  if (typeof code === 'string') {
    const message = fields.find(([key, entry]) => (key === 'message' || key === 'msg') && typeof entry === 'string');
    walk.links.push({ code, message: typeof message?.[1] === 'string' ? message[1].slice(0, LONGEST) : '', depth });
  }
  const inner = depth + (code === undefined ? 0 : 1);
  const rank = (key: string): number => (INWARDS.includes(key) ? INWARDS.indexOf(key) : INWARDS.length);
  for (const [, entry] of fields.toSorted(([one], [other]) => rank(one) - rank(other)))
    gather(entry, inner, level + 1, walk);
}

function isCode(value: unknown): boolean {
  return typeof value === 'string' && CODE.test(value);
}

/** The JSON objects and arrays that a text holds, outermost only. */
function jsonIn(text: string): readonly unknown[] {
  const found: unknown[] = [];
  let tries = 0;
  let at = nextOpening(text, 0);
  while (at >= 0 && tries < MOST_TRIES) {
    tries += 1;
    const end = endOf(text, at);
    const value = end === undefined ? undefined : parsed(text.slice(at, end));
    if (value !== undefined) found.push(value);
    at = nextOpening(text, value === undefined || end === undefined ? at + 1 : end);
  }
  return found;
}

/** An object, or an array of objects: `[17110]` of a log is none. */
function nextOpening(text: string, from: number): number {
  const opening = /\{\s{0,80}["}]|\[\s{0,80}\{\s{0,80}"/g;
  opening.lastIndex = from;
  return opening.exec(text)?.index ?? -1;
}

/** After the brace that closes the one at `start`. */
function endOf(text: string, start: number): number | undefined {
  let open = 0;
  let quoted = false;
  for (let at = start; at < Math.min(text.length, start + LONGEST); at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') open += 1;
    else if (character === '}' || character === ']') {
      open -= 1;
      if (open === 0) return at + 1;
    }
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    // Not JSON after all: braces of a log line, or one cut off.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
