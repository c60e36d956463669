/**
 * The engine of `preflight`: a Snapshot that holds an intent in, a PreflightReport out. Pure and synchronous, like that of `diagnose`. A check is a
 * rule; here nothing is linked and nothing folded: every problem of a cluster that is not installed yet has to be mended by itself.
 */
import type { Evidence, EvidenceGap, EvidenceRequest, Snapshot } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import { PREFLIGHT, type PreflightCheck, type PreflightProfile } from '../model/preflight.ts';
import type { PreflightReport, PreflightResult } from '../model/preflight-schema.ts';
import type { AnyRule } from '../rules/define.ts';
import { createReader } from '../snapshot/reader.ts';
import { healthCheck } from '../views/azureml/health-check.ts';
import { preflightIntent, type PreflightIntent } from '../views/preflight-intent.ts';
import { preflightProfiles } from '../views/preflight-profiles.ts';
import { reportGap } from './gaps.ts';
import { compareHealthCheck } from './compare-health-check.ts';
import { createFrameBook, type FrameBook } from './frames.ts';
import { quotingReports } from './health-check-frame.ts';
import { reportCause } from './report-cause.ts';
import { runRule } from './run-rule.ts';
import { TOOL_VERSION } from './version.ts';
import { createViewContext } from './view-context.ts';

export interface PreflightRun {
  readonly report: PreflightReport;
  /** What a further round could fetch to make checks that could not be made. */
  readonly wanted: readonly EvidenceRequest[];
}

type Check = AnyRule & { readonly preflight: NonNullable<AnyRule['preflight']> };

function isCheck(rule: AnyRule): rule is Check {
  return rule.preflight !== undefined;
}

/** Throws where the snapshot holds no intent: the caller puts it there. */
export function preflight(snapshot: Snapshot, rules: readonly AnyRule[]): PreflightRun {
  const reader = createReader(snapshot);
  const context = createViewContext(reader);
  const intent = context.use(preflightIntent, PREFLIGHT);
  if (intent === undefined) throw new Error('the snapshot holds no intent to judge');
  const chosen = context.use(preflightProfiles, PREFLIGHT);
  const evidence = new Map<string, Evidence>(snapshot.evidence.map((piece) => [piece.id, piece]));
  const book = quotingReports(createFrameBook(evidence, snapshot), evidence);
  const profiles = new Set(chosen.map(({ profile }) => profile));
  const runs = rules
    .filter(isCheck)
    .filter(({ preflight: check }) => isMadeFor(check, profiles) && (check.phases?.includes(intent.phase) ?? true))
    .map((rule) => ({ rule, verdict: runRule(rule, PREFLIGHT, context, true) }));
  const checks = runs.map(({ rule, verdict }) => resultOf(rule, verdict, book));
  // What would tell whether further profiles apply; nothing where they were named.
  const unseen = intent.profiles.length > 0 ? [] : context.missed(preflightProfiles, PREFLIGHT);
  const gaps = gapsOf(runs, snapshot, unseen);
  const reported = context.use(healthCheck, PREFLIGHT);
  const compared = compareHealthCheck(reported, checks, book);
  const status = statusOf(checks);
  const report: PreflightReport = {
    schemaVersion: 1,
    tool: { name: 'inferscope', version: TOOL_VERSION },
    takenAt: snapshot.takenAt,
    source: snapshot.source,
    ...(snapshot.digest === undefined ? {} : { snapshotDigest: snapshot.digest }),
    phase: intent.phase,
    profiles: chosen.map((choice) => ({ ...choice })),
    settings: settingsOf(intent, profiles),
    status,
    exitCode: status === 'passed' ? 0 : status === 'failed' ? 1 : 2,
    checks,
    evidence: [...book.frames],
    ...(compared === undefined ? {} : { healthCheck: compared }),
    gaps,
  };
  return { report, wanted: wantedOf(runs, unseen) };
}

/** A check of another profile is made where a chosen one needs the same. */
export function isMadeFor(check: PreflightCheck, profiles: ReadonlySet<PreflightProfile>): boolean {
  return profiles.has(check.profile) || check.also?.some((profile) => profiles.has(profile)) === true;
}

