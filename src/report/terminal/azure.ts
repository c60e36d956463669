/** AZURE: the names under which Azure ML shows the trouble, and which of their documented reasons hold. Commands to Azure are shown only where the cluster proves none. */
import type { Diagnosis, ReportAzure } from '../../model/report-schema.ts';
import { shellCommand } from '../shell.ts';
import { cleanLine, wrap } from '../text.ts';
import { APART, isApart, sentence } from '../wording.ts';
import { section, INDENT, type Canvas } from './render.ts';

type Reported = ReportAzure['reported'][number];

/** Empty where there is nothing to say of Azure. */
export function azureLines(diagnosis: Diagnosis, canvas: Canvas): string[] {
  const { azure } = diagnosis;
  if (azure === undefined || (azure.reported.length === 0 && azure.calledInAzure.length === 0)) return [];
  const width = canvas.width - INDENT;
  const body: string[] = [];
  if (azure.calledInAzure.length > 0)
    body.push(...wrap(`Azure ML shows this cause as ${orList(azure.calledInAzure)}.`, width));
  for (const reported of azure.reported) {
    body.push(...reportedLines(reported, canvas, width));
    if (isApart(reported, diagnosis)) body.push(...wrap(APART, width));
  }
  return section('AZURE', body, canvas);
}

function orList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

function reportedLines(reported: Reported, canvas: Canvas, width: number): string[] {
  const { figures, style } = canvas;
  const numbers = reported.evidence.map((number) => figures.frame(number)).join('');
  const lines = wrap(
    `${sentence(cleanLine(reported.where)).replace(/\.$/, '')} says ${reported.name} ${numbers}: ${cleanLine(reported.meaning)}`,
    width,
  );
  const item = (mark: string, text: string): void => {
    for (const [index, line] of wrap(cleanLine(text), width - 2).entries())
      lines.push(`${index === 0 ? `${mark} ` : '  '}${line}`);
  };
  const proven = reported.reasons.filter(({ state }) => state === 'proven');
  for (const reason of proven) item(style.green(figures.tick), `${reason.text} (${reason.codes.join(', ')})`);
  if (proven.length > 0) return lines;
  for (const reason of reported.reasons) {
    if (reason.state === 'excluded') item(figures.cross, `not this: ${reason.text} (${reason.codes.join(', ')})`);
    if (reason.state === 'open')
      item(figures.question, `not decided by what was read: ${reason.text} (${reason.codes.join(', ')})`);
    if (reason.state !== 'ask') continue;
    item(figures.question, `only Azure can tell: ${reason.text}`);
    if (reason.argv !== undefined) lines.push(`    ${shellCommand(reason.argv)}`);
    if (reason.answer !== undefined)
      for (const line of wrap(cleanLine(reason.answer), width - 4)) lines.push(`    ${line}`);
  }
  return lines;
}
