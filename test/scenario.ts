/**
 * One recorded failure: its capture, what is true of it, and whether a Report says so. Shared by the tests and by `npm run scenarios`.
 * It judges Reports only; it knows no rule but by code, name and aliases.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { readCapture } from '../src/collect/captures/read-capture.ts';
import { diagnose } from '../src/engine/diagnose.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { apiVersionOf, kindNamed } from '../src/model/kinds.ts';
import type { Diagnosis, Report, ReportCause } from '../src/model/report-schema.ts';
import { refKey, type ResourceRef } from '../src/model/reference.ts';
import type { AnyRule } from '../src/rules/define.ts';
import { rules } from '../src/rules/index.gen.ts';
import { notConfirmed } from './scenario-exceptions.ts';

const objectSchema = z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() });
const proofSchema = z.array(
  z.object({ file: z.string(), contains: z.string().optional(), nothing: z.string().optional() }),
);
const truthSchema = z.object({
  id: z.string(),
  asked: objectSchema,
  cause: z.union([
    z.literal('none'),
    z.object({ slug: z.string(), object: objectSchema, says: z.string(), proof: proofSchema }),
  ]),
  not: z.array(z.string()),
  chain: z.array(z.string()).default([]),
});
type Truth = z.infer<typeof truthSchema>;

export interface Scenario {
  readonly id: string;
  readonly truth: Truth;
  readonly asked: ResourceRef;
  readonly snapshot: Snapshot;
}

const SCENARIOS = path.resolve(import.meta.dirname, 'scenarios');

/** `SCENARIO=id` restricts to those whose id contains it. */
export function scenarioIds(): readonly string[] {
  const only = process.env['SCENARIO'] ?? '';
  return readdirSync(SCENARIOS)
    .filter((id) => id.includes(only))
    .sort();
}

const loaded = new Map<string, Promise<Scenario>>();

/** Read once per process. */
export function loadScenario(id: string): Promise<Scenario> {
  const known = loaded.get(id);
  if (known) return known;
  const reading = readScenario(id);
  loaded.set(id, reading);
  return reading;
}

async function readScenario(id: string): Promise<Scenario> {
  const { asked, truth } = readTruth(id);
  return { id, truth, asked, snapshot: await readCapture(path.join(SCENARIOS, id, 'capture.tgz')) };
}

/** What is true of a scenario, without reading its capture. */
export function readTruth(id: string): Pick<Scenario, 'truth' | 'asked'> {
  const truth = truthSchema.parse(
    load(readFileSync(path.join(SCENARIOS, id, 'truth.yaml'), 'utf8'), { schema: CORE_SCHEMA }),
  );
  return { truth, asked: referenceTo(truth.asked) };
}

function referenceTo(object: z.infer<typeof objectSchema>): ResourceRef {
  const info = kindNamed(object.kind);
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    kind: object.kind,
    ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    name: object.name,
  };
}

export interface Judgement {
  readonly id: string;
  /** The slug of the true cause, or `none`. */
  readonly expected: string;
  /** Code and name of the first cause given, or the status where there is none. */
  readonly given: string;
  readonly certainty: string;
  /** One sentence each; empty where the Report is right. */
  readonly problems: readonly string[];
}

/** Diagnoses the object asked for, and the whole scope, and compares both with the truth. */
export function judgeScenario(scenario: Scenario): Judgement {
  const { truth, asked, snapshot, id } = scenario;
  const { report } = diagnose(snapshot, { rules, asked: [asked] });
  const whole = diagnose(snapshot, { rules }).report;
  const problems =
    truth.cause === 'none' ? [...healthyProblems(report, 'asked'), ...healthyProblems(whole, 'whole scope')] : [];
  const first = report.diagnoses[0]?.causes[0];
  if (truth.cause !== 'none')
    problems.push(...causeProblems(truth.cause, report, id), ...scopeProblems(asked, first, whole));
  problems.push(...notProblems(truth.not, report), ...chainProblems(id, truth.chain, report));
  return {
    id,
    expected: truth.cause === 'none' ? 'none' : truth.cause.slug,
    given: first === undefined ? report.status : `${first.code} ${first.name}`,
    certainty: first?.certainty ?? '',
    problems,
  };
}

