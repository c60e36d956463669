/**
 * The engine: a Snapshot in, a Report out. Pure and synchronous; it sees no cluster and no clock. Besides the Report it names what a second
 * round of collection could fetch to decide more.
 */
import type { Evidence, EvidenceRequest, Snapshot } from '../model/evidence.ts';
import type { Diagnosis, Report } from '../model/report-schema.ts';
import { refKey, refLabel, type ResourceRef } from '../model/reference.ts';
import type { SnapshotReader } from '../model/reader.ts';
import type { AnyRule } from '../rules/define.ts';
import { looksWell } from '../views/looks-well.ts';
import { createReader } from '../snapshot/reader.ts';
import { explain } from '../graph/explain.ts';
import { closureOf, type Closure } from '../graph/closure.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { collectGaps } from './gaps.ts';
import { groupByCause, groupAsked, type Group } from './group.ts';
import { buildDiagnosis } from './build-diagnosis.ts';
import { runRules, type RuleRun } from './run-rules.ts';
import { extendToSiblings, readElsewhere } from './siblings.ts';
import { createViewContext } from './view-context.ts';
import { wantedRequests } from './wanted.ts';
import { TOOL_VERSION } from './version.ts';

export interface DiagnoseOptions {
  readonly rules: readonly AnyRule[];
  /** Objects asked for by name; none means everything in scope. */
  readonly asked?: readonly ResourceRef[];
  /** Restricts a run over a scope to these namespaces. */
  readonly namespaces?: readonly string[] | 'all';
}

export interface DiagnoseResult {
  readonly report: Report;
  /** What a further round could fetch, most telling first. */
  readonly wanted: readonly EvidenceRequest[];
  /** What is worth a request only when nothing of `wanted` is left to fetch. */
  readonly wantedLater: readonly EvidenceRequest[];
}

export function diagnose(snapshot: Snapshot, options: DiagnoseOptions): DiagnoseResult {
  const reader = createReader(snapshot);
  const context = createViewContext(reader);
  // As the snapshot knows them, with their uid: a person types a name.
  const asked = (options.asked ?? []).map((ref) => {
    const found = reader.object(ref);
    return found.state === 'present' ? found.value.ref : ref;
  });
  const namespaces = options.namespaces ?? 'all';
  const closures = asked.map((ref) => closureOf(context, ref));
  const objects = asked.length > 0 ? unite(closures) : inScope(reader, options.rules, namespaces);
  const askedKeys = new Set(asked.length > 0 ? objects.map(refKey) : []);
  const run = runRules(options.rules, { objects, asked: askedKeys }, context);
  const findings = extendToSiblings(run.runs, run.findings, context);
  const explanation = explain(findings, context);
  const groups: readonly Group[] =
    asked.length > 0 ? groupAsked(asked, closures, explanation, context) : groupByCause(explanation, context);
  const evidence = new Map<string, Evidence>(snapshot.evidence.map((piece) => [piece.id, piece]));
  const runs = runsByObject(run.runs);
  const diagnoses = groups.map((group) =>
    buildDiagnosis(group, { context, explanation, runs, rules: options.rules, evidence, snapshot }),
  );
  const coverage: Coverage =
    asked.length > 0 ? { unread: [] } : coverageOf(reader, snapshot.scope, namespaces, kindsLookedAt(options.rules));
  const blind = run.runs.some(({ rule, verdict }) => rule.role === 'symptom' && verdict.state === 'crashed');
  const status = statusOf(diagnoses, coverage, blind);
  const elsewhere = readElsewhere(run.runs, context);
  const report: Report = {
    schemaVersion: 1,
    tool: { name: 'inferscope', version: TOOL_VERSION },
    takenAt: snapshot.takenAt,
    source: snapshot.source,
    ...(snapshot.digest === undefined ? {} : { snapshotDigest: snapshot.digest }),
    scope: {
      namespaces:
        namespaces === 'all'
          ? snapshot.scope.namespaces === 'all'
            ? 'all'
            : [...snapshot.scope.namespaces]
          : [...namespaces],
      asked: asked.map(refLabel),
    },
    status,
    exitCode: status === 'healthy' ? 0 : status === 'explained' ? 1 : 2,
    read: counts(snapshot),
    diagnoses,
    gaps: collectGaps(
      run.runs,
      snapshot,
      elsewhere,
      status === 'healthy'
        ? coverage.givenOnly
        : diagnoses.length === 0
          ? (coverage.refused ?? coverage.nothingExamined)
          : undefined,
    ),
  };
  const { first, later } = wantedRequests(run.runs, context, elsewhere);
  return { report, wanted: first, wantedLater: later };
}

function runsByObject(runs: readonly RuleRun[]): ReadonlyMap<string, readonly RuleRun[]> {
  const found = new Map<string, RuleRun[]>();
  for (const run of runs) {
    const key = refKey(run.on);
    const list = found.get(key);
    if (list) list.push(run);
    else found.set(key, [run]);
  }
  return found;
}

function unite(closures: readonly Closure[]): readonly ResourceRef[] {
  const members = new Map<string, ResourceRef>();
  for (const closure of closures) for (const member of closure.members) members.set(refKey(member), member);
  return [...members.values()];
}

function kindsLookedAt(rules: readonly AnyRule[]): readonly string[] {
  return [...new Set(rules.filter((rule) => rule.looksAt === 'always').flatMap((rule) => rule.appliesTo))];
}

/** Every object of a kind that some symptom rule looks at. */
function inScope(
  reader: SnapshotReader,
  rules: readonly AnyRule[],
  namespaces: readonly string[] | 'all',
): readonly ResourceRef[] {
  const found: ResourceRef[] = [];
  for (const kind of kindsLookedAt(rules)) {
    const [name = kind, ...group] = kind.split('.');
    const options = group.length === 0 ? {} : { group: group.join('.') };
    const lists =
      namespaces === 'all'
        ? [reader.list(name, options)]
        : namespaces.map((namespace) => reader.list(name, { ...options, namespace }));
    for (const { items } of lists)
      for (const object of items) if (!looksWell(object, reader.now)) found.push(object.ref);
  }
  return found;
}

function counts(snapshot: Snapshot): Report['read'] {
  let objects = 0;
  let events = 0;
  let logs = 0;
  for (const piece of snapshot.evidence) {
    if (piece.type === 'object') {
      if (piece.subject.kind === 'Event') events += 1;
      else objects += 1;
    } else if (piece.type === 'log') logs += 1;
  }
  return { objects, events, logs };
}

/** What was found wrong stays true whatever else could not be read; that nothing was found proves nothing where workloads were not seen. */
function statusOf(diagnoses: readonly Diagnosis[], coverage: Coverage, blind: boolean): Report['status'] {
  const states = diagnoses.map((diagnosis) => diagnosis.status);
  for (const state of ['explained', 'undecided', 'unreadable'] as const) if (states.includes(state)) return state;
  const holes = coverage.unread.length > 0 || coverage.nothingExamined !== undefined || coverage.refused !== undefined;
  return holes || blind ? 'unreadable' : 'healthy';
}
