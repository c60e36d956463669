/** Preflight as Markdown for a pull request, a ticket or a wiki. Text of the cluster is escaped or stands in code. Reads the PreflightReport only. */
import type { PreflightReport, PreflightResult } from '../model/preflight-schema.ts';
import type { ReportFix } from '../model/report-schema.ts';
import {
  againLines,
  comparisonText,
  isTelling,
  lineText,
  openText,
  partText,
  profilesText,
  readText,
  remarkText,
  settingText,
  sorted,
  verdictText,
  wasRefused,
} from './preflight-words.ts';
import { commandLines } from './shell.ts';
import { cleanLine } from './text.ts';
import { APPLICABILITY, sentence } from './wording.ts';

const COMMAND_WIDTH = 90;

export function renderPreflightMarkdown(report: PreflightReport): string {
  const { blocking, advisory, open } = sorted(report);
  const remark = remarkText(report);
  const blocks = [
    `# Preflight (${report.phase}): ${verdictText(report)}`,
    ...(remark === undefined ? [] : [prose(sentence(remark))]),
    `${prose(readText(report))} ${prose(sentence(profilesText(report)))}`,
    tableOf(report),
    ...[...blocking, ...advisory].flatMap((check) => failedBlocks(check, report)),
    ...openBlocks(open, report),
    ...reportedBlocks(report),
    ...settingBlocks(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const STATES: Readonly<Record<PreflightResult['state'], string>> = {
  failed: '**fails**',
  passed: 'passes',
  'not-applicable': 'does not apply',
  'not-checked': 'not checked',
  crashed: 'crashed',
};

function tableOf(report: PreflightReport): string {
  const rows = report.checks.map((check) => {
    const words = check.state === 'not-checked' || check.state === 'crashed' ? openText(check, report) : check.text;
    const state =
      check.state === 'failed' ? `**${check.weight === 'blocking' ? 'blocks' : 'warns'}**` : STATES[check.state];
    return `| ${prose(check.title)} | ${check.code}${check.foreignCode === undefined ? '' : ` ${prose(check.foreignCode)}`} | ${state} | ${prose(words)} |`;
  });
  return ['| Check | Code | Result | |', '|--|--|--|--|', ...rows].join('\n');
}

function failedBlocks(check: PreflightResult, report: PreflightReport): string[] {
  const kind = check.weight === 'blocking' ? 'blocks' : 'advisory';
  return [
    `## ${prose(check.title)} (${kind})`,
    ...check.findings.flatMap((cause) => [
      `**${cause.code} ${cause.name}**: ${prose(sentence(cause.message.text))} ${prose(`${cause.certainty}: ${cause.basis}`)}.${cause.consequence === undefined ? '' : ` ${prose(sentence(cause.consequence))}`}`,
      ...report.evidence
        .filter(({ number }) => cause.evidence.includes(number))
        .flatMap((frame) => [
          `${prose(frame.title)}:`,
          fenced(frame.lines.map((line) => `${line.marked ? '> ' : '  '}${cleanLine(line.text)}`)),
        ]),
      ...cause.fixes.flatMap(fixBlocks),
    ]),
  ];
}

function fixBlocks(fix: ReportFix): string[] {
  const step = (entry: ReportFix['verify']): readonly string[] =>
    entry.kind === 'command' ? commandLines(entry.argv.map(cleanLine), COMMAND_WIDTH) : [`# ${cleanLine(entry.text)}`];
  return [
    `**Fix**: ${prose(sentence(fix.title))} (${APPLICABILITY[fix.applicability]}) ${prose(sentence(fix.effect))}`,
    fenced(
      [
        ...fix.steps.flatMap(step),
        '# verify',
        ...step(fix.verify),
        ...(fix.undo.length === 0 ? [] : ['# undo', ...fix.undo.flatMap(step)]),
      ],
      'sh',
    ),
  ];
}

function openBlocks(open: readonly PreflightResult[], report: PreflightReport): string[] {
  if (open.length === 0) return [];
  const who = wasRefused(report)
    ? 'Somebody who may read the whole cluster runs:'
    : 'Decides it, run against the cluster:';
  return [
    '## Not checked',
    open.map((check) => `- ${prose(check.title)} (${check.weight}): ${prose(openText(check, report))}`).join('\n'),
    who,
    fenced(againLines(report, COMMAND_WIDTH), 'sh'),
  ];
}

function reportedBlocks({ healthCheck }: PreflightReport): string[] {
  if (healthCheck === undefined) return [];
  return [
    "## The extension's own report",
    ...healthCheck.parts.flatMap((part) => {
      const lines = part.matters ? part.lines.filter(isTelling) : [];
      return [
        `${prose(ended(partText(part)))}${part.matters ? '' : ' Not about this phase.'}`,
        ...(lines.length === 0
          ? []
          : [
              lines
                .map(
                  (line) =>
                    `- ${prose(ended(lineText(line)))}${line.message === undefined ? '' : ` Its words: ${prose(ended(line.message))}`} ${prose(sentence(comparisonText(line)))}`,
                )
                .join('\n'),
            ]),
      ];
    }),
    ...(healthCheck.missed.length === 0
      ? []
      : [
          healthCheck.missed
            .map(
              ({ code, foreignCode, text }) =>
                `- Not in it: ${prose(foreignCode)}, which ${code} finds now: ${prose(sentence(text))}`,
            )
            .join('\n'),
        ]),
  ];
}

function settingBlocks({ settings }: PreflightReport): string[] {
  return settings.length === 0
    ? []
    : ['## Settings', settings.map((setting) => `- ${prose(settingText(setting))}`).join('\n')];
}

/** With a full stop; what begins with a name keeps its letters. */
function ended(value: string): string {
  return /[.!?:]$/.test(value) ? value : `${value}.`;
}

/** What Markdown and HTML would take for more than text. */
function prose(value: string): string {
  return cleanLine(value).replace(/[\\`*_{}[\]<>|#~&]/g, (character) =>
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
  );
}

/** The fence is longer than any run of backticks within. */
function fenced(lines: readonly string[], language = ''): string {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}
