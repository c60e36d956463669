/**
 * The engine of `trace`: a Snapshot, an object and a request in, a TraceReport out. Pure and synchronous, like that of `diagnose`. Besides the report it
 * names what a further round of collection could fetch to decide what is not known.
 */
import type { Citation, EvidenceGap, EvidenceRequest, Snapshot } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { TraceHop, TracePath, TraceReport } from '../model/trace-schema.ts';
import { createReader } from '../snapshot/reader.ts';
import { predictAnswer, requestPath, requestPaths, type Prediction } from '../views/request-path.ts';
import type { Hop, PathRequest, RequestPath } from '../views/request-path/path-types.ts';
import { TOOL_VERSION } from './version.ts';
import { createViewContext } from './view-context.ts';

export interface TraceResult {
  readonly report: TraceReport;
  /** What a further round could fetch, most telling first: what hops that are not known wait for. */
  readonly wanted: readonly EvidenceRequest[];
}

/** The paths of a request to an object. An empty request is the one that the object is there for. */
export function trace(snapshot: Snapshot, subject: ResourceRef, request: PathRequest = {}): TraceResult {
  const reader = createReader(snapshot);
  const context = createViewContext(reader);
  const known = reader.object(subject);
  const ref = known.state === 'present' ? known.value.ref : subject;
  const paths = Object.keys(request).length === 0 ? context.use(requestPaths, ref) : requestPath(context, ref, request);
  const status = statusOf(paths);
  const report: TraceReport = {
    schemaVersion: 1,
    tool: { name: 'inferscope', version: TOOL_VERSION },
    takenAt: snapshot.takenAt,
    source: snapshot.source,
    ...(snapshot.digest === undefined ? {} : { snapshotDigest: snapshot.digest }),
    subject: ref,
    status,
    exitCode: status === 'passes' ? 0 : status === 'fails' ? 1 : 2,
    paths: paths.map(pathOf),
    gaps: gapsOf(paths),
  };
  return { report, wanted: wantedOf(paths) };
}

/** What one request will be answered. */
export function traceRequest(
  snapshot: Snapshot,
  subject: ResourceRef,
  request: PathRequest,
): { readonly prediction: Prediction } {
  const context = createViewContext(createReader(snapshot));
  return { prediction: predictAnswer(context, subject, request) };
}

/** One path that fails is a fault; what is not known is told only where none fails. A tag's or a canary's path counts as any other. */
function statusOf(paths: readonly RequestPath[]): TraceReport['status'] {
  const states = paths.map((path) => path.outcome.state);
  if (states.includes('fails')) return 'fails';
  return states.includes('unknown') ? 'unknown' : 'passes';
}

function pathOf(path: RequestPath): TracePath {
  const { caller, target, percent, tag, host, port, method, contentType, notes, entry } = path;
  return {
    caller,
    target,
    percent,
    ...(tag === undefined ? {} : { tag }),
    host,
    ...(port === undefined ? {} : { port }),
    path: path.path,
    method,
    ...(contentType === undefined ? {} : { contentType }),
    hops: path.hops.map(hopOf),
    outcome: path.outcome,
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
    ...(entry === undefined ? {} : { entry: { ...entry, addresses: [...entry.addresses] } }),
  };
}

function hopOf(hop: Hop): TraceHop {
  return {
    id: hop.id,
    title: hop.title,
    ...(hop.object === undefined ? {} : { object: hop.object }),
    state: hop.state,
    says: hop.says,
    facts: [...hop.facts],
    evidence: hop.citations.map(evidenceOf),
    gaps: hop.gaps.map((gap) => gap.id),
    ...(hop.answer === undefined ? {} : { answer: hop.answer }),
    ...(hop.todo === undefined ? {} : { todo: hop.todo }),
    ...(hop.command === undefined ? {} : { command: [...hop.command] }),
  };
}

function evidenceOf({ evidence, at, label }: Citation): TraceHop['evidence'][number] {
  return {
    evidence,
    label,
    ...(at.kind === 'pointer' ? { pointer: at.pointer } : {}),
    ...(at.kind === 'lines' ? { lines: [at.from, at.to] as [number, number] } : {}),
  };
}

function gapsOf(paths: readonly RequestPath[]): TraceReport['gaps'] {
  const gaps = new Map<string, EvidenceGap>();
  for (const path of paths) for (const hop of path.hops) for (const gap of hop.gaps) gaps.set(gap.id, gap);
  return [...gaps.values()].slice(0, MOST_GAPS).map((gap) => ({
    id: gap.id,
    wanted: gap.wanted,
    reason: gap.reason,
    detail: gap.detail,
    ...(gap.unlock === undefined ? {} : { unlock: gap.unlock }),
  }));
}

const MOST_GAPS = 30;

/** Hops that are not known first, in the order of the path; then what would only say more of hops that pass. */
function wantedOf(paths: readonly RequestPath[]): readonly EvidenceRequest[] {
  const wanted = new Map<string, EvidenceRequest>();
  for (const state of ['unknown', 'passes'] as const)
    for (const path of paths)
      for (const hop of path.hops)
        if (hop.state === state)
          for (const { id, request } of hop.gaps) if (request !== undefined && !wanted.has(id)) wanted.set(id, request);
  return [...wanted.values()];
}
