/**
 * Preflight as JUnit XML for CI: a suite per profile, a case per check. It is green exactly where the exit code is 0: a check that blocks is a failure, one that would
 * block and could not be made an error; what only warns or does not apply is skipped with its reason. Reads the PreflightReport only.
 */
import type { PreflightReport, PreflightResult } from '../model/preflight-schema.ts';
import { openText } from './preflight-words.ts';
import { shellCommand } from './shell.ts';
import { cleanLine } from './text.ts';

export function renderPreflightJunit(report: PreflightReport): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  lines.push(`<testsuites name="inferscope preflight ${report.phase}"${counts(report.checks)}>`);
  for (const { profile, because } of suites(report)) {
    const checks = report.checks.filter((check) => check.profile === profile);
    lines.push(
      `  <testsuite name="${profile}"${counts(checks)} timestamp="${text(report.takenAt.replace(/(?:\.\d+)?Z$/, ''))}">`,
      '    <properties>',
      ...Object.entries({ because, source: report.source, phase: report.phase, status: report.status }).map(
        ([name, value]) => `      <property name="${name}" value="${text(value)}"/>`,
      ),
      '    </properties>',
      ...checks.flatMap((check) => caseLines(check, report)),
      '  </testsuite>',
    );
  }
  lines.push('</testsuites>');
  return `${lines.join('\n')}\n`;
}

/** The profiles judged, then those of which single checks were judged beside them: no case may be counted that is in no suite. */
function suites({
  profiles,
  checks,
}: PreflightReport): readonly { readonly profile: string; readonly because: string }[] {
  const borrowed = new Set<string>(checks.map(({ profile }) => profile));
  for (const { profile } of profiles) borrowed.delete(profile);
  const others = [...borrowed].map((profile) => ({ profile, because: 'what every profile stands on' }));
  return [...profiles, ...others];
}

function counts(checks: readonly PreflightResult[]): string {
  const of = (wanted: Outcome): number => checks.filter((check) => outcomeOf(check) === wanted).length;
  return ` tests="${checks.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

function outcomeOf({ state, weight }: PreflightResult): Outcome {
  switch (state) {
    case 'passed':
      return 'passed';
    case 'failed':
      return weight === 'blocking' ? 'failure' : 'skipped';
    case 'crashed':
    case 'not-checked':
      return weight === 'blocking' ? 'error' : 'skipped';
    case 'not-applicable':
      return 'skipped';
  }
}

const STATES: Readonly<Record<Exclude<PreflightResult['state'], 'passed'>, string>> = {
  failed: 'advisory',
  'not-checked': 'not checked',
  'not-applicable': 'does not apply',
  crashed: 'crashed',
};

function caseLines(check: PreflightResult, report: PreflightReport): string[] {
  const name = [check.code, ...(check.foreignCode === undefined ? [] : [check.foreignCode]), check.title].join(' ');
  const head = `    <testcase classname="${check.profile}" name="${text(name)}" time="0"`;
  const outcome = outcomeOf(check);
  if (check.state === 'passed') return [`${head}/>`];
  const words = check.state === 'not-checked' || check.state === 'crashed' ? openText(check, report) : check.text;
  const told = check.findings.flatMap((cause) => [
    `${cause.code} ${cause.name}: ${cause.message.text}`,
    `${cause.certainty}: ${cause.basis}`,
    ...report.evidence
      .filter(({ number }) => cause.evidence.includes(number))
      .flatMap((frame) => [`evidence: ${frame.title}`, ...frame.lines.map((line) => `  ${line.text}`)]),
    ...cause.fixes
      .slice(0, 1)
      .flatMap((fix) => [
        `fix: ${fix.title}`,
        ...fix.steps.map((step) => `  ${step.kind === 'command' ? shellCommand(step.argv) : step.text}`),
      ]),
  ]);
  const body = told.map((line) => text(line)).join('\n');
  switch (outcome) {
    case 'failure':
      return [
        `${head}>`,
        `      <failure type="${check.code}" message="${text(words)}">${body}</failure>`,
        '    </testcase>',
      ];
    case 'error':
      return [`${head}>`, `      <error type="${check.code}" message="${text(words)}"/>`, '    </testcase>'];
    case 'skipped':
    case 'passed':
      return [
        `${head}>`,
        `      <skipped message="${text(`${STATES[check.state]}: ${words}`)}"/>`,
        ...(body === '' ? [] : [`      <system-out>${body}</system-out>`]),
        '    </testcase>',
      ];
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Safe in an attribute and in an element; without what XML 1.0 §2.2 does not allow at all. */
function text(value: string): string {
  return cleanLine(value)
    .replace(/[\ufffe\uffff]|\p{Surrogate}/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
