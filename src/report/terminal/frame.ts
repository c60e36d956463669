/** One evidence frame: a gutter, the quoted lines, a pointer at those that prove, and what they show. */
import type { ReportFrame } from '../../model/report-schema.ts';
import { cleanLine, truncate, widthOf, wrap } from '../text.ts';
import type { Canvas } from './render.ts';

export function frameLines(frame: ReportFrame, canvas: Canvas): string[] {
  const { style, figures, width } = canvas;
  const title = ` ${figures.frame(frame.number)} ${cleanLine(frame.title)}`;
  const note = cleanLine(frame.note);
  const space = width - widthOf(title) - widthOf(note);
  const lines = [
    space >= 2
      ? `${style.cyan(title)}${' '.repeat(space)}${style.dim(note)}`
      : `${style.cyan(truncate(title, width, figures.ellipsis))}`,
  ];
  const numbered = frame.lines.some((line) => line.number !== undefined);
  for (const line of frame.lines) {
    const number = numbered ? String(line.number ?? '').padStart(6) : '      ';
    const mark = line.marked ? style.bold(figures.pointer) : ' ';
    const gutter = `  ${mark}${number} ${figures.bar} `;
    const parts = middleLeftOut(wrap(quoted(line.text), width - GUTTER), figures.ellipsis);
    for (const [index, part] of parts.entries()) {
      const before = index === 0 ? gutter : `${' '.repeat(GUTTER - 3)} ${figures.bar} `;
      lines.push(`${before}${line.marked ? part : style.dim(part)}`);
    }
  }
  return lines;
}

/** Columns before a quoted line: blanks, the pointer, a number of six digits, the bar. */
const GUTTER = 12;
const MOST_PARTS = 6;

/** Short quotations are shown whole, over several lines where needed. Of a long one the end stays: the cause stands at the end. */
function middleLeftOut(parts: readonly string[], ellipsis: string): readonly string[] {
  if (parts.length <= MOST_PARTS) return parts;
  return [...parts.slice(0, MOST_PARTS / 2), ellipsis, ...parts.slice(1 - MOST_PARTS / 2)];
}

/** Keeps indentation, which carries meaning in YAML and tracebacks. */
function quoted(text: string): string {
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  return `${indent.replaceAll('\t', '    ')}${cleanLine(text.slice(indent.length))}`;
}
