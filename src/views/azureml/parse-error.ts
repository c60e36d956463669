/**
 * Reads what Azure Machine Learning says of a failure: the JSON and the text of `az ml`, of the SDKs, of ARM and Helm, and the head of an answer.
 * Gives the chain of codes from the outer wrapper to the innermost, and the catalogue's entries that they are. Prose is no evidence: a name counts
 * only where a machine writes it. Pure; the text is hostile and bounded.
 */
import { isMeant, topicsOf, type Topics } from './azure-words.ts';
import { bareLine } from './bare-line.ts';
import { AZURE_ERRORS, azureErrorNamed, type AzureError, type Reason } from './catalog/index.ts';
import { jsonErrors } from './error-json.ts';
import { lineErrors } from './error-lines.ts';
import { foldedLine, foldedText, holdsString, literalParts } from './error-strings.ts';
import { httpHeads, isOfAzure, type HttpHead } from './http-head.ts';

export interface ErrorLink {
  readonly code: string;
  readonly message: string;
  /** 0 is the outermost. */
  readonly depth: number;
  /** Where it is written, from 1. */
  readonly line: number;
}

export interface MatchedError {
  readonly error: AzureError;
  /** How it is told: by its name as a code, by its words, or by the status of an answer. */
  readonly by: 'code' | 'string' | 'http';
  /** From 1. */
  readonly line: number;
  /** The line, cut where it is long. */
  readonly quote: string;
  /** Those of its reasons whose own words the text holds; all are possible where none is. */
  readonly reasons: readonly Reason[];
  readonly depth: number;
}

export interface AzureErrorText {
  /** From the outer wrapper to the innermost, every code once. */
  readonly chain: readonly ErrorLink[];
  /** Outermost first, each once. */
  readonly matches: readonly MatchedError[];
  /** Those of {@link matches}. */
  readonly errors: readonly AzureError[];
  /** The innermost that is no wrapper; the innermost wrapper where there is no other. */
  readonly decisive?: MatchedError;
  readonly http?: HttpHead;
}

/** Longest text that is looked at, in UTF-16 code units; an error stands at the beginning, or at the end of a log. */
const LONGEST = 1_048_576;
const QUOTE = 300;

/** Undefined where nothing of Azure ML is in the text. Words that others use, too, count only beside words of Azure ML. */
export function parseAzureError(text: string): AzureErrorText | undefined {
  const bounded = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
  const lines = bounded.split(/\r?\n/);
  const chain = chainOf(bounded, lines);
  const http = httpHeads(lines.map(bareHead)).findLast(
    (head) => head.status === 424 || (head.status >= 400 && isOfAzure(head, bounded)),
  );
  const topics = topicsOf(bounded);
  const matches = [
    ...matchesByCode(chain, lines, topics),
    ...matchesByString(chain, lines, topics),
    ...(http === undefined ? [] : matchOfHttp(http, lines)),
  ];
  const distinct = onePerError(matches);
  if (distinct.length === 0) return undefined;
  const decisive = decisiveOf(distinct);
  return {
    chain,
    matches: distinct,
    errors: distinct.map(({ error }) => error),
    ...(decisive === undefined ? {} : { decisive }),
    ...(http === undefined ? {} : { http }),
  };
}

/** `> ` before a line is what curl -v sent, `< ` what it got. */
function bareHead(line: string): string {
  return line.startsWith('>') ? line : bareLine(line);
}

function chainOf(text: string, lines: readonly string[]): readonly ErrorLink[] {
  const fromLines = lineErrors(lines).filter(({ code, certain }) => certain || azureErrorNamed(code)?.name === code);
  const deepest = Math.max(-1, ...fromLines.map(({ depth }) => depth));
  // JSON stands in the message of the text around it, so its codes lie deeper.
  const fromJson = jsonErrors(text).map((link) => ({
    ...link,
    depth: link.depth + deepest + 1,
    line: lineOf(lines, link.code),
  }));
  const seen = new Set<string>();
  return [...fromLines, ...fromJson].flatMap(({ code, message, depth, line }) => {
    if (seen.has(code)) return [];
    seen.add(code);
    return [{ code, message, depth, line }];
  });
}

function lineOf(lines: readonly string[], code: string): number {
  const quoted = lines.findIndex((line) => line.includes(`"${code}`));
  const any = quoted >= 0 ? quoted : lines.findIndex((line) => line.includes(code));
  return Math.max(0, any) + 1;
}