function settingsOf(intent: PreflightIntent, profiles: ReadonlySet<PreflightProfile>): PreflightReport['settings'] {
  return [
    ...(intent.isAssumed && profiles.has('azureml')
      ? (['enableTraining', 'enableInference'] as const).map((name) => ({
          name,
          value: 'true',
          origin: 'assumed' as const,
        }))
      : []),
    ...intent.settings.map(([name, value]) => ({ name, value, origin: 'given' as const })),
    ...intent.protectedSettings.map((name) => ({ name, value: '', origin: 'protected' as const })),
  ];
}

function resultOf(rule: Check, verdict: Verdict, book: FrameBook): PreflightResult {
  const { profile, title, weight, foreignCode } = rule.preflight;
  const base = {
    code: rule.code,
    name: rule.name,
    profile,
    title,
    weight,
    ...(foreignCode === undefined ? {} : { foreignCode }),
    findings: [],
    evidence: [],
    gaps: [],
  };
  switch (verdict.state) {
    case 'found':
      return {
        ...base,
        state: 'failed',
        text: verdict.findings.map((finding) => finding.message.text).join('; '),
        findings: verdict.findings.map((finding) => reportCause(finding, book)),
      };
    case 'ruled-out':
      return {
        ...base,
        state: 'passed',
        text: verdict.because,
        evidence: [...new Set(verdict.citations.map((citation) => book.number(citation)))],
      };
    case 'not-applicable':
      return { ...base, state: 'not-applicable', text: verdict.because };
    case 'unknown':
      return {
        ...base,
        state: 'not-checked',
        text: verdict.gaps.map((gap) => `${gap.wanted}: ${gap.detail}`).join('; '),
        gaps: verdict.gaps.map((gap) => gap.id),
      };
    case 'not-reached':
      return { ...base, state: 'not-checked', text: `comes after ${verdict.blockedBy}` };
    case 'crashed':
      return { ...base, state: 'crashed', text: verdict.error };
  }
}

/** An advisory check that fails does not stop an installation; one that blocks and could not be made leaves the answer open. */
function statusOf(checks: readonly PreflightResult[]): PreflightReport['status'] {
  const blocking = checks.filter(({ weight }) => weight === 'blocking');
  if (blocking.some(({ state }) => state === 'failed')) return 'failed';
  const open = blocking.some(({ state }) => state === 'not-checked' || state === 'crashed');
  return open || checks.length === 0 ? 'unknown' : 'passed';
}

interface Run {
  readonly rule: Check;
  readonly verdict: Verdict;
}

function gapsOf(runs: readonly Run[], snapshot: Snapshot, unseen: readonly EvidenceGap[]): PreflightReport['gaps'] {
  const gaps = new Map<string, { readonly gap: EvidenceGap; readonly codes: Set<string> }>();
  for (const { rule, verdict } of runs) {
    if (verdict.state !== 'unknown') continue;
    for (const gap of verdict.gaps) {
      const entry = gaps.get(gap.id) ?? { gap, codes: new Set<string>() };
      entry.codes.add(rule.code);
      gaps.set(gap.id, entry);
    }
  }
  for (const gap of [...unseen, ...snapshot.gaps]) if (!gaps.has(gap.id)) gaps.set(gap.id, { gap, codes: new Set() });
  return [...gaps.values()].map(reportGap);
}

function wantedOf(runs: readonly Run[], unseen: readonly EvidenceGap[]): readonly EvidenceRequest[] {
  const wanted = new Map<string, EvidenceRequest>();
  for (const { id, request } of unseen) if (request !== undefined) wanted.set(id, request);
  for (const { verdict } of runs) {
    const gaps = verdict.state === 'unknown' ? verdict.gaps : verdict.state === 'found' ? (verdict.wants ?? []) : [];
    for (const { id, request } of gaps) if (request !== undefined) wanted.set(id, request);
  }
  return [...wanted.values()];
}
