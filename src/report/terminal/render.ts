/**
 * The terminal report: the Report as text for a person at 3 a.m. Reads nothing but the Report. Order: impact, CAUSE, SINCE, WHY, EVIDENCE, FIX,
 * ALSO WRONG, RULED OUT, NOT KNOWN.
 */
import { titleOf } from '../../model/kinds.ts';
import type { Diagnosis, Report, ReportCause } from '../../model/report-schema.ts';
import { asciiTypography, cleanLine, truncate, widthOf, wrap } from '../text.ts';
import { coveredText, plural, readText, referenceText, scopeText, sentence, healthyText } from '../wording.ts';
import { azureLines } from './azure.ts';
import { ASCII, UNICODE, type Figures } from './figures.ts';
import { fixLines } from './fix.ts';
import { frameLines } from './frame.ts';
import { notKnownLines, ruledOutLines } from './checks.ts';
import { COLOURED, PLAIN, type Style } from './style.ts';

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
  readonly ascii: boolean;
}

export interface Canvas {
  readonly width: number;
  readonly style: Style;
  readonly figures: Figures;
  /** Fits Inferscope's own words to the terminal; never what is quoted, and no command. */
  told(text: string): string;
}

/** Text beside a section's name starts here. */
export const INDENT = 7;
const WIDEST = 100;
const NARROWEST = 50;
const MOST_GAPS = 5;

export function renderTerminal(report: Report, options: TerminalOptions): string {
  const canvas: Canvas = {
    width: Math.min(WIDEST, Math.max(NARROWEST, options.width)),
    style: options.colour ? COLOURED : PLAIN,
    figures: options.ascii ? ASCII : UNICODE,
    told: options.ascii ? asciiTypography : (text) => text,
  };
  const lines: string[] = [];
  if (report.diagnoses.length > 1) lines.push(...summaryLines(report, canvas).map(canvas.told), '');
  if (report.diagnoses.length === 0) lines.push(...emptyLines(report, canvas).map(canvas.told));
  for (const [index, diagnosis] of report.diagnoses.entries()) {
    if (index > 0)
      lines.push('', canvas.style.dim('─'.repeat(canvas.width)).replaceAll('─', options.ascii ? '-' : '─'), '');
    lines.push(...diagnosisLines(diagnosis, report, canvas, index === 0));
  }
  lines.push('', footer(report, canvas));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** A section: its name in the margin, its text beside it. */
export function section(name: string, body: readonly string[], canvas: Canvas): string[] {
  return body.map(
    (line, index) => `${index === 0 ? canvas.style.bold(name.padEnd(INDENT)) : ' '.repeat(INDENT)}${line}`,
  );
}

/** No diagnosis: nothing is wrong in what was read, or what matters could not be read. */
function emptyLines(report: Report, canvas: Canvas): string[] {
  const { style, figures, width } = canvas;
  const lines =
    report.status === 'healthy'
      ? wrap(`${figures.tick} Nothing is wrong in ${coveredText(report)}.`, width).map(style.green)
      : wrap(
          `${figures.question} Whether anything is wrong in ${scopeText(report)} is not known: not all of it could be read.`,
          width,
        ).map(style.yellow);
  lines.push(...wrap(readText(report), width));
  if (report.gaps.length === 0) return lines;
  lines.push('', style.bold('NOT KNOWN'));
  const item = (mark: string, text: string): void => {
    for (const [index, line] of wrap(cleanLine(text), width - INDENT - 2).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${mark} ` : '  '}${line}`);
  };
  for (const gap of report.gaps.slice(0, MOST_GAPS)) {
    item(figures.question, `${gap.wanted}: ${gap.detail}`);
    if (gap.unlock !== undefined) item(' ', `unlock: ${gap.unlock}`);
  }
  if (report.gaps.length > MOST_GAPS)
    item(figures.question, `and ${plural(report.gaps.length - MOST_GAPS, 'more gap')}: -o json`);
  return lines;
}

/** Several causes: one line each, worst first, so that the screen's top tells the whole story. */
function summaryLines(report: Report, canvas: Canvas): string[] {
  const proven = report.diagnoses.filter((diagnosis) => diagnosis.causes.length > 0).length;
  const open = report.diagnoses.length - proven;
  const lines = [canvas.style.bold(`${plural(proven, 'cause')} found${open === 0 ? '' : `, ${open} undecided`}`)];
  for (const diagnosis of report.diagnoses) {
    const cause = diagnosis.causes[0];
    const victims = plural(diagnosis.victims.length, 'workload').padStart(13);
    const text = cause
      ? `${cause.code} ${cause.message.text}`
      : `undecided: ${diagnosis.unexplained[0]?.text ?? diagnosis.impact.text}`;
    lines.push(truncate(`${victims}  ${cleanLine(text)}`, canvas.width, canvas.figures.ellipsis));
  }
  return lines;
}

function diagnosisLines(diagnosis: Diagnosis, report: Report, canvas: Canvas, first: boolean): string[] {
  const lines = [...headerLines(diagnosis, canvas)];
  const checks = (): string[] =>
    [...ruledOutLines(diagnosis, canvas), ...notKnownLines(diagnosis, report, canvas)].map(canvas.told);
  if (first) lines.push(...wrap(readText(report), canvas.width).map(canvas.style.dim));
  if (diagnosis.status === 'healthy') {
    lines.push('', canvas.style.green(`${canvas.figures.tick} ${sentence(healthyText(diagnosis))}`));
    return [...lines.map(canvas.told), ...checks()];
  }
  if (diagnosis.causes.length > 0) {
    for (const [index, cause] of diagnosis.causes.entries()) {
      lines.push('', ...causeLines(cause, index === 0 ? 'CAUSE' : 'AND', canvas));
    }
  } else lines.push('', ...undecidedLines(diagnosis, canvas));
  // Those whom the cause breaks stand with it, not with what Azure calls it.
  lines.push(...victimLines(diagnosis, canvas));
  const azure = azureLines(diagnosis, canvas);
  if (azure.length > 0) lines.push('', ...azure);
  if (diagnosis.trigger) lines.push('', ...triggerLines(diagnosis.trigger, canvas));
  if (diagnosis.why.length > 0) lines.push('', ...whyLines(diagnosis, canvas));
  const evidence = diagnosis.evidence.length > 0 ? ['', ...evidenceLines(diagnosis, canvas)] : [];
  const fixes = diagnosis.causes.flatMap((cause) => fixLines(cause, canvas, diagnosis.causes.length > 1));
  const also = diagnosis.alsoWrong.length > 0 ? ['', ...alsoLines(diagnosis, canvas)] : [];
  return [...lines.map(canvas.told), ...evidence, ...fixes, ...also.map(canvas.told), ...checks()];
}

function headerLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const { style, figures } = canvas;
  const { subject, impact } = diagnosis;
  const left = [subject.name, titleOf(subject), subject.namespace]
    .flatMap((part) => (part === undefined ? [] : cleanLine(part)))
    .join(` ${figures.dot} `);
  const right = cleanLine(impact.text);
  const coloured = diagnosis.status === 'healthy' ? style.green(right) : style.red(right);
  const space = canvas.width - widthOf(left) - widthOf(right);
  return space >= 2 ? [`${style.bold(left)}${' '.repeat(space)}${coloured}`] : [style.bold(left), coloured];
}

