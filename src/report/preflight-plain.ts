/** Preflight as linear text, for screen readers and logs: no columns, no glyphs, no colour; every line says by itself what it is. */
import type { PreflightReport, PreflightResult } from '../model/preflight-schema.ts';
import { causeLines, fixLines } from './plain.ts';
import {
  againCommand,
  comparisonText,
  fixKey,
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
} from './preflight-words.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';

export function renderPreflightPlain(report: PreflightReport): string {
  const { blocking, advisory, open, passed, idle } = sorted(report);
  const remark = remarkText(report);
  const numbers = numbering(report);
  const lines = [
    `Result: ${verdictText(report)}.`,
    ...(remark === undefined ? [] : [`Besides: ${remark}.`]),
    `Phase: ${report.phase}.`,
    `${profilesText(report)}.`,
  ];
  for (const check of blocking) lines.push(...failedLines(check, 'Blocks', report, numbers));
  for (const check of advisory) lines.push(...failedLines(check, 'Advisory', report, numbers));
  for (const check of open)
    lines.push(`Not checked, ${check.weight}: ${check.title} (${check.code}): ${openText(check, report)}`);
  for (const gap of report.gaps.filter(({ blinds, unlock }) => blinds.length > 0 && unlock !== undefined))
    lines.push(`To see ${gap.wanted}: ${gap.unlock ?? ''}`);
  if (wasRefused(report)) lines.push(`An administrator runs: ${shellCommand(againCommand(report))}`);
  lines.push(...reportedLines(report));
  for (const check of passed) lines.push(`Passed: ${check.title} (${check.code}): ${check.text}`);
  for (const check of idle) lines.push(`Does not apply: ${check.title} (${check.code}): ${check.text}`);
  for (const setting of report.settings) lines.push(`Setting: ${settingText(setting)}`);
  lines.push(readText(report), `Exit code: ${report.exitCode}`);
  return `${lines.map(cleanLine).join('\n')}\n`;
}

function failedLines(
  check: PreflightResult,
  word: string,
  report: PreflightReport,
  numbers: ReadonlyMap<number, number>,
): string[] {
  const lines = [`${word}: ${check.title}${check.foreignCode === undefined ? '' : `, ${check.foreignCode}`}.`];
  for (const [index, cause] of check.findings.entries()) {
    lines.push(...causeLines(cause, index === 0 ? 'Cause' : 'Further cause'));
    for (const frame of shownFrames(cause, report, numbers)) {
      lines.push(`Evidence ${frame.number}: ${frame.title}${frame.note === '' ? '' : ` (${frame.note})`}`);
      for (const line of frame.lines)
        lines.push(`Evidence ${frame.number}${line.number === undefined ? '' : `, line ${line.number}`}: ${line.text}`);
    }
    const known = new Set(check.findings.slice(0, index).flatMap(({ fixes }) => fixes.map(fixKey)));
    for (const fix of cause.fixes)
      lines.push(...(known.has(fixKey(fix)) ? [`Fix: as above, ${fix.title}`] : fixLines(fix)));
  }
  return lines;
}

function reportedLines({ healthCheck }: PreflightReport): string[] {
  if (healthCheck === undefined) return [];
  const lines: string[] = [];
  for (const part of healthCheck.parts) {
    lines.push(`Report of the extension, ${partText(part)}${part.matters ? '' : '; it is not about this phase'}.`);
    if (!part.matters) continue;
    for (const line of part.lines.filter(isTelling)) {
      lines.push(`Reported, ${line.passed ? 'passed' : 'failed'}: ${lineText(line)}`);
      if (line.message !== undefined) lines.push(`Reported, its words: ${line.message}`);
      lines.push(`Reported, now: ${comparisonText(line)}`);
    }
    for (const text of part.unread) lines.push(`Reported, not readable: ${text}`);
  }
  for (const { code, foreignCode, text } of healthCheck.missed)
    lines.push(`Not in the report of the extension: ${foreignCode}, which ${code} finds now: ${text}`);
  return lines;
}
