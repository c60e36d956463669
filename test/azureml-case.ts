/**
 * One scenario of Azure ML: a cluster, what Azure ML or the extension's hooks said, and what Inferscope must answer. Written after the reference
 * (`constructed: true`), since the extension is closed; recorded ones lie under scenarios/. Shared by the test and by the table of docs/azureml.md.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load, loadAll } from 'js-yaml';
import { z } from 'zod';
import { diagnose } from '../src/engine/diagnose.ts';
import { preflight } from '../src/engine/preflight.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { textAt, type JsonObject } from '../src/model/json.ts';
import { PREFLIGHT, PREFLIGHT_PHASES, PREFLIGHT_PROFILES } from '../src/model/preflight.ts';
import type { ResourceRef } from '../src/model/reference.ts';
import { rules } from '../src/rules/index.gen.ts';
import { AZURE_ERRORS } from '../src/views/azureml/catalog/index.ts';
import { givenSchema } from '../src/testing/case-runner.ts';
import { buildSnapshot, type Given } from '../src/testing/snapshot-builder.ts';
import { expectationSchema, problemsIn, referenceOf } from './unseen-case.ts';

const base = {
  /** The name of the catalogue, or the code of the health check, that this is a scenario of. */
  error: z.union([z.string(), z.array(z.string())]),
  title: z.string(),
  constructed: z.literal(true),
  /** The healthy twin: nothing may be found. */
  twin: z.literal(true).optional(),
  /** A cluster of `azureml/clusters/` that `given` adds to; an object of the same kind, namespace and name takes the place of its own. */
  cluster: z.string().optional(),
  /** Objects of that cluster that are not there: `Deployment/azureml/azureml-fe-v2`, or without a namespace `Node/aks-pool-2`. */
  without: z.array(z.string()).default([]),
  given: givenSchema.default({}),
};

const diagnosisCaseSchema = z.strictObject({
  ...base,
  /** What `az ml` printed. */
  said: z.string().optional(),
  ask: z.string(),
  expect: expectationSchema.extend({
    /** Names that the report must give as Azure ML's words. */
    reported: z.array(z.string()).optional(),
    /** Codes by which one documented reason of the first reported name is proven; none where left out. */
    proven: z.array(z.string()).optional(),
    /** A part of a command to Azure that the report must ask for. */
    asks: z.string().optional(),
  }),
});

const preflightCaseSchema = z.strictObject({
  ...base,
  preflight: z.strictObject({
    profile: z.enum(PREFLIGHT_PROFILES).default('azureml'),
    phase: z.enum(PREFLIGHT_PHASES).default('pre-install'),
    settings: z.record(z.string(), z.string()).default({}),
    protectedSettings: z.array(z.string()).default([]),
    extensionName: z.string().optional(),
    files: z.record(z.string(), z.unknown()).default({}),
    connections: z.array(z.unknown()).default([]),
  }),
  expect: z.strictObject({
    status: z.enum(['passed', 'failed', 'unknown']).optional(),
    /** Codes of all checks that fail. */
    failed: z.array(z.string()),
    /** Codes of checks that must have passed, with proof. */
    passed: z.array(z.string()).default([]),
    /** Codes of checks that could not be made. */
    notChecked: z.array(z.string()).default([]),
    /** Words that the texts of failed checks hold. */
    says: z.string().optional(),
  }),
});

const caseSchema = z.union([diagnosisCaseSchema, preflightCaseSchema]);
export type AzuremlCase = z.infer<typeof caseSchema>;

const FOLDER = path.resolve(import.meta.dirname, 'azureml');

/** All of them, with the file that holds each. */
export function azuremlCases(): readonly { readonly file: string; readonly azuremlCase: AzuremlCase }[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) =>
      loadAll(readFileSync(path.join(FOLDER, file), 'utf8'), { schema: CORE_SCHEMA }).map((document) => ({
        file,
        azuremlCase: parseCase(document, file),
      })),
    );
}

