/** Words that the renderers of preflight share: the verdict, what failed, what was compared, and the command to ask again. Reads the PreflightReport only. */
import type { PreflightReport, PreflightResult, ReportedHealthCheck } from '../model/preflight-schema.ts';
import type { ReportFix } from '../model/report-schema.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';
import { plural } from './wording.ts';

export type ReportedPart = ReportedHealthCheck['parts'][number];
export type ReportedLine = ReportedPart['lines'][number];

const GOAL: Readonly<Record<PreflightReport['phase'], string>> = {
  'pre-install': 'installation',
  'pre-upgrade': 'the upgrade',
  'pre-rollback': 'the rollback',
  'pre-delete': 'deletion',
};

export interface Sorted {
  readonly blocking: readonly PreflightResult[];
  readonly advisory: readonly PreflightResult[];
  /** Those that crashed, too; blocking ones first. */
  readonly open: readonly PreflightResult[];
  readonly passed: readonly PreflightResult[];
  readonly idle: readonly PreflightResult[];
}

export function sorted({ checks }: PreflightReport): Sorted {
  const failed = checks.filter(({ state }) => state === 'failed');
  const open = checks.filter(({ state }) => state === 'not-checked' || state === 'crashed');
  return {
    blocking: failed.filter(({ weight }) => weight === 'blocking'),
    advisory: failed.filter(({ weight }) => weight === 'advisory'),
    open: [...open].sort((a, b) => Number(b.weight === 'blocking') - Number(a.weight === 'blocking')),
    passed: checks.filter(({ state }) => state === 'passed'),
    idle: checks.filter(({ state }) => state === 'not-applicable'),
  };
}

/** `NOT READY: 2 of 14 checks block`. Checks that do not apply are none of the 14. */
export function verdictText(report: PreflightReport): string {
  const { blocking, open, idle } = sorted(report);
  const made = report.checks.length - idle.length;
  const of = made === 1 ? '1 check' : `${made} checks`;
  switch (report.status) {
    case 'passed':
      return `READY for ${GOAL[report.phase]}`;
    case 'failed':
      return `NOT READY: ${blocking.length} of ${of} ${blocking.length === 1 ? 'blocks' : 'block'}`;
    case 'unknown':
      return report.checks.length === 0
        ? 'NOT KNOWN: there is no check to make'
        : `NOT KNOWN: ${open.filter(({ weight }) => weight === 'blocking').length} of ${of} could not be made`;
  }
}

