/**
 * Preflight as text for a person at 3 a.m.: the verdict, each check that fails with its proof and its fix, what could not be checked and what would, the
 * extension's own report, and what passed in one line each. Reads nothing but the PreflightReport.
 */
import type { PreflightReport, PreflightResult } from '../../model/preflight-schema.ts';
import type { ReportCause } from '../../model/report-schema.ts';
import {
  fixKey,
  againLines,
  comparisonText,
  isTelling,
  lineText,
  numbering,
  openText,
  partText,
  profilesText,
  readText,
  remarkText,
  settingText,
  shownFrames,
  sorted,
  verdictText,
  wasRefused,
  type ReportedPart,
} from '../preflight-words.ts';
import { asciiTypography, cleanLine, truncate, widthOf, wrap } from '../text.ts';
import { plural, sentence } from '../wording.ts';
import { ASCII, UNICODE } from './figures.ts';
import { fixLines } from './fix.ts';
import { frameLines } from './frame.ts';
import { INDENT, section, type Canvas, type TerminalOptions } from './render.ts';
import { COLOURED, PLAIN } from './style.ts';

const WIDEST = 100;
const NARROWEST = 50;

export function renderPreflight(report: PreflightReport, options: TerminalOptions): string {
  const canvas: Canvas = {
    width: Math.min(WIDEST, Math.max(NARROWEST, options.width)),
    style: options.colour ? COLOURED : PLAIN,
    figures: options.ascii ? ASCII : UNICODE,
    told: options.ascii ? asciiTypography : (text) => text,
  };
  const { blocking, advisory, open, passed, idle } = sorted(report);
  const numbers = numbering(report);
  const lines = headerLines(report, canvas).map(canvas.told);
  for (const check of [...blocking, ...advisory]) lines.push('', ...failedLines(check, report, numbers, canvas));
  lines.push(
    ...[
      ...openLines(open, report, canvas),
      ...reportedLines(report, canvas),
      ...passedLines(passed, canvas),
      ...idleLines(idle, canvas),
      ...settingLines(report, canvas),
    ].map(canvas.told),
  );
  lines.push('', footer(report, canvas));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function headerLines(report: PreflightReport, canvas: Canvas): string[] {
  const { style, figures, width } = canvas;
  const left = `preflight ${figures.dot} ${report.phase}`;
  const right = verdictText(report);
  const colour = report.status === 'passed' ? style.green : report.status === 'failed' ? style.red : style.yellow;
  const space = width - widthOf(left) - widthOf(right);
  const remark = remarkText(report);
  return [
    ...(space >= 2
      ? [`${style.bold(left)}${' '.repeat(space)}${style.bold(colour(right))}`]
      : [style.bold(left), style.bold(colour(right))]),
    ...(remark === undefined ? [] : wrap(sentence(remark), width).map(style.yellow)),
    ...wrap(readText(report), width).map(style.dim),
    ...wrap(sentence(profilesText(report)), width).map(style.dim),
  ];
}

function failedLines(
  check: PreflightResult,
  report: PreflightReport,
  numbers: ReadonlyMap<number, number>,
  canvas: Canvas,
): string[] {
  const { style, figures, width } = canvas;
  const blocks = check.weight === 'blocking';
  const colour = blocks ? style.red : style.yellow;
  const left = `${figures.cross} ${cleanLine(check.title)}`;
  const right = [blocks ? 'blocks' : 'advisory', ...(check.foreignCode ?? '').split(' ').filter((word) => word !== '')]
    .map(cleanLine)
    .join(` ${figures.dot} `);
  const space = Math.max(2, width - widthOf(left) - widthOf(right));
  const lines = [canvas.told(`${style.bold(colour(left))}${' '.repeat(space)}${colour(right)}`)];
  for (const [index, cause] of check.findings.entries()) {
    if (index > 0) lines.push('');
    lines.push(...causeLines(cause, index === 0 ? 'CAUSE' : 'AND', numbers, canvas).map(canvas.told));
    const frames = shownFrames(cause, report, numbers);
    if (frames.length > 0) lines.push('');
    for (const frame of frames) lines.push(...frameLines(frame, canvas));
    // What only warns is not to bury what blocks.
    const known = new Set(check.findings.slice(0, index).flatMap(({ fixes }) => fixes.map(fixKey)));
    const fixes = cause.fixes.filter((fix) => !known.has(fixKey(fix)));
    if (fixes.length < cause.fixes.length)
      lines.push('', ...section('FIX', wrap('As above.', width - INDENT), canvas).map(canvas.told));
    const [first, ...others] = fixes;
    if (first !== undefined) lines.push(...fixLines({ ...cause, fixes: blocks ? fixes : [first] }, canvas, false));
    if (!blocks && others.length > 0)
      lines.push(
        ...wrap(cleanLine(`or: ${others.map(({ title }) => title).join('; ')}`), width - INDENT).map(
          (line) => `${' '.repeat(INDENT)}${canvas.told(line)}`,
        ),
      );
  }
  return lines;
}

function causeLines(cause: ReportCause, name: string, numbers: ReadonlyMap<number, number>, canvas: Canvas): string[] {
  const { style, figures } = canvas;
  const width = canvas.width - INDENT;
  const proof = cause.evidence.map((number) => figures.frame(numbers.get(number) ?? number)).join('');
  const headline = wrap(`${cause.code} ${cause.name}   ${cleanLine(cause.message.text)}`, width).map(style.bold);
  const certain = wrap(`${cause.certainty}: ${cleanLine(cause.basis)} ${proof}`, width);
  const colour = cause.certainty === 'confirmed' ? style.green : style.yellow;
  const consequence = cause.consequence === undefined ? [] : wrap(sentence(cleanLine(cause.consequence)), width);
  return section(name, [...headline, ...certain.map(colour), ...consequence], canvas);
}

const MOST_UNLOCKS = 6;

function openLines(open: readonly PreflightResult[], report: PreflightReport, canvas: Canvas): string[] {
  if (open.length === 0) return [];
  const { style, figures } = canvas;
  const width = canvas.width - INDENT - 2;
  const lines = ['', `${style.bold('NOT CHECKED')}  ${plural(open.length, 'check')}`];
  const item = (mark: string, text: string): void => {
    for (const [index, line] of wrap(text, width).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${mark} ` : '  '}${line}`);
  };
  for (const check of open)
    item(
      check.state === 'crashed' ? '!' : figures.question,
      `${cleanLine(check.title)}${check.weight === 'blocking' ? ' (would block)' : ''}: ${openText(check, report)}`,
    );
  const unlocks = report.gaps.filter(
    ({ blinds, reason, unlock }) => blinds.length > 0 && reason !== 'forbidden' && unlock !== undefined,
  );
  for (const { wanted, unlock } of unlocks.slice(0, MOST_UNLOCKS))
    item(' ', cleanLine(`to see ${wanted}: ${unlock ?? ''}`));
  if (unlocks.length > MOST_UNLOCKS) item(' ', `and ${plural(unlocks.length - MOST_UNLOCKS, 'more gap')}: -o json`);
  const refused = wasRefused(report);
  lines.push(
    '',
    ...indented(
      refused ? 'Somebody who may read the whole cluster runs:' : 'Decides it, run against the cluster:',
      canvas,
    ),
    ...againLines(report, width).map((line) => `${' '.repeat(INDENT + 2)}${line}`),
  );
  return lines;
}

function reportedLines({ healthCheck }: PreflightReport, canvas: Canvas): string[] {
  if (healthCheck === undefined) return [];
  const { style, figures } = canvas;
  const width = canvas.width - INDENT - 4;
  const lines = [
    '',
    style.bold("EXTENSION'S OWN REPORT"),
    ...indented('ConfigMap arcml-healthcheck, as it was then', canvas),
  ];
  for (const part of healthCheck.parts) {
    lines.push(...indented(`${partText(part)}${part.matters ? '' : ' (not about this phase)'}`, canvas));
    if (part.matters) lines.push(...partLines(part, width, canvas));
  }
  for (const { code, foreignCode, text } of healthCheck.missed)
    for (const [index, line] of wrap(
      cleanLine(`not in it: ${foreignCode}, which ${code} finds now: ${text}`),
      width,
    ).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${figures.cross} ` : '  '}${line}`);
  return lines;
}

function indented(text: string, canvas: Canvas): string[] {
  return wrap(text, canvas.width - INDENT).map((line) => `${' '.repeat(INDENT)}${line}`);
}

const MOST_WORDS = 4;

function partLines(part: ReportedPart, width: number, canvas: Canvas): string[] {
  const { style, figures } = canvas;
  const lines: string[] = [];
  for (const line of part.lines.filter(isTelling)) {
    const mark = line.passed ? figures.tick : figures.cross;
    const told = wrap(lineText(line), width);
    for (const [index, text] of told.entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${mark} ` : '  '}${text}`);
    const words = (line.message ?? '').split('\n').flatMap((text) => wrap(cleanLine(text), width - 2));
    for (const text of line.message === undefined ? [] : words.slice(0, MOST_WORDS))
      lines.push(`${' '.repeat(INDENT + 2)}${figures.bar} ${style.dim(text)}`);
    for (const text of wrap(comparisonText(line), width))
      lines.push(`${' '.repeat(INDENT + 2)}${line.comparison === 'fixed-since' ? style.green(text) : text}`);
  }
  const names = part.lines.filter((line) => !isTelling(line)).map(({ checker }) => checker);
  if (names.length > 0)
    for (const [index, text] of wrap(cleanLine(names.join(', ')), width).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${figures.tick} ` : '  '}${text}`);
  for (const text of part.unread.slice(0, MOST_WORDS))
    lines.push(
      `${' '.repeat(INDENT)}${figures.question} ${truncate(cleanLine(`not readable: ${text}`), width, figures.ellipsis)}`,
    );
  return lines;
}

const MOST_TITLE = 38;

function passedLines(passed: readonly PreflightResult[], canvas: Canvas): string[] {
  if (passed.length === 0) return [];
  const { style, figures } = canvas;
  const titles = passed.map(({ title }) => widthOf(cleanLine(title)));
  const column = Math.min(MOST_TITLE, Math.max(...titles));
  const lines = [
    '',
    `${style.bold('PASSED')}  ${plural(passed.length, 'check')}${style.dim('  proof of each: -o json')}`,
  ];
  for (const check of passed) {
    const title = cleanLine(check.title);
    const head = `${figures.tick} ${title}${' '.repeat(Math.max(0, column - widthOf(title)))}  `;
    const room = canvas.width - INDENT - widthOf(head);
    lines.push(`${' '.repeat(INDENT)}${head}${style.dim(truncate(cleanLine(check.text), room, figures.ellipsis))}`);
  }
  return lines;
}

function idleLines(idle: readonly PreflightResult[], canvas: Canvas): string[] {
  if (idle.length === 0) return [];
  const { style, width } = canvas;
  const names = cleanLine(idle.map(({ title }) => title).join(', '));
  return [
    '',
    `${style.bold('DO NOT APPLY')}  ${plural(idle.length, 'check')}${style.dim('  why: -o json')}`,
    ...wrap(names, width - INDENT).map((line) => `${' '.repeat(INDENT)}${style.dim(line)}`),
  ];
}

function settingLines(report: PreflightReport, canvas: Canvas): string[] {
  const { style, width } = canvas;
  const given = report.settings.map(settingText);
  const lines = ['', `${style.bold('JUDGED')}  phase ${report.phase}${style.dim('  for another: --phase')}`];
  const none = report.profiles.some(({ profile }) => profile === 'azureml') && given.length === 0;
  for (const text of none ? ['no settings'] : given)
    for (const line of wrap(text, width - INDENT)) lines.push(`${' '.repeat(INDENT)}${line}`);
  if (report.settings.some(({ origin }) => origin === 'assumed'))
    lines.push(`${' '.repeat(INDENT)}${style.dim('yours: --config name=value, --config-file FILE')}`);
  return lines;
}

function footer(report: PreflightReport, canvas: Canvas): string {
  const { blocking, advisory } = sorted(report);
  const code = (blocking[0] ?? advisory[0])?.code;
  const { dot } = canvas.figures;
  const left =
    code === undefined ? `More: -o json ${dot} inferscope rules` : `More: inferscope explain ${code} ${dot} -o json`;
  const right = `exit ${report.exitCode}`;
  return canvas.style.dim(`${left}${' '.repeat(Math.max(2, canvas.width - widthOf(left) - right.length))}${right}`);
}