function numbersText(numbers: readonly number[], canvas: Canvas): string {
  return numbers.map((number) => canvas.figures.frame(number)).join('');
}

function causeLines(cause: ReportCause, name: string, canvas: Canvas): string[] {
  const { style } = canvas;
  const width = canvas.width - INDENT;
  const headline = wrap(`${cause.code} ${cause.name}   ${cleanLine(cause.message.text)}`, width).map((line) =>
    style.bold(line),
  );
  const certain = wrap(`${cause.certainty}: ${cleanLine(cause.basis)} ${numbersText(cause.evidence, canvas)}`, width);
  const colour = cause.certainty === 'confirmed' ? style.green : style.yellow;
  const consequence = cause.consequence === undefined ? [] : wrap(sentence(cleanLine(cause.consequence)), width);
  return section(name, [...headline, ...certain.map(colour), ...consequence], canvas);
}

function undecidedLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const width = canvas.width - INDENT - 4;
  const { style } = canvas;
  const body: string[] = [];
  if (diagnosis.candidates.length > 0) {
    body.push(
      diagnosis.candidates.length === 1
        ? 'One cause fits what could be read; nothing proves it.'
        : `${diagnosis.candidates.length} causes fit what could be read; nothing proves one of them.`,
    );
    for (const candidate of diagnosis.candidates)
      body.push(
        `${candidate.certainty}  ${candidate.code} ${cleanLine(candidate.message.text)} ${numbersText(candidate.evidence, canvas)}`,
      );
  } else if (diagnosis.unexplained.length > 0) {
    body.push('No cause could be proven from what could be read. What is seen:');
    for (const symptom of diagnosis.unexplained.slice(0, 5)) body.push(`${symptom.code} ${cleanLine(symptom.text)}`);
  } else
    body.push(
      diagnosis.status === 'unreadable'
        ? 'It could not be read.'
        : diagnosis.azure !== undefined && diagnosis.azure.reported.length > 0
          ? 'Nothing is wrong with it as far as could be read, and yet Azure ML gives an error.'
          : 'No cause could be proven from what could be read.',
    );
  const lines = body.flatMap((text) => wrap(text, width));
  if (diagnosis.next.length > 0) {
    lines.push('', 'Decides it:');
    for (const reading of diagnosis.next) lines.push(...wrap(cleanLine(reading), width).map((line) => `  ${line}`));
  }
  return lines.map((line, index) =>
    index === 0 ? `${style.bold(style.yellow('UNDECIDED'))}  ${line}` : `${' '.repeat(11)}${line}`,
  );
}

