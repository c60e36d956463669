/**
 * Finds the codes that Azure's command line and SDKs write as text: `(BadRequest) …`, `Code: BadRequest`, `Exception Details: (…)`, `ERROR: …`.
 * A name in a sentence is none. Pure; it knows no code.
 */
import { bareLine } from './bare-line.ts';

export interface LineErrorLink {
  readonly code: string;
  readonly message: string;
  readonly depth: number;
  /** From 1. */
  readonly line: number;
  /** Only Azure writes a code so; otherwise any program may begin a line with a name and a colon. */
  readonly certain: boolean;
}

const NAME = String.raw`((?!None\b)[A-Z][A-Za-z0-9]{2,80})`;
/** What stands before a code at the beginning of a line: a level, a heading's marks, the exception's class, a field's name. */
const LEAD = String.raw`^[\s#>*-]{0,20}(?:"?[Mm]essage"?: {0,4}"?)?(?:(?:[\w.]{1,80}\.)?\w{0,40}(?:ERROR|Error|Exception)\w{0,20}:\s{1,4})?`;
/** azure-core `HttpResponseError.__str__` and `ODataV4Format.message_details`; `(None)` where the answer has no code, which then stands in the message. */
const IN_PARENTHESES = new RegExp(String.raw`${LEAD}\((?:${NAME}\)|None\) ${NAME}:)\s{0,4}(.{0,4000})`);
const DETAILS = new RegExp(
  String.raw`^\s{0,20}(?:Exception Details|Inner ?[Ee]rror):\s{0,8}\(${NAME}\)\s{0,4}(.{0,4000})`,
);
const CODE_LINE = new RegExp(String.raw`^\s{0,20}(?:Error ?)?[Cc]ode\s{0,2}[:=]\s{0,4}["']?${NAME}["']?[\s,]{0,4}$`);
/** azcore of Go: `ERROR CODE: BadRequest`; older: `Code="BadRequest" Message="…"`. */
const GO_CODE = new RegExp(String.raw`(?:\bERROR CODE: ${NAME}|\bCode="${NAME}" Message="?(.{0,4000}))`);
const AFTER_LEVEL = new RegExp(
  String.raw`^[\s#>*-]{0,20}(?:ERROR|Error)\s{0,2}:\s{0,4}${NAME}\s{0,4}(?:$|[:.]\s{0,4}(.{0,4000}))`,
);
/** A name of several words, so that `Message:` and `Status:` are none; `)` where the paste lost what opened it. */
const NAME_FIRST = /^([A-Z][A-Za-z0-9]{0,40}[a-z0-9][A-Z][A-Za-z0-9]{0,40})(?::|\))\s(.{0,4000})/;

/** Most lines of a log hold none of it. */
const MAY_TELL = /\([A-Z]|code|error|^[^\s]{0,40}[A-Z][A-Za-z0-9]{2,80}[:)]\s/i;

interface Part {
  readonly text: string;
  readonly line: number;
}

export function lineErrors(lines: readonly string[]): readonly LineErrorLink[] {
  const links: LineErrorLink[] = [];
  let depth = 0;
  for (const { text, line } of lines.flatMap((whole, index) => partsOf(whole.slice(0, 8192), index + 1))) {
    if (!MAY_TELL.test(text)) continue;
    const details = DETAILS.exec(text);
    if (details !== null) depth += 1;
    const bracketed = details === null ? IN_PARENTHESES.exec(text) : null;
    const loose = details ?? bracketed ?? AFTER_LEVEL.exec(text) ?? NAME_FIRST.exec(text);
    if (loose !== null && details === null) depth = 0;
    const go = loose === null ? GO_CODE.exec(text) : null;
    const code =
      bracketed?.[1] ?? bracketed?.[2] ?? loose?.[1] ?? go?.[1] ?? go?.[2] ?? CODE_LINE.exec(text)?.[1] ?? undefined;
    if (code === undefined) continue;
    // `Code: X` repeats what the line `(X) …` above it said.
    if (loose === null && links.at(-1)?.code === code) continue;
    links.push({
      code,
      message: (bracketed === null ? loose?.[2] : bracketed[3]) ?? go?.[3] ?? '',
      depth,
      line,
      certain: loose === null || details !== null || bracketed !== null,
    });
  }
  return links;
}

/** A line that somebody folded is several: by a web form, or as a string within JSON or Python's notation. */
function partsOf(whole: string, line: number): readonly Part[] {
  const bare = bareLine(whole);
  const isEscaped = /\\n\s{0,20}(?:Code: |Message: |Exception Details:)/.test(bare);
  const unescaped = isEscaped ? bare.replaceAll('\\n', '\n').replaceAll('\\t', ' ') : bare;
  const isFolded = /\) .{1,4000} Code: [A-Z]/.test(unescaped);
  const unfolded = isFolded
    ? unescaped.replaceAll(/ (?=(?:Exception Details:\s|Code: [A-Z]\w{2,80}(?: Message:| Exception| Target|$)))/g, '\n')
    : unescaped;
  return unfolded.split('\n').map((text) => ({ text, line }));
}
