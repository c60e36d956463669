/** RULED OUT by stage with one proof each, and NOT KNOWN: gaps, what would close them, what was not reached. */
import type { Diagnosis, Report } from '../../model/report-schema.ts';
import { cleanLine, widthOf, wrap } from '../text.ts';
import { plural } from '../wording.ts';
import { INDENT, type Canvas } from './render.ts';

/** Of a proof that takes more lines the rest is in the JSON. */
const MOST_LINES = 3;

export function ruledOutLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const ruledOut = diagnosis.checks.filter((check) => check.state === 'ruled-out');
  if (ruledOut.length === 0) return [];
  const { style, figures } = canvas;
  const lines = [
    '',
    `${style.bold('RULED OUT')}  ${plural(ruledOut.length, 'other cause')}${style.dim('  all of them: -o json')}`,
  ];
  const stages = [...new Set(ruledOut.map((check) => check.stage))];
  for (const stage of stages) {
    const checks = ruledOut.filter((check) => check.stage === stage);
    const head = `${figures.tick} ${stage.padEnd(11)} `;
    const count = plural(checks.length, 'check');
    const room = canvas.width - INDENT - widthOf(head) - widthOf(count) - 2;
    const [first = '', ...rest] = wrap(cleanLine(checks[0]?.because ?? ''), room);
    const gap = canvas.width - INDENT - widthOf(head) - widthOf(first) - widthOf(count);
    lines.push(`${' '.repeat(INDENT)}${head}${first}${' '.repeat(Math.max(2, gap))}${style.dim(count)}`);
    for (const [index, line] of rest.slice(0, MOST_LINES - 1).entries()) {
      const cut = index === MOST_LINES - 2 && rest.length > MOST_LINES - 1 ? ` ${figures.ellipsis}` : '';
      lines.push(`${' '.repeat(INDENT + widthOf(head))}${line}${cut}`);
    }
  }
  return lines;
}

const MOST_GAPS = 5;

export function notKnownLines(diagnosis: Diagnosis, report: Report, canvas: Canvas): string[] {
  const codes = new Set(diagnosis.checks.filter((check) => check.state === 'unknown').map((check) => check.code));
  // A gap counts here when it blinds a check of this diagnosis, or when something asked for was refused.
  const gaps = report.gaps.filter(
    (gap) =>
      gap.blinds.some((code) => codes.has(code)) ||
      gap.reason === 'forbidden' ||
      gap.reason === 'failed' ||
      gap.reason === 'timeout',
  );
  const notReached = diagnosis.checks.filter((check) => check.state === 'not-reached').length;
  const crashed = diagnosis.checks.filter((check) => check.state === 'crashed');
  if (gaps.length === 0 && notReached === 0 && crashed.length === 0) return [];
  const { style, figures } = canvas;
  const width = canvas.width - INDENT - 2;
  const lines = ['', style.bold('NOT KNOWN')];
  const item = (mark: string, text: string): void => {
    for (const [index, line] of wrap(cleanLine(text), width).entries())
      lines.push(`${' '.repeat(INDENT)}${index === 0 ? `${mark} ` : '  '}${line}`);
  };
  const distinct = [...new Map(gaps.map((gap) => [sameForSiblings(gap), gap])).values()];
  for (const gap of distinct.slice(0, MOST_GAPS)) {
    const blinds = gap.blinds.filter((code) => codes.has(code));
    item(
      figures.question,
      `${gap.wanted}: ${gap.detail}${blinds.length === 0 ? '' : ` (${blinds.slice(0, 4).join(', ')}${blinds.length > 4 ? ` and ${blinds.length - 4} more` : ''})`}`,
    );
    if (gap.unlock !== undefined) item(' ', `unlock: ${gap.unlock}`);
  }
  if (distinct.length > MOST_GAPS)
    item(figures.question, `and ${plural(distinct.length - MOST_GAPS, 'more gap')}: -o json`);
  for (const check of crashed)
    item('!', `${check.code} stopped with an error; its result is unknown, the rest is not affected: ${check.because}`);
  if (notReached > 0)
    item(
      figures.later,
      `${plural(notReached, 'check')} of later stages ${notReached === 1 ? 'was' : 'were'} not reached; one of them may fail next. Run inferscope again after the fix.`,
    );
  return lines;
}

/** The logs of ten replicas of one Pod template are one thing not known, not ten. */
function sameForSiblings(gap: Report['gaps'][number]): string {
  return `${gap.wanted}|${gap.detail}|${gap.blinds.join()}`.replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '');
}