const MOST_VICTIMS = 6;

function victimLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  if (diagnosis.victims.length < 2) return [];
  const names = diagnosis.victims.slice(0, MOST_VICTIMS).map(referenceText);
  const more = diagnosis.victims.length - names.length;
  const text = `It breaks ${plural(diagnosis.victims.length, 'workload')}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return wrap(cleanLine(text), canvas.width - INDENT).map((line) => `${' '.repeat(INDENT)}${line}`);
}

function triggerLines(trigger: NonNullable<Diagnosis['trigger']>, canvas: Canvas): string[] {
  const { style } = canvas;
  const width = canvas.width - INDENT;
  const head = wrap(cleanLine(`${trigger.at.slice(11, 19) || trigger.at}, ${trigger.change}`), width);
  const diff = trigger.diff.slice(0, 10).map((line) => {
    const text = truncate(cleanLine(line), width, canvas.figures.ellipsis);
    return text.startsWith('+') ? style.green(text) : text.startsWith('-') ? style.red(text) : text;
  });
  return section('SINCE', [...head, ...diff], canvas);
}

/** Columns that the last step of a chain is set in at the most. */
const DEEPEST = 24;

function whyLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const { style, figures } = canvas;
  const body: string[] = [];
  // A long chain steps in less: no two of its lines may look like siblings, and the last one needs room for its words.
  const inset = Math.max(1, Math.min(3, Math.floor(DEEPEST / Math.max(1, diagnosis.why.length - 2))));
  for (const [depth, step] of diagnosis.why.entries()) {
    const text = depth === 0 ? headOf(diagnosis, step.text, canvas) : step.text;
    const indent = depth === 0 ? '' : `${' '.repeat(Math.min(inset * (depth - 1), DEEPEST))}${figures.corner} `;
    const asked = step.asked ? (diagnosis.asked ? '  you asked about this' : '') : '';
    const numbers = numbersText(step.evidence, canvas);
    const room = canvas.width - INDENT - widthOf(indent) - widthOf(numbers) - 1;
    const [firstLine = '', ...rest] = wrap(`${cleanLine(text)}${asked}`, room);
    const padding = ' '.repeat(
      Math.max(1, canvas.width - INDENT - widthOf(indent) - widthOf(firstLine) - widthOf(numbers)),
    );
    body.push(`${indent}${firstLine}${numbers === '' ? '' : `${padding}${style.cyan(numbers)}`}`);
    for (const line of rest) body.push(`${' '.repeat(widthOf(indent))}${line}`);
  }
  return section('WHY', body, canvas);
}

/** The cause stands in full at the top; where it takes more than a line, the chain begins with its name. */
function headOf(diagnosis: Diagnosis, text: string, canvas: Canvas): string {
  const [cause] = diagnosis.causes;
  if (cause === undefined || widthOf(text) <= canvas.width - INDENT - 3) return text;
  return `${cause.name}: ${referenceText(cause.subject)}`;
}

/** More frames than these are named, not quoted. */
const QUOTED_FRAMES = 5;

function evidenceLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const { style, figures } = canvas;
  const quoted = diagnosis.evidence.slice(0, QUOTED_FRAMES);
  const lines = [style.bold('EVIDENCE')];
  for (const frame of quoted) lines.push(...frameLines(frame, canvas));
  const rest = diagnosis.evidence.slice(QUOTED_FRAMES);
  for (const frame of rest)
    lines.push(
      truncate(
        ` ${figures.frame(frame.number)} ${cleanLine(frame.title)}: ${cleanLine(frame.label)}`,
        canvas.width,
        figures.ellipsis,
      ),
    );
  return lines;
}

function alsoLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const width = canvas.width - INDENT;
  const { style } = canvas;
  const lines = [`${style.bold('ALSO WRONG')}  independent of the above, and next in line`];
  for (const cause of diagnosis.alsoWrong) {
    for (const [index, line] of wrap(
      `${cause.code} ${cleanLine(cause.message.text)} (${cause.certainty}) ${numbersText(cause.evidence, canvas)}`,
      width - 2,
    ).entries()) {
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${canvas.figures.cross} ` : '  '}${line}`);
    }
    const fix = cause.fixes[0];
    if (fix)
      for (const line of wrap(`fix: ${cleanLine(fix.title)}`, width - 4))
        lines.push(`${' '.repeat(INDENT + 2)}${line}`);
  }
  return lines;
}

function footer(report: Report, canvas: Canvas): string {
  const code = report.diagnoses[0]?.causes[0]?.code ?? report.diagnoses[0]?.candidates[0]?.code;
  const { dot } = canvas.figures;
  const left =
    code === undefined ? `More: -o json ${dot} inferscope rules` : `More: inferscope explain ${code} ${dot} -o json`;
  const right = `exit ${report.exitCode}`;
  return canvas.style.dim(`${left}${' '.repeat(Math.max(2, canvas.width - widthOf(left) - right.length))}${right}`);
}
