/** One or two lines a diagnosis, for chat and CI. */
import { kindWord } from '../model/kinds.ts';
import type { Report } from '../model/report-schema.ts';
import { cleanLine } from './text.ts';
import { againCommand, coveredText, scopeText } from './wording.ts';

export function renderShort(report: Report): string {
  if (report.diagnoses.length === 0)
    return report.status === 'healthy'
      ? `healthy: ${coveredText(report)}\n`
      : `${report.status}: ${cleanLine(firstGap(report))}\n`;
  const lines: string[] = [];
  for (const diagnosis of report.diagnoses) {
    const { subject } = diagnosis;
    const name = `${subject.namespace === undefined ? '' : `${subject.namespace}/`}${kindWord(subject)}/${subject.name}`;
    const more = diagnosis.victims.length > 1 ? ` (+${diagnosis.victims.length - 1} more)` : '';
    const [cause] = diagnosis.causes;
    if (cause) {
      lines.push(`${name}${more}  ${cause.code} ${cause.message.text} (${cause.certainty})`);
      const [fix] = cause.fixes;
      if (fix) lines.push(`  fix: ${fix.title} · ${againCommand(subject)}`);
    } else if (diagnosis.status === 'healthy') lines.push(`${name}  healthy, ${diagnosis.impact.text}`);
    else
      lines.push(
        `${name}  ${diagnosis.status}: ${diagnosis.unexplained[0]?.text ?? diagnosis.candidates[0]?.message.text ?? diagnosis.impact.text}`,
      );
  }
  return `${lines.map(cleanLineKeepIndent).join('\n')}\n`;
}

function firstGap(report: Report): string {
  const [gap] = report.gaps;
  return gap === undefined ? scopeText(report) : `${gap.wanted}: ${gap.detail}`;
}

function cleanLineKeepIndent(line: string): string {
  return line.startsWith('  ') ? `  ${cleanLine(line.trimStart())}` : cleanLine(line);
}
