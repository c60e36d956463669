/** The FIX section: commands that can be copied, their effect, undo, verification, and who owns the field. */
import type { ReportCause, ReportFix } from '../../model/report-schema.ts';
import { commandLines } from '../shell.ts';
import { cleanLine, widthOf, wrap } from '../text.ts';
import { APPLICABILITY, sentence } from '../wording.ts';
import { INDENT, section, type Canvas } from './render.ts';

/** With several causes, each fix says which of them it mends. */
export function fixLines(cause: ReportCause, canvas: Canvas, named: boolean): string[] {
  return cause.fixes.flatMap((fix, index) => [
    '',
    ...section(
      index === 0 ? 'FIX' : 'OR',
      oneFix(named ? { ...fix, title: `${cause.code}: ${fix.title}` } : fix, canvas),
      canvas,
    ),
  ]);
}

function oneFix(fix: ReportFix, canvas: Canvas): string[] {
  const width = canvas.width - INDENT;
  const label = APPLICABILITY[fix.applicability];
  const titles = wrap(canvas.told(cleanLine(fix.title)), width - widthOf(label) - 2);
  const [first = '', ...rest] = titles;
  const lines = [
    `${canvas.style.bold(first)}${' '.repeat(Math.max(2, width - widthOf(first) - widthOf(label)))}${canvas.style.dim(label)}`,
    ...rest.map((line) => canvas.style.bold(line)),
  ];
  if (fix.steps.length > 0) lines.push('');
  for (const step of fix.steps) lines.push(...stepLines(step, width, canvas));
  if (fix.steps.length > 0) lines.push('');
  lines.push(...field('Effect', canvas.told(sentence(cleanLine(fix.effect))), width));
  lines.push(...stepField('Verify', fix.verify, width, canvas));
  for (const [index, step] of fix.undo.entries())
    lines.push(...stepField(index === 0 ? 'Undo' : '', step, width, canvas));
  if (fix.lasting !== undefined) lines.push(...field('Lasting', canvas.told(cleanLine(fix.lasting)), width));
  return lines;
}

function stepLines(step: ReportFix['steps'][number], width: number, canvas: Canvas): string[] {
  return step.kind === 'command'
    ? commandLines(step.argv.map(cleanLine), width - 2).map((line) => `  ${line}`)
    : wrap(canvas.told(cleanLine(step.text)), width - 2).map((line) => `  ${line}`);
}

function stepField(name: string, step: ReportFix['verify'], width: number, canvas: Canvas): string[] {
  return step.kind === 'command'
    ? commandLines(step.argv.map(cleanLine), width - 9).map(
        (line, index) => `${(index === 0 ? name : '').padEnd(9)}${line}`,
      )
    : field(name, canvas.told(cleanLine(step.text)), width);
}

function field(name: string, text: string, width: number): string[] {
  return text === '' ? [] : wrap(text, width - 9).map((line, index) => `${(index === 0 ? name : '').padEnd(9)}${line}`);
}