/** A union says nothing useful of a slip: which of both is meant is told by `preflight`. */
function parseCase(document: unknown, file: string): AzuremlCase {
  const isPreflight = typeof document === 'object' && document !== null && 'preflight' in document;
  const parsed = isPreflight ? preflightCaseSchema.safeParse(document) : diagnosisCaseSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: ${z.prettifyError(parsed.error)} in ${JSON.stringify(document).slice(0, 200)}`);
}

export function namesOf({ error }: AzuremlCase): readonly string[] {
  return typeof error === 'string' ? [error] : error;
}

export function problemsOfCase(azuremlCase: AzuremlCase): readonly string[] {
  return 'preflight' in azuremlCase ? preflightProblems(azuremlCase) : diagnosisProblems(azuremlCase);
}

const clusterSchema = z.strictObject({ objects: z.array(z.record(z.string(), z.unknown())) });

/** The cluster that a case names, changed as it says. Throws where it leaves out what is not there. */
function givenOf({ cluster, without, given }: AzuremlCase): Given {
  if (cluster === undefined) return given;
  const text = readFileSync(path.join(FOLDER, 'clusters', `${cluster}.yaml`), 'utf8');
  const { objects } = clusterSchema.parse(load(text, { schema: CORE_SCHEMA }));
  const own = given.objects ?? [];
  const changed = new Set(own.map(keyOf));
  const names = new Set(objects.map(keyOf));
  for (const key of without) if (!names.has(key)) throw new Error(`cluster ${cluster} has no ${key}`);
  return {
    ...given,
    objects: [...objects.filter((object) => !changed.has(keyOf(object)) && !without.includes(keyOf(object))), ...own],
  };
}

function keyOf(object: JsonObject): string {
  const namespace = textAt(object, 'metadata', 'namespace');
  return [
    textAt(object, 'kind'),
    ...(namespace === undefined ? [] : [namespace]),
    textAt(object, 'metadata', 'name'),
  ].join('/');
}

function diagnosisProblems(azuremlCase: z.infer<typeof diagnosisCaseSchema>): readonly string[] {
  const { said, ask, expect } = azuremlCase;
  const given = givenOf(azuremlCase);
  const { reported, proven, asks, ...expectation } = expect;
  const built = buildSnapshot(given);
  const snapshot: Snapshot = said === undefined ? built : { ...built, evidence: [...built.evidence, spoken(said)] };
  const ref = referenceOf(ask, given.namespace ?? 'models');
  const problems = [...problemsIn(snapshot, ref, expectation)];
  const azure = diagnose(snapshot, { rules, asked: [ref] }).report.diagnoses[0]?.azure;
  if (azuremlCase.twin !== true) problems.push(...notDocumented(azuremlCase, snapshot, ref));
  const names = azure?.reported.map(({ name }) => name) ?? [];
  for (const name of reported ?? [])
    if (!names.includes(name)) problems.push(`Azure ML's word ${name} is not told, but ${names.join(', ') || 'none'}`);
  const reasons = azure?.reported[0]?.reasons ?? [];
  const shown = reasons.filter(({ state }) => state === 'proven').flatMap(({ codes }) => codes);
  if (proven !== undefined && [...new Set(shown)].sort().join() !== [...proven].sort().join())
    problems.push(`proven of its reasons: ${shown.join(', ') || 'none'}, not ${proven.join(', ') || 'none'}`);
  const commands = reasons.flatMap(({ argv }) => (argv === undefined ? [] : argv.join(' ')));
  if (asks !== undefined && !commands.some((command) => command.includes(asks)))
    problems.push(`nothing asks Azure for ${asks}: ${commands.join(' | ')}`);
  return problems;
}

/** The catalogue must know the cause as a reason of the name: else the name leads nobody to it. */
function notDocumented(azuremlCase: AzuremlCase, snapshot: Snapshot, ref: ResourceRef): readonly string[] {
  const [diagnosis] = diagnose(snapshot, { rules, asked: [ref] }).report.diagnoses;
  const cause = diagnosis?.causes[0];
  if (diagnosis === undefined || cause === undefined) return [];
  // What is documented may stand between the cause and the name: a program does not run, and that has a cause of its own.
  const found = new Set([
    cause.code,
    ...diagnosis.checks.filter(({ state }) => state === 'found').map(({ code }) => code),
  ]);
  return namesOf(azuremlCase).flatMap((name) => {
    const error = AZURE_ERRORS.find((candidate) => candidate.name === name);
    const codes = error?.reasons.flatMap((reason) => ('shownBy' in reason ? reason.shownBy : [])) ?? [];
    return codes.length === 0 || codes.some((code) => found.has(code))
      ? []
      : [`found is ${[...found].join(', ')}, and the catalogue knows none of it as a reason of ${name}`];
  });
}

function spoken(text: string): Snapshot['evidence'][number] {
  return {
    type: 'output',
    id: 'ev:az-error',
    subject: { apiVersion: 'inferscope', kind: 'Output', name: 'az ml' },
    completeness: { kind: 'complete' },
    command: 'az ml',
    text,
  };
}

/** The cluster of a preflight case with the intent in it; undefined for a case of diagnosis. */
export function preflightSnapshot(azuremlCase: AzuremlCase): Snapshot | undefined {
  return 'preflight' in azuremlCase ? intendedSnapshot(azuremlCase) : undefined;
}

function intendedSnapshot(azuremlCase: z.infer<typeof preflightCaseSchema>): Snapshot {
  const given = givenOf(azuremlCase);
  const { profile, ...spec } = azuremlCase.preflight;
  return buildSnapshot({
    ...given,
    objects: [...(given.objects ?? []), { kind: PREFLIGHT.kind, spec: { ...spec, profiles: [profile] } }],
  });
}

function preflightProblems(azuremlCase: z.infer<typeof preflightCaseSchema>): readonly string[] {
  const { expect } = azuremlCase;
  const { report } = preflight(intendedSnapshot(azuremlCase), rules);
  const inState = (state: string): readonly string[] =>
    report.checks.filter((check) => check.state === state).map(({ code }) => code);
  const problems: string[] = [];
  const crashed = report.checks.filter(({ state }) => state === 'crashed');
  for (const { code, text } of crashed) problems.push(`${code} crashed: ${text}`);
  const failed = report.checks.filter(({ state }) => state === 'failed');
  const codes = failed.map(({ code }) => code).sort();
  if (codes.join() !== [...expect.failed].sort().join())
    problems.push(
      `failed: ${failed.map(({ code, text }) => `${code} ${text}`).join(' | ') || 'none'}; expected ${expect.failed.join(', ') || 'none'}`,
    );
  for (const code of expect.passed)
    if (!inState('passed').includes(code)) problems.push(`${code} did not pass: ${stateOf(report, code)}`);
  for (const code of expect.notChecked)
    if (!inState('not-checked').includes(code))
      problems.push(`${code} was to be not checked: ${stateOf(report, code)}`);
  if (expect.status !== undefined && report.status !== expect.status) problems.push(`status is ${report.status}`);
  if (expect.says !== undefined && !failed.some(({ text }) => text.includes(expect.says ?? '')))
    problems.push(`no failed check says ${JSON.stringify(expect.says)}: ${failed.map(({ text }) => text).join(' | ')}`);
  return problems;
}

function stateOf(report: ReturnType<typeof preflight>['report'], code: string): string {
  const check = report.checks.find((candidate) => candidate.code === code);
  return check === undefined ? 'it was not run' : `${check.state}, ${check.text}`;
}