/** What the verdict leaves out. */
export function remarkText(report: PreflightReport): string | undefined {
  const { advisory, open } = sorted(report);
  const parts = [
    ...(advisory.length === 0
      ? []
      : [`${plural(advisory.length, 'advisory check')} ${advisory.length === 1 ? 'fails' : 'fail'}`]),
    ...(open.length === 0 || report.status === 'unknown' ? [] : [`${plural(open.length, 'check')} could not be made`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

export function readText(report: PreflightReport): string {
  return cleanLine(`From ${report.source}, taken ${timeText(report.takenAt)}. Changed nothing.`);
}

export function profilesText({ profiles, gaps }: PreflightReport): string {
  const parts = profiles.map(({ profile, because }) => `${profile} (${because})`);
  const told = `${profiles.length === 1 ? 'Profile' : 'Profiles'}: ${parts.join(', ') || 'none'}`;
  const isPicked = profiles.every(({ because }) => because !== 'asked for');
  const others = isPicked && gaps.some(({ id }) => NAMESPACES.test(id));
  return cleanLine(
    others ? `${told}; whether others apply is not known, namespaces were not read: name them with --profile` : told,
  );
}

/** Namespaces show which stacks are there. */
const NAMESPACES = /^gap:(?:list:)?api\/v1\/namespaces(?:\/[^/]{1,253})?$/;

/** `2023-12-12 13:57:17 UTC`. */
function timeText(time: string): string {
  return time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}

export function settingText({ name, value, origin }: PreflightReport['settings'][number]): string {
  switch (origin) {
    case 'given':
      return cleanLine(`${name}=${value}`);
    case 'assumed':
      return cleanLine(`${name}=${value} (assumed: no settings were given)`);
    case 'protected':
      return cleanLine(`${name} (protected: its value is not kept)`);
  }
}

/** To ask the same again, by a person with more rights. */
export function againCommand(report: PreflightReport): readonly string[] {
  const asked = report.profiles.filter(({ because }) => because === 'asked for').map(({ profile }) => profile);
  return [
    'inferscope',
    'preflight',
    '--phase',
    report.phase,
    ...(asked.length === 0 ? [] : ['--profile', asked.join(',')]),
    ...report.settings.flatMap(({ name, value, origin }) => {
      if (origin === 'given') return ['--config', `${name}=${value}`];
      return origin === 'protected' ? ['--config-protected', `${name}=<VALUE>`] : [];
    }),
  ].map(cleanLine);
}

/** The command over lines of a width; an option and its value stay together. */
export function againLines(report: PreflightReport, width: number): string[] {
  const groups: string[][] = [];
  for (const word of againCommand(report)) {
    const last = groups.at(-1);
    if (last !== undefined && !word.startsWith('--') && (last.length === 1 || groups.length === 1)) last.push(word);
    else groups.push([word]);
  }
  const lines: string[] = [];
  for (const group of groups.map(shellCommand)) {
    const before = lines.pop();
    if (before === undefined) lines.push(group);
    else if (before.length + group.length + 3 <= width) lines.push(`${before} ${group}`);
    else lines.push(`${before} \\`, `  ${group}`);
  }
  return lines;
}

/** Whether somebody with more rights would see more. */
export function wasRefused({ gaps }: PreflightReport): boolean {
  return gaps.some(({ reason }) => reason === 'forbidden');
}

/** Why a check could not be made: one clause for each thing that was not seen. */
export function openText(check: PreflightResult, report: PreflightReport): string {
  if (check.state === 'crashed')
    return cleanLine(
      `${check.code} stopped with an error; its result is unknown, the rest is not affected: ${check.text}`,
    );
  const gaps = report.gaps.filter(({ id }) => check.gaps.includes(id));
  if (gaps.length === 0) return cleanLine(check.text);
  return cleanLine(gaps.map((gap) => `${gap.wanted} ${REASONS[gap.reason]}`).join('; '));
}

const REASONS: Readonly<Record<PreflightReport['gaps'][number]['reason'], string>> = {
  forbidden: 'may not be read',
  timeout: 'was not answered in time',
  expired: 'is no longer there',
  'too-large': 'is too large',
  unsupported: 'cannot be read here',
  'not-requested': 'was not collected',
  'out-of-scope': 'was not collected',
  failed: 'could not be read',
};

/** `pre-install of 2023-12-12 13:57:17 UTC: 1 of 6 checkers failed`. */
export function partText(part: ReportedPart): string {
  const failed = part.lines.filter(({ passed }) => !passed).length;
  const of = plural(part.lines.length, 'checker');
  // Of a part that is about another phase nothing more is told: its codes lead to their pages.
  const codes = part.matters
    ? []
    : part.lines.flatMap(({ passed, code }) => (passed || code === undefined ? [] : code));
  const named = codes.length === 0 ? '' : ` (${[...new Set(codes)].join(', ')})`;
  const counts = failed === 0 ? `${of}, none failed` : `${failed} of ${of} failed${named}`;
  const when = part.date === undefined ? 'without a date' : `of ${timeText(part.date)}`;
  return cleanLine(`${part.part} ${when}: ${part.lines.length === 0 ? 'no result can be read' : counts}`);
}

/** `instancetype E45006: An InstanceType object is not valid`. */
export function lineText(line: ReportedLine): string {
  const code = line.code === undefined ? '' : ` ${line.code}`;
  const meaning = line.meaning ?? (line.passed || line.code === undefined ? '' : 'a code that no document has');
  return cleanLine(`${line.checker || 'a checker'}${code}${meaning === '' ? '' : `: ${meaning}`}`);
}

/** What has become of it. */
export function comparisonText(line: ReportedLine): string {
  const own = line.own ?? '';
  switch (line.comparison) {
    case 'agrees':
      return line.passed ? `${own} passes, too` : `${own} finds it now, too`;
    case 'fixed-since':
      return `fixed since: ${own} passes now`;
    case 'not-seen-then':
      return `not seen then: ${own} fails now`;
    case 'not-compared':
      return line.own === undefined
        ? 'no check of this phase judges it: only the next attempt shows whether it still fails'
        : `not compared: ${own} could not be made, or does not apply with these settings`;
  }
}

/** Passed lines of which nothing has to be told are named only. */
export function isTelling(line: ReportedLine): boolean {
  return !line.passed || line.comparison === 'not-seen-then';
}

/** The same for fixes that do the same: two roles of one old release are removed by one command. */
export function fixKey({ title, steps }: ReportFix): string {
  return JSON.stringify([title, steps]);
}

/** Frames in the order in which they are shown: those of checks that passed are not, and would leave holes. */
export function numbering(report: PreflightReport): ReadonlyMap<number, number> {
  const { blocking, advisory } = sorted(report);
  const shown = [...blocking, ...advisory].flatMap(({ findings }) => findings.flatMap(({ evidence }) => evidence));
  return new Map([...new Set(shown)].map((number, index) => [number, index + 1]));
}

/** The frames of one finding with the numbers of {@link numbering}, in their order. */
export function shownFrames(
  { evidence }: PreflightResult['findings'][number],
  report: PreflightReport,
  numbers: ReadonlyMap<number, number>,
): PreflightReport['evidence'] {
  return report.evidence
    .filter(({ number }) => evidence.includes(number))
    .map((frame) => ({ ...frame, number: numbers.get(frame.number) ?? frame.number }))
    .toSorted((one, other) => one.number - other.number);
}
