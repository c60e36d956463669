/**
 * The Report as linear text, for screen readers and logs: no columns, no glyphs, no colour; every line says by itself what it is.
 */
import type { Diagnosis, Report, ReportAzure, ReportCause, ReportFix } from '../model/report-schema.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';
import {
  APART,
  APPLICABILITY,
  coveredText,
  isApart,
  plural,
  readText,
  referenceText,
  scopeText,
  healthyText,
} from './wording.ts';

export function renderPlain(report: Report): string {
  const lines: string[] = [];
  if (report.diagnoses.length === 0) {
    lines.push(
      report.status === 'healthy'
        ? `Result: nothing is wrong in ${coveredText(report)}.`
        : `Result: not known, ${scopeText(report)} could not be read whole.`,
    );
  }
  if (report.diagnoses.length > 1) lines.push(`${plural(report.diagnoses.length, 'cause')} in what is unhealthy.`);
  for (const [index, diagnosis] of report.diagnoses.entries()) {
    if (report.diagnoses.length > 1) lines.push('', `Diagnosis ${index + 1} of ${report.diagnoses.length}.`);
    lines.push(...diagnosisLines(diagnosis));
  }
  for (const gap of report.gaps)
    lines.push(
      `Not known: ${gap.wanted}: ${gap.detail}${gap.unlock === undefined ? '' : `. To see it: ${gap.unlock}`}`,
    );
  lines.push(readText(report), `Exit code: ${report.exitCode}`);
  return `${lines.map(cleanLine).join('\n')}\n`;
}

function diagnosisLines(diagnosis: Diagnosis): string[] {
  const lines = [`Object: ${referenceText(diagnosis.subject)}. ${diagnosis.impact.text}.`];
  if (diagnosis.status === 'healthy') lines.push(`Result: ${healthyText(diagnosis)}.`);
  for (const [index, cause] of diagnosis.causes.entries())
    lines.push(...causeLines(cause, index === 0 ? 'Cause' : 'Further cause'));
  for (const candidate of diagnosis.candidates)
    lines.push(`Candidate: ${candidate.code} ${candidate.name}, ${candidate.certainty}: ${candidate.message.text}`);
  if (diagnosis.status === 'undecided') {
    lines.push('Result: undecided, no cause could be proven.');
    for (const symptom of diagnosis.unexplained) lines.push(`Seen: ${symptom.code} ${symptom.text}`);
    for (const reading of diagnosis.next) lines.push(`Decides it: ${reading}`);
  }
  if (diagnosis.azure !== undefined) lines.push(...azureLines(diagnosis.azure, diagnosis));
  if (diagnosis.status === 'unreadable') lines.push('Result: it could not be read.');
  if (diagnosis.victims.length > 1) lines.push(`Victims: ${diagnosis.victims.map(referenceText).join(', ')}`);
  if (diagnosis.trigger) {
    lines.push(`Since: ${diagnosis.trigger.at}, ${diagnosis.trigger.change}`);
    for (const line of diagnosis.trigger.diff) lines.push(`Changed: ${line}`);
  }
  for (const [index, step] of diagnosis.why.entries())
    lines.push(`Why, step ${index + 1}: ${step.text}${step.asked && diagnosis.asked ? ' (asked about)' : ''}`);
  for (const frame of diagnosis.evidence) {
    lines.push(`Evidence ${frame.number}: ${frame.title}${frame.note === '' ? '' : ` (${frame.note})`}`);
    for (const line of frame.lines)
      lines.push(`Evidence ${frame.number}${line.number === undefined ? '' : `, line ${line.number}`}: ${line.text}`);
  }
  for (const cause of diagnosis.causes) for (const fix of cause.fixes) lines.push(...fixLines(fix));
  for (const cause of diagnosis.alsoWrong)
    lines.push(`Also wrong: ${cause.code} ${cause.name}, ${cause.certainty}: ${cause.message.text}`);
  const ruledOut = diagnosis.checks.filter((check) => check.state === 'ruled-out').length;
  const notReached = diagnosis.checks.filter((check) => check.state === 'not-reached').length;
  if (ruledOut > 0) lines.push(`Ruled out: ${plural(ruledOut, 'other cause')}`);
  if (notReached > 0) lines.push(`Not reached: ${plural(notReached, 'check')} of later stages`);
  return lines;
}

function azureLines({ calledInAzure, reported }: ReportAzure, diagnosis: Diagnosis): string[] {
  const lines = calledInAzure.map((name) => `In Azure ML: ${name}`);
  for (const entry of reported) {
    const { name, where, meaning, reasons } = entry;
    lines.push(`Azure ML says: ${name} (${where}): ${meaning}`);
    const proven = reasons.filter(({ state }) => state === 'proven');
    for (const reason of proven.length > 0 ? proven : reasons) {
      lines.push(`Reason, ${REASON_STATES[reason.state]}: ${reason.text}`);
      if (reason.argv !== undefined) lines.push(`Ask Azure: ${shellCommand(reason.argv)}`);
      if (reason.answer !== undefined) lines.push(`Its answer: ${reason.answer}`);
    }
    if (isApart(entry, diagnosis)) lines.push(APART);
  }
  return lines;
}

const REASON_STATES: Readonly<Record<ReportAzure['reported'][number]['reasons'][number]['state'], string>> = {
  proven: 'proven',
  excluded: 'excluded by the cluster',
  open: 'not decided by what was read',
  ask: 'only Azure can tell',
};

/** A cause, its certainty and what follows from it. */
export function causeLines(cause: ReportCause, word: string): string[] {
  const lines = [
    `${word}: ${cause.code} ${cause.name}: ${cause.message.text}`,
    `Certainty: ${cause.certainty}, ${cause.basis}`,
  ];
  if (cause.consequence !== undefined) lines.push(`Consequence: ${cause.consequence}`);
  return lines;
}

/** A fix: its steps, its effect, how to verify and to undo it. */
export function fixLines(fix: ReportFix): string[] {
  const step = (entry: ReportFix['verify']): string =>
    entry.kind === 'command' ? shellCommand(entry.argv) : entry.text;
  return [
    `Fix: ${fix.title} (${APPLICABILITY[fix.applicability]})`,
    ...fix.steps.map((entry) => `Fix, ${entry.kind === 'command' ? 'command' : 'by hand'}: ${step(entry)}`),
    `Fix, effect: ${fix.effect}`,
    `Fix, verify: ${step(fix.verify)}`,
    ...fix.undo.map((entry) => `Fix, undo: ${step(entry)}`),
    ...(fix.lasting === undefined ? [] : [`Fix, lasting: ${fix.lasting}`]),
  ];
}
