/**
 * A trace as text for a person at 3 a.m.: the verdict, the first hop that does not pass with what the caller gets, the path of each caller drawn as a line
 * of hops, then what was read at each hop. Reads nothing but the TraceReport.
 */
import type { TraceHop, TracePath, TraceReport, TraceSent } from '../../model/trace-schema.ts';
import { commandLines } from '../shell.ts';
import { asciiTypography, cleanLine, widthOf, wrap } from '../text.ts';
import {
  answerText,
  callerText,
  decisiveHop,
  evidenceText,
  hopFacts,
  hostText,
  objectText,
  outcomeText,
  requestText,
  statusText,
  targetText,
  verdictText,
} from '../trace-words.ts';
import { plural, sentence } from '../wording.ts';
import { ASCII, UNICODE } from './figures.ts';
import { INDENT, section, type Canvas, type TerminalOptions } from './render.ts';
import { COLOURED, PLAIN } from './style.ts';

const WIDEST = 100;
const NARROWEST = 50;
/** Columns for the number, the mark and the title of a hop. */
const HOP_COLUMNS = 27;
/** What is said of a hop stands beside its title from this width on. */
const BESIDE_FROM = 80;

interface Marks {
  readonly text: Readonly<Record<TraceHop['state'], string>>;
  readonly between: string;
  readonly leads: string;
}

const UNICODE_MARKS: Marks = {
  text: { passes: '✓', fails: '✗', unknown: '?', 'not-reached': '·' },
  between: ' ─ ',
  leads: '→',
};
const ASCII_MARKS: Marks = {
  text: { passes: 'ok', fails: 'x', unknown: '?', 'not-reached': '.' },
  between: ' - ',
  leads: '->',
};

export function renderTrace(report: TraceReport, options: TerminalOptions): string {
  const canvas: Canvas = {
    width: Math.min(WIDEST, Math.max(NARROWEST, options.width)),
    style: options.colour ? COLOURED : PLAIN,
    figures: options.ascii ? ASCII : UNICODE,
    told: options.ascii ? asciiTypography : (text) => text,
  };
  const marks = options.ascii ? ASCII_MARKS : UNICODE_MARKS;
  const lines = [...headerLines(report, canvas), ...decisiveLines(report, canvas)];
  for (const index of report.paths.keys()) lines.push(...pathLines(report, index, canvas, marks));
  if (report.sent !== undefined) lines.push('', ...sentLines(report.sent, canvas, marks));
  lines.push(...hopSections(report, canvas, marks), ...gapLines(report, canvas));
  lines.push('', footer(report, canvas));
  return `${lines.map((line) => canvas.told(line).trimEnd()).join('\n')}\n`;
}

function headerLines(report: TraceReport, canvas: Canvas): string[] {
  const { style, figures, width } = canvas;
  const { subject } = report;
  const left = [subject.name, subject.kind, subject.namespace]
    .flatMap((part) => (part === undefined ? [] : cleanLine(part)))
    .join(` ${figures.dot} `);
  const right = statusText(report);
  const coloured =
    report.status === 'passes'
      ? style.green(right)
      : report.status === 'fails'
        ? style.red(right)
        : style.yellow(right);
  const space = width - widthOf(left) - widthOf(right);
  const head = space >= 2 ? [`${style.bold(left)}${' '.repeat(space)}${coloured}`] : [style.bold(left), coloured];
  const taken = report.takenAt.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
  const sent = report.sent === undefined ? 'Sent nothing' : 'Sent one request';
  return [
    ...head,
    ...wrap(
      cleanLine(`From the configuration in ${report.source}, taken ${taken}. ${sent}; changed nothing.`),
      width,
    ).map(style.dim),
  ];
}

function decisiveLines(report: TraceReport, canvas: Canvas): string[] {
  const found = decisiveHop(report);
  if (found === undefined) return [];
  const { hop, path, number } = found;
  const width = canvas.width - INDENT;
  const { style } = canvas;
  const failed = report.status === 'fails';
  const object = objectText(hop);
  const body = [
    ...wrap(`Hop ${number} ${callerText(path)}: ${placeText(hop, object)}`, width).map(style.bold),
    ...wrap(sentence(cleanLine(hop.says)), width),
    ...(hop.answer === undefined ? [] : wrap(`The caller gets ${answerText(hop.answer)}`, width).map(style.red)),
  ];
  const command =
    hop.command === undefined ? [] : commandLines(hop.command.map(cleanLine), width - 2).map((line) => `  ${line}`);
  const todo =
    hop.todo === undefined ? [] : ['', ...section('DO', [...wrap(cleanLine(hop.todo), width), ...command], canvas)];
  return ['', ...section(failed ? 'CAUSE' : 'OPEN', body, canvas), ...todo];
}

