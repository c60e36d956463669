/**
 * Puts the extension's own health check beside the checks of preflight: what each of its codes means, and whether what it saw is there now. Decides no
 * check and quotes nothing; the parts that it was read from are the proof.
 */
import type { Lookup } from '../model/evidence.ts';
import type { PreflightResult, ReportedHealthCheck } from '../model/preflight-schema.ts';
import { healthCheckCodes } from '../views/azureml/catalog/health-check-codes.ts';
import type { HealthCheckFound, HealthCheckPart } from '../views/azureml/health-check.ts';
import type { HealthCheckResult } from '../views/parse/health-check-report.ts';
import type { FrameBook } from './frames.ts';

type ReportedLine = ReportedHealthCheck['parts'][number]['lines'][number];

/** Undefined where the extension left no report, or none that could be read. */
export function compareHealthCheck(
  found: Lookup<HealthCheckFound>,
  checks: readonly PreflightResult[],
  book: FrameBook,
): ReportedHealthCheck | undefined {
  if (found.state !== 'present' || found.value.parts.length === 0) return undefined;
  const { parts } = found.value;
  const judges = judgesOf(parts);
  return {
    parts: parts.map((part) => ({
      part: part.part,
      matters: part.matters,
      ...(part.report.date === undefined ? {} : { date: part.report.date }),
      details: Object.fromEntries(part.report.details),
      lines: part.report.results.map((result) => lineOf(result, checks, judges)),
      unread: [...part.report.unread],
    })),
    evidence: parts.filter(({ matters }) => matters).map((part) => book.number(part.cite(`${part.part} report`))),
    missed: missedBy(parts, checks),
  };
}

/** Checks of ours that judge what a code stands for. */
function checksOf(code: string, checks: readonly PreflightResult[]): readonly PreflightResult[] {
  const shownBy = new Set(
    healthCheckCodes
      .filter((known) => known.name === code)
      .flatMap(({ reasons }) => reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : []))),
  );
  // The check that shows what no other decides repeats the report, and says nothing of now.
  // A report of the same shape that preflight itself wrote gives codes of ours.
  return checks.filter(
    (check) =>
      (check.foreignCode === code || check.code === code || shownBy.has(check.code)) && check.code !== REPORTED,
  );
}

const REPORTED = 'IS9621';

/** Code that each checker gives when it fails, as far as the reports themselves tell: the documents do not. */
function judgesOf(parts: readonly HealthCheckPart[]): ReadonlyMap<string, ReadonlySet<string>> {
  // Seen together in Azure/azure-sdk-for-python#33480 and Azure/AML-Kubernetes#293.
  const judges = new Map<string, Set<string>>([
    ['instancetype', new Set(['E45006'])],
    ['inferencev1', new Set(['E45005'])],
  ]);
  for (const { report } of parts) {
    for (const { checker, code } of report.results) {
      if (code === undefined || checker === '') continue;
      const known = judges.get(checker) ?? new Set();
      judges.set(checker, known.add(code));
    }
  }
  return judges;
}

function lineOf(
  result: HealthCheckResult,
  checks: readonly PreflightResult[],
  judges: ReadonlyMap<string, ReadonlySet<string>>,
): ReportedLine {
  const codes = result.code === undefined ? [...(judges.get(result.checker) ?? [])] : [result.code];
  const own = codes.flatMap((code) => checksOf(code, checks));
  const failed = own.find(({ state }) => state === 'failed');
  const decided = failed ?? own.find(({ state }) => state === 'passed') ?? own[0];
  const meaning =
    healthCheckCodes.find(({ name }) => name === result.code)?.title ??
    own.find(({ code }) => code === result.code)?.title;
  return {
    checker: result.checker,
    passed: result.passed,
    ...(result.code === undefined ? {} : { code: result.code }),
    ...(result.message === undefined ? {} : { message: result.message }),
    ...(meaning === undefined ? {} : { meaning }),
    ...(decided === undefined ? {} : { own: decided.code }),
    comparison: comparisonOf(result.passed, own, failed !== undefined),
  };
}

/** A check that could not be made, or that these settings leave idle, says nothing about then and now. */
function comparisonOf(
  passedThen: boolean,
  own: readonly PreflightResult[],
  failsNow: boolean,
): ReportedLine['comparison'] {
  if (failsNow) return passedThen ? 'not-seen-then' : 'agrees';
  const open = own.some(({ state }) => state === 'not-checked' || state === 'crashed');
  if (open || !own.some(({ state }) => state === 'passed')) return 'not-compared';
  return passedThen ? 'agrees' : 'fixed-since';
}

/** Only what has a code of theirs could have been seen then; a report that was cut does not tell what it did not see. */
function missedBy(
  parts: readonly HealthCheckPart[],
  checks: readonly PreflightResult[],
): ReportedHealthCheck['missed'] {
  const read = parts.filter(({ matters, report }) => matters && report.results.length > 0);
  if (read.length === 0 || read.some(({ report }) => report.unread.length > 0)) return [];
  const reported = new Set(read.flatMap(({ report }) => report.results.flatMap(({ code }) => code ?? [])));
  const foreign = new Map<string, string>();
  for (const { name, reasons } of healthCheckCodes)
    for (const reason of reasons) if ('shownBy' in reason) for (const code of reason.shownBy) foreign.set(code, name);
  return checks.flatMap((check) => {
    const foreignCode = check.foreignCode ?? (check.code === REPORTED ? undefined : foreign.get(check.code));
    return check.state === 'failed' && foreignCode !== undefined && !reported.has(foreignCode)
      ? [{ code: check.code, foreignCode, text: check.text }]
      : [];
  });
}
