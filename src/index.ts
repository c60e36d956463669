/**
 * The library: the same engine as the command line. `readCapture` gives a Snapshot, `diagnose` a Report; the renderers make text of it.
 */
import { diagnose as runEngine } from './engine/diagnose.ts';
import type { Snapshot } from './model/evidence.ts';
import type { Report } from './model/report-schema.ts';
import type { ResourceRef } from './model/reference.ts';
import { rules as allRules } from './rules/index.gen.ts';
import type { AnyRule } from './rules/define.ts';

export interface Question {
  /** Objects asked for by name; none means everything in scope. */
  readonly asked?: readonly ResourceRef[];
  readonly namespaces?: readonly string[] | 'all';
  /** Instead of all rules. */
  readonly rules?: readonly AnyRule[];
}

/** Diagnoses a Snapshot. Pure and synchronous: the same Snapshot gives the same Report. */
export function diagnose(snapshot: Snapshot, question: Question = {}): Report {
  return runEngine(snapshot, {
    rules: question.rules ?? allRules,
    ...(question.asked === undefined ? {} : { asked: question.asked }),
    ...(question.namespaces === undefined ? {} : { namespaces: question.namespaces }),
  }).report;
}

export { readCapture, readCaptures } from './collect/captures/read-capture.ts';
export { writeCapture } from './snapshot/write.ts';
export { InferscopeProblem } from './collect/problem.ts';
export { rules } from './rules/index.gen.ts';
export { renderJson } from './report/json.ts';
export { renderPlain } from './report/plain.ts';
export { renderShort } from './report/short.ts';
export { renderTerminal } from './report/terminal/render.ts';
export { defineRule } from './rules/define.ts';
export { defineView } from './model/reader.ts';
export { reportSchema } from './model/report-schema.ts';
export type { AnyRule } from './rules/define.ts';
export type { Evidence, EvidenceGap, Snapshot } from './model/evidence.ts';
export type { Diagnosis, Report, ReportCause } from './model/report-schema.ts';
export type { ResourceRef } from './model/reference.ts';