/** `Service cards/x`, `model (Pod cards/x)`: the object alone where its kind says what the hop is. */
function placeText(hop: TraceHop, object: string | undefined): string {
  const title = cleanLine(hop.title);
  if (object === undefined) return title;
  return object.startsWith(`${title} `) ? object : `${title} (${object})`;
}

function coloured(state: TraceHop['state'], text: string, { style }: Canvas): string {
  const paint = { passes: style.green, fails: style.red, unknown: style.yellow, 'not-reached': style.dim };
  return paint[state](text);
}

/** What stands in PATH for one path; a path that ends as one before it is told in a line. */
function pathLines(report: TraceReport, index: number, canvas: Canvas, marks: Marks): string[] {
  const path = report.paths[index];
  if (path === undefined) return [];
  const width = canvas.width - INDENT;
  const same = report.paths.slice(0, index).find((before) => sameWay(before, path));
  const end = same === undefined ? endText(report, path) : `the same as ${callerText(same)}`;
  const lines = [
    canvas.style.bold(callerText(path)),
    ...requestLines(path, width),
    ...(same === undefined ? drawn(path, canvas, marks) : []),
    ...wrap(`${marks.leads} ${end}`, width),
    ...(path.notes ?? []).flatMap((note) => wrap(cleanLine(note), width).map(canvas.style.yellow)),
  ];
  return ['', ...section('PATH', lines, canvas)];
}

/** From the route on both meet the same; what lies before it is told among the hops. */
function sameWay(one: TracePath, other: TracePath): boolean {
  const way = ({ target, outcome, hops }: TracePath): string =>
    JSON.stringify([
      target,
      outcome.state === 'passes' ? outcome : [outcome.state, hops[outcome.hop]?.title, hops[outcome.hop]?.says],
      hops.filter((hop) => hop.id !== 'client' && hop.id !== 'address').map((hop) => [hop.state, hop.title]),
    ]);
  return way(one) === way(other) && one.tag === other.tag;
}

function requestLines(path: TracePath, width: number): readonly string[] {
  const url = requestText(path);
  return widthOf(url) <= width || path.host === ''
    ? wrap(url, width)
    : [...wrap(`${path.method} ${cleanLine(path.path)}`, width), ...wrap(`Host ${cleanLine(hostText(path))}`, width)];
}

/** The words of an answer that stand in CAUSE already are not said again. */
function endText(report: TraceReport, path: TracePath): string {
  const target = targetText(path);
  const { outcome } = path;
  const said = decisiveHop(report)?.hop.answer;
  const brief = outcome.state === 'fails' && said !== undefined && said.words === outcome.answer.words;
  return `${target === '' ? '' : `${target} `}${outcomeText(path, brief)}`;
}

/** The path as a line of hops, broken between hops. */
function drawn(path: TracePath, canvas: Canvas, marks: Marks): string[] {
  const width = canvas.width - INDENT;
  const lines: string[] = [];
  let line = '';
  let columns = 0;
  for (const [index, hop] of path.hops.entries()) {
    const text = `${marks.text[hop.state]} ${cleanLine(hop.title)}`;
    const joined = index === 0 ? '' : marks.between;
    if (columns > 0 && columns + widthOf(joined) + widthOf(text) > width - 2) {
      lines.push(`${line}${joined.trimEnd()}`);
      [line, columns] = ['', 0];
    } else {
      line += joined;
      columns += widthOf(joined);
    }
    line += coloured(hop.state, text, canvas);
    columns += widthOf(text);
  }
  return [...lines, line];
}

/** What was read at each hop, but for the client, who stands in PATH; a hop that an earlier path shares is told once. */
function hopSections(report: TraceReport, canvas: Canvas, marks: Marks): string[] {
  const told = new Set<string>();
  const decisive = decisiveHop(report);
  const lines: string[] = [];
  for (const path of report.paths) {
    const own = path.hops.map((hop, index) => ({ hop, index, key: JSON.stringify(hop) }));
    const fresh = own.filter(({ hop, key }) => hop.id !== 'client' && hop.state !== 'not-reached' && !told.has(key));
    if (fresh.length === 0) continue;
    if (report.paths.length > 1) {
      const target = targetText(path);
      const heading = `${callerText(path)}${target === '' ? '' : `, to ${target}`}`;
      for (const line of wrap(heading, canvas.width - INDENT))
        lines.push(canvas.style.bold(`${' '.repeat(INDENT)}${line}`));
    }
    const shared = own.filter(({ hop, key }) => hop.id !== 'client' && told.has(key)).length;
    let before: string | undefined;
    for (const { hop, index, key } of fresh) {
      told.add(key);
      const object = objectText(hop);
      lines.push(
        ...hopLines(hop, {
          number: index + 1,
          object: object === before ? undefined : object,
          decides: hop === decisive?.hop,
          canvas,
          marks,
        }),
      );
      before = object;
    }
    if (shared > 0) lines.push(`${' '.repeat(INDENT)}${canvas.style.dim(`${plural(shared, 'hop')} as above`)}`);
  }
  return lines.length === 0 ? [] : ['', canvas.style.bold('HOPS'), ...lines];
}