/** A rule stands for a slug of truth.yaml by its name or by one of its aliases. */
function matchesSlug(code: string, slug: string): boolean {
  const rule = rules.find((candidate) => candidate.code === code);
  return rule !== undefined && [rule.name, ...rule.aliases].some((name) => kebab(name) === slug);
}

function ruleOf(code: string): AnyRule | undefined {
  return rules.find((candidate) => candidate.code === code);
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

function healthyProblems(report: Report, mode: string): string[] {
  const problems: string[] = [];
  if (report.status !== 'healthy') problems.push(`${mode}: status is ${report.status}, healthy is true`);
  if (report.exitCode !== 0) problems.push(`${mode}: exit code is ${report.exitCode}, 0 is right`);
  for (const diagnosis of report.diagnoses) {
    for (const cause of [...diagnosis.causes, ...diagnosis.candidates, ...diagnosis.alsoWrong]) {
      problems.push(
        `${mode}: ${cause.code} ${cause.name} is reported although nothing is wrong: ${cause.message.text}`,
      );
    }
    for (const symptom of diagnosis.unexplained)
      problems.push(`${mode}: symptom ${symptom.code} although nothing is wrong: ${symptom.text}`);
  }
  return problems;
}

function causeProblems(truth: Exclude<Truth['cause'], 'none'>, report: Report, id: string): string[] {
  const diagnosis = report.diagnoses[0];
  const first = diagnosis?.causes[0];
  if (diagnosis === undefined || first === undefined) {
    const candidates = diagnosis?.candidates.map((cause) => `${cause.code} ${cause.name}`).join(', ') ?? '';
    return [
      `no cause is given (${report.status}${candidates === '' ? '' : `; candidates ${candidates}`}); ${truth.slug} is true`,
    ];
  }
  const problems: string[] = [];
  if (!matchesSlug(first.code, truth.slug)) {
    problems.push(
      `${first.code} ${first.name} is given (${first.message.text}); ${truth.slug} is true, which neither its name nor an alias says`,
    );
  }
  const unsure = notConfirmed[id];
  if (first.certainty !== 'confirmed' && unsure === undefined)
    problems.push(`${first.code} is ${first.certainty}; the proof states the cause, so confirmed is right`);
  if (first.certainty === 'confirmed' && unsure !== undefined)
    problems.push(`it is confirmed now: take ${id} off test/scenario-exceptions.ts`);
  const { subject } = first;
  const { object } = truth;
  if (subject.kind !== object.kind || subject.name !== object.name || subject.namespace !== object.namespace) {
    problems.push(`${first.code} names ${placeOf(subject)} as the object at fault; ${placeOf(object)} is true`);
  }
  problems.push(...proofProblems(truth.proof, first, diagnosis));
  return problems;
}

/** Patterns for the steps of the true chain, for the scenarios whose chain leads through a serving platform. */
const CHAINS = z
  .record(z.string(), z.array(z.string()))
  .parse(
    load(readFileSync(path.resolve(import.meta.dirname, 'scenario-chains.yaml'), 'utf8'), { schema: CORE_SCHEMA }),
  );

/** Every step of the true chain is told, in its order: in the cause's own lines, in WHY, or (the last) in the header. */
function chainProblems(id: string, chain: readonly string[], report: Report): string[] {
  const patterns = CHAINS[id];
  const diagnosis = report.diagnoses[0];
  const first = diagnosis?.causes[0];
  if (patterns === undefined || diagnosis === undefined || first === undefined) return [];
  // Where a step was merged with the one before it, one pattern stands for both; none is left out.
  if (patterns.length > chain.length || patterns.length < chain.length - 1)
    return [`scenario-chains.yaml has ${patterns.length} steps, the truth ${chain.length}`];
  const told = [
    [first.message.text, first.basis, first.consequence ?? ''].join(' '),
    ...diagnosis.why.map((step) => step.text),
    diagnosis.impact.text,
  ];
  let from = 0;
  for (const pattern of patterns) {
    const at = told.findIndex((text, index) => index >= from && new RegExp(pattern).test(text));
    if (at < 0)
      return [
        `the chain does not tell /${pattern}/ after "${(told[from] ?? '').slice(0, 60)}": ${told.join(' → ').slice(0, 900)}`,
      ];
    from = at;
  }
  return [];
}

function placeOf(object: {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  return `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
}

/** Either everything that the truth calls proof is cited, or at least one of its texts is quoted. */
function proofProblems(proof: z.infer<typeof proofSchema>, cause: ReportCause, diagnosis: Diagnosis): string[] {
  const numbers = new Set([...cause.evidence, ...diagnosis.why.flatMap((step) => step.evidence)]);
  const frames = diagnosis.evidence.filter((frame) => numbers.has(frame.number));
  const quoted = frames.map((frame) => bare(frame.lines.map((line) => line.text).join('\n')));
  if (proof.some(({ contains }) => contains !== undefined && quoted.some((text) => text.includes(bare(contains)))))
    return [];
  const missing = proof.filter(({ file }) => !frames.some((frame) => isFrom(frame.evidence, file)));
  if (missing.length === 0) return [];
  return [
    `${cause.code} neither quotes a proof nor cites ${missing.map(({ file }) => file).join(', ')}; it cites ${frames.map((frame) => frame.evidence).join(', ') || 'nothing'}`,
  ];
}

/** Without what JSON and the YAML of frames write differently. */
function bare(text: string): string {
  return text.replace(/[\s"'{}[\],\\-]/g, '');
}

/** Whether a piece of evidence comes from a file of the capture: a list, a log of the same container, an answer of a registry. */
function isFrom(evidence: string, file: string): boolean {
  const stem = file.replace(/\.(?:json|txt)$/, '');
  const log = /\/log\/([^/]+)$/.exec(stem)?.[1];
  if (log !== undefined) return evidence.includes(`/log/${log.replace(/\.previous$/, '')}`);
  if (stem.startsWith('registry/') || stem === 'requests') return evidence.includes(stem);
  return evidence.includes(`/${stem.slice(stem.lastIndexOf('/') + 1)}`);
}

/** Asked about everything, Inferscope names the same cause; what only a closer look at one object finds is left out. */
function scopeProblems(asked: ResourceRef, first: ReportCause | undefined, whole: Report): string[] {
  if (first === undefined || ruleOf(first.code)?.looksAt === 'asked') return [];
  const diagnosis = whole.diagnoses.find((candidate) =>
    candidate.victims.some((victim) => refKey(asRef(victim)) === refKey(asked)),
  );
  // A Service without endpoints is no victim of its own: its workload is, and the cause is told there.
  if (
    diagnosis === undefined &&
    asked.kind === 'Service' &&
    whole.diagnoses.some((candidate) => candidate.causes[0]?.fingerprint === first.fingerprint)
  )
    return [];
  if (diagnosis === undefined) return [`whole scope: no diagnosis has ${asked.kind}/${asked.name} among its victims`];
  const cause = diagnosis.causes[0];
  if (cause?.code === first.code) return [];
  return [
    `whole scope: the cause is ${cause === undefined ? diagnosis.status : `${cause.code} ${cause.name}`}, asked by name it is ${first.code} ${first.name}`,
  ];
}

function asRef(ref: Diagnosis['subject']): ResourceRef {
  const { apiVersion, kind, namespace, name } = ref;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function notProblems(not: readonly string[], report: Report): string[] {
  const problems: string[] = [];
  for (const slug of not) {
    if (slug === 'none') {
      if (report.status === 'healthy') problems.push('status is healthy although something is wrong');
      continue;
    }
    for (const diagnosis of report.diagnoses) {
      for (const cause of [...diagnosis.causes, ...diagnosis.candidates, ...diagnosis.alsoWrong]) {
        if (matchesSlug(cause.code, slug))
          problems.push(`${cause.code} ${cause.name} is reported (${cause.message.text}); ${slug} is not true`);
      }
    }
  }
  return problems;
}
