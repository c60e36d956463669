/**
 * From bytes to JSON values: encodings, concatenated JSON documents, YAML as kubectl reads it. Knows nothing of Kubernetes.
 * Errors name the file and the place, and quote nothing of the content.
 */
import { loadAll, Schema, YAML11_SCHEMA, YAMLException } from 'js-yaml';
import { isObject } from '../../model/json.ts';
import { InferscopeProblem } from '../problem.ts';

/** UTF-8, with or without a byte order mark, or UTF-16 as Windows PowerShell redirects it. */
export function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', start);
}

/** One JSON document. Throws InferscopeProblem IS0003. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadableAt(file, 'JSON', text, offsetOf(error, text), text.trim() === '' ? 'it is empty' : undefined);
  }
}

/** V8 names the position of some errors only, and quotes the text in others. */
function offsetOf(error: unknown, text: string): number {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? firstForeign(text) : Number(position);
}

const WORD = /(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])|[\s,:{}[\]]+/y;
const WORD_BEGIN = /^(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|-?\d*\.?\d*(?:[eE][+-]?\d*)?)$/;

/** Where the first thing stands that is no token of JSON; the end of the text where all of it is, so that something must be missing. */
function firstForeign(text: string): number {
  let at = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) === 0x22) {
      at = endOfString(text, at) + 1;
      continue;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) {
      const rest = text.slice(at, at + 64);
      if (WORD_BEGIN.test(rest)) return text.length;
      const wrong = /^(?:true|tru|tr|t|false|fals|fal|fa|f|null|nul|nu|n)/.exec(rest)?.[0].length ?? 0;
      return at + wrong;
    }
    at += word.length;
  }
  return text.length;
}

function unreadableAt(file: string, form: string, text: string, offset: number, reason?: string): InferscopeProblem {
  const line = lineAt(text, offset);
  const what = reason ?? (offset >= text.trimEnd().length ? `the ${form} ends unfinished` : `this is no ${form}`);
  return new InferscopeProblem({
    code: 'IS0003',
    tried: `Read ${file} as ${form}`,
    found: `${what} at offset ${offset} (line ${line})`,
    todo: [
      'Check that the file was written whole: a full disk or a closed pipe cuts it off',
      'Make it again with kubectl get -o yaml',
    ],
  });
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

const MOST_DOCUMENTS = 100_000;

/** JSON documents one after the other, as `kubectl get … -o json` in a loop writes them, or one. Throws InferscopeProblem IS0003. */
export function parseJsonDocuments(text: string, file: string): readonly unknown[] {
  let first: unknown;
  try {
    first = JSON.parse(text);
    return [first];
  } catch {
    // One document or none is the common case; what is wrong is found below, with its place in the whole file.
  }
  const documents: unknown[] = [];
  let start = skipSpace(text, 0);
  while (start < text.length && documents.length < MOST_DOCUMENTS) {
    const end = endOfValue(text, start);
    const part = text.slice(start, end);
    try {
      documents.push(JSON.parse(part));
    } catch (error) {
      throw unreadableAt(file, 'JSON', text, start + offsetOf(error, part));
    }
    start = skipSpace(text, end);
  }
  if (documents.length === 0) throw unreadableAt(file, 'JSON', text, 0, 'it is empty');
  return documents;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** Behind the closing bracket of the value that begins at `start`; the end of the text where it does not close. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = endOfString(text, at);
    else if (char === 0x7b || char === 0x5b) depth += 1;
    else if (char === 0x7d || char === 0x5d) {
      depth -= 1;
      if (depth <= 0) return at + 1;
    }
  }
  return text.length;
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at += 1;
    else if (char === 0x22) return at;
  }
  return text.length;
}

/**
 * YAML 1.1 without types that JSON does not have: kubectl turns YAML into JSON and leaves timestamps as text
 * (sigs.k8s.io/yaml; yaml.v2 decodes a timestamp into an interface as a string).
 */
const KUBECTL_SCHEMA = new Schema(
  YAML11_SCHEMA.tags.filter((tag) => !/:(?:timestamp|binary|set|omap|pairs)$/.test(tag.tagName)),
);
const DEEPEST = 100;
const MOST_ALIASES = 1000;
const MOST_ALIASED_NODES = 1_000_000;

/** All documents of a YAML stream; empty ones are left out. Throws InferscopeProblem IS0003. */
export function parseYamlDocuments(text: string, file: string): readonly unknown[] {
  let documents: unknown[];
  try {
    documents = loadAll(text, { schema: KUBECTL_SCHEMA, json: true, maxDepth: DEEPEST, maxAliases: MOST_ALIASES });
  } catch (error) {
    const mark = error instanceof YAMLException ? error.mark : undefined;
    const reason = error instanceof YAMLException ? error.reason.slice(0, 200) : 'this is no YAML';
    throw unreadableAt(file, 'YAML', text, mark?.position ?? 0, reason);
  }
  // Aliases share one value in many places: harmless as a graph, a bomb as the tree that everything later walks.
  if (/(?:^|[\s[{,])\*[^\s*]/m.test(text)) {
    if (sizeAsTree(documents, new Map()) > MOST_ALIASED_NODES) {
      throw unreadableAt(file, 'YAML', text, 0, 'its aliases unfold to more than a million values');
    }
    documents = documents.map((document) => structuredCloneAsTree(document));
  }
  return documents.filter((document) => document !== null && document !== undefined);
}

/** Number of values when every alias is written out; infinite where one holds itself. */
function sizeAsTree(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  known.set(value, Infinity);
  let size = 1;
  for (const entry of Array.isArray(value) ? value : Object.values(value)) size += sizeAsTree(entry, known);
  known.set(value, size);
  return size;
}

function structuredCloneAsTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneAsTree);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, structuredCloneAsTree(entry)]));
}