interface HopParts {
  readonly number: number;
  /** Left out where the hop before it has the same. */
  readonly object: string | undefined;
  /** Told in full in CAUSE or OPEN. */
  readonly decides: boolean;
  readonly canvas: Canvas;
  readonly marks: Marks;
}

/** Beside the title where there is room, else below it. */
function hopLines(hop: TraceHop, { number, object, decides, canvas, marks }: HopParts): string[] {
  const beside = canvas.width >= BESIDE_FROM;
  const indent = beside ? HOP_COLUMNS + 1 : INDENT + 1;
  const width = Math.max(20, canvas.width - indent - 1);
  const { style } = canvas;
  const mark = coloured(hop.state, marks.text[hop.state].padEnd(2), canvas);
  const head = `${String(number).padStart(4)} ${mark} ${cleanLine(hop.title)}`;
  const says = wrap(cleanLine(hop.says), width);
  const rest: string[] = [];
  const named = object === undefined || hop.says.includes(hop.object?.name ?? '') ? '' : object;
  const facts = [named, hopFacts(hop)].filter((text) => text !== '').join(', ');
  if (facts !== '') rest.push(...wrap(facts, width).map(style.dim));
  if (hop.state === 'fails' || hop.state === 'unknown')
    for (const evidence of hop.evidence.slice(0, 3)) rest.push(...wrap(evidenceText(evidence), width).map(style.dim));
  if (hop.answer !== undefined && !decides)
    rest.push(...wrap(`the caller gets ${answerText(hop.answer)}`, width).map(style.red));
  const lines = [...says, ...rest];
  if (!beside) return [head, ...lines.map((line) => `${' '.repeat(indent)}${line}`)];
  const title = `${String(number).padStart(4)} ${mark} ${cleanLine(hop.title)
    .slice(0, HOP_COLUMNS - 9)
    .padEnd(HOP_COLUMNS - 8)}`;
  return lines.map((line, index) => (index === 0 ? `${title} ${line}` : `${' '.repeat(indent)}${line}`));
}

function sentLines(sent: TraceSent, canvas: Canvas, marks: Marks): string[] {
  const width = canvas.width - INDENT;
  const { style } = canvas;
  const phases = sent.phases
    .map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`)
    .join(', ');
  const body = [
    ...wrap(`${sent.method} ${cleanLine(sent.url)} ${cleanLine(sent.via)}`, width),
    ...wrap(verdictText(sent), width).map(sent.verdict === 'otherwise' ? style.yellow : style.bold),
    ...(phases === '' ? [] : wrap(phases, width)),
    ...Object.entries(sent.headers).flatMap(([name, value]) =>
      wrap(cleanLine(`${name}: ${value}`), width).map(style.dim),
    ),
    ...(sent.body === '' ? [] : wrap(cleanLine(sent.body.slice(0, 400)), width)),
    ...sent.compared.flatMap(({ hop, expected, observed, state }) =>
      wrap(
        cleanLine(
          `${state === 'same' ? marks.text.passes : state === 'differs' ? marks.text.fails : marks.text.unknown} ${hop}: expected ${expected}; ${observed}`,
        ),
        width,
      ),
    ),
  ];
  return section('SENT', body, canvas);
}

const MOST_GAPS = 5;

function gapLines(report: TraceReport, canvas: Canvas): string[] {
  const waiting = new Set(
    report.paths.flatMap((path) => path.hops.flatMap((hop) => (hop.state === 'unknown' ? hop.gaps : []))),
  );
  const gaps = report.gaps.filter((gap) => waiting.has(gap.id));
  if (gaps.length === 0) return [];
  const width = canvas.width - INDENT - 2;
  const lines = ['', canvas.style.bold('NOT KNOWN')];
  const item = (mark: string, text: string): void => {
    for (const [index, line] of wrap(cleanLine(text), width).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${mark} ` : '  '}${line}`);
  };
  for (const gap of gaps.slice(0, MOST_GAPS)) {
    item('?', `${gap.wanted}: ${gap.detail}`);
    if (gap.unlock !== undefined) item(' ', `unlock: ${gap.unlock}`);
  }
  if (gaps.length > MOST_GAPS) item('?', `and ${plural(gaps.length - MOST_GAPS, 'more gap')}: -o json`);
  return lines;
}

function footer(report: TraceReport, canvas: Canvas): string {
  const { dot } = canvas.figures;
  const right = `exit ${report.exitCode}`;
  const room = canvas.width - right.length - 2;
  const whole = `More: -o json ${dot} --send sends one real request along the path`;
  // A capture cannot be called.
  const left = report.source.startsWith('capture') || widthOf(whole) > room ? 'More: -o json' : whole;
  return canvas.style.dim(`${left}${' '.repeat(Math.max(2, canvas.width - widthOf(left) - right.length))}${right}`);
}