function matchesByCode(chain: readonly ErrorLink[], lines: readonly string[], topics: Topics): readonly MatchedError[] {
  return chain.flatMap(({ code, message, depth, line }) => {
    const error = azureErrorNamed(code);
    // Letter case counts: `code: notsupported` is somebody else's.
    if (error === undefined || error.name !== code || error.area === 'http') return [];
    if (!isMeant(error, topics)) return [];
    const around = `${message}\n${lines.slice(line - 1, line + 20).join('\n')}`;
    return [
      { error, by: 'code' as const, line, quote: quoteOf(lines, line, code), reasons: reasonsIn(error, around), depth },
    ];
  });
}

function matchesByString(
  chain: readonly ErrorLink[],
  lines: readonly string[],
  topics: Topics,
): readonly MatchedError[] {
  const places = [
    ...lines.map((text, index) => ({ text, line: index + 1, depth: depthAt(chain, index + 1) })),
    // What JSON had escaped is compared as it was meant.
    ...chain.map(({ message, line, depth }) => ({ text: message, line, depth })),
  ].map((place) => ({ ...place, lower: place.text.toLowerCase() }));
  const whole = places.map(({ lower }) => lower).join('\n');
  const folded = foldedText(lines);
  return AZURE_ERRORS.flatMap((error) => {
    if (!isMeant(error, topics)) return [];
    for (const pattern of error.strings) {
      const isPossible = literalParts(pattern).every((part) => whole.includes(part.toLowerCase()));
      const place = isPossible ? places.find(({ lower }) => holdsString(lower, pattern)) : undefined;
      const line = place?.line ?? foldedLine(folded, pattern);
      if (line === undefined) continue;
      const [part = ''] = literalParts(pattern);
      const around = place?.text ?? lines.slice(line - 1, line + 10).join('\n');
      const depth = (place?.depth ?? depthAt(chain, line)) + 0.5;
      return [
        {
          error,
          by: 'string' as const,
          line,
          quote: quoteOf(lines, line, part),
          reasons: reasonsIn(error, around),
          depth,
        },
      ];
    }
    return [];
  });
}

/** The words on a line belong to the last code that stands on it or above it. */
function depthAt(chain: readonly ErrorLink[], line: number): number {
  return Math.max(0, ...chain.filter((link) => link.line <= line).map(({ depth }) => depth));
}

function matchOfHttp(http: HttpHead, lines: readonly string[]): readonly MatchedError[] {
  const error = azureErrorNamed(`Http${http.status}`);
  if (error === undefined) return [];
  const headers = [...http.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return [
    {
      error,
      by: 'http',
      line: http.line,
      quote: quoteOf(lines, http.line, 'HTTP'),
      reasons: reasonsIn(error, headers),
      depth: 0,
    },
  ];
}

function reasonsIn(error: AzureError, text: string): readonly Reason[] {
  const lower = text.toLowerCase();
  const folded = foldedText(text.split('\n'));
  return error.reasons.filter(({ strings = [] }) =>
    strings.some((pattern) => holdsString(lower, pattern) || foldedLine(folded, pattern) !== undefined),
  );
}

function onePerError(matches: readonly MatchedError[]): readonly MatchedError[] {
  const best = new Map<string, MatchedError>();
  for (const match of matches) {
    const known = best.get(match.error.name);
    if (known === undefined || known.reasons.length < match.reasons.length) best.set(match.error.name, match);
  }
  return [...best.values()].toSorted((one, other) => one.depth - other.depth || one.line - other.line);
}

function decisiveOf(matches: readonly MatchedError[]): MatchedError | undefined {
  const innermost = (some: readonly MatchedError[]): MatchedError | undefined =>
    some.reduce<MatchedError | undefined>(
      (best, match) => (best === undefined || match.depth > best.depth ? match : best),
      undefined,
    );
  const named = matches.filter(({ error, by }) => error.wrapper !== true && by !== 'http');
  return (
    innermost(named) ??
    innermost(matches.filter(({ reasons }) => reasons.length > 0)) ??
    innermost(matches.filter(({ error }) => error.wrapper !== true)) ??
    innermost(matches)
  );
}

/** A long line is cut around what is meant. */
function quoteOf(lines: readonly string[], line: number, part: string): string {
  const text = (lines[line - 1] ?? '').trim();
  if (text.length <= QUOTE) return text;
  const at = Math.max(0, text.toLowerCase().indexOf(part.toLowerCase()));
  const from = Math.max(0, Math.min(at - 60, text.length - QUOTE));
  const to = Math.min(text.length, from + QUOTE);
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}
