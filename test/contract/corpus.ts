/**
 * What the contract tests look at: every case of every rule and every scenario, run once per process with everything recorded that a view
 * reads. Rules and views are not changed by being recorded.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { runRule } from '../../src/engine/run-rule.ts';
import { runRules } from '../../src/engine/run-rules.ts';
import { closureOf } from '../../src/graph/closure.ts';
import type { Snapshot } from '../../src/model/evidence.ts';
import type { Finding, Verdict } from '../../src/model/finding.ts';
import { kindNamed, apiVersionOf, kindFromWord } from '../../src/model/kinds.ts';
import { refKey, type ResourceRef } from '../../src/model/reference.ts';
import type { AnyRule } from '../../src/rules/define.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { createReader } from '../../src/snapshot/reader.ts';
import { asRuleCase } from '../../src/testing/case-runner.ts';
import { buildSnapshot } from '../../src/testing/snapshot-builder.ts';
import { directoryOf, ruleFolders } from '../../tools/generate/rule-folders.ts';
import { loadScenario, scenarioIds } from '../scenario.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** One rule on one object of one snapshot. */
interface Run {
  readonly rule: AnyRule;
  readonly on: ResourceRef;
  readonly verdict: Verdict;
  /** `IS3101 cases/found.yaml`, or `scenario pvc-missing`. */
  readonly source: string;
  readonly recorder: Recorder;
}

export interface Example {
  readonly source: string;
  readonly snapshot: Snapshot;
  readonly runs: readonly Run[];
}

/** The rules under test: all, or the one that RULE names. */
export function rulesUnderTest(): readonly AnyRule[] {
  const only = process.env['RULE'];
  return only === undefined ? rules : rules.filter((rule) => rule.code === only);
}

interface CaseFile {
  readonly rule: AnyRule;
  readonly source: string;
  readonly snapshot: Snapshot;
  readonly on: ResourceRef;
  readonly asked: boolean;
}

let cases: readonly CaseFile[] | undefined;

export function caseFiles(): readonly CaseFile[] {
  cases ??= ruleFolders().flatMap((folder) => {
    const rule = rules.find((candidate) => candidate.code === folder.code);
    const directory = path.join(directoryOf(folder), 'cases');
    if (rule === undefined || !existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => {
        const ruleCase = asRuleCase(
          load(readFileSync(path.join(directory, file), 'utf8'), {
            schema: CORE_SCHEMA,
            filename: `${folder.folder}/cases/${file}`,
          }),
          `${folder.code} cases/${file}`,
        );
        const namespace = ruleCase.given.namespace ?? 'models';
        return {
          rule,
          source: `${folder.code} cases/${file}`,
          snapshot: buildSnapshot(ruleCase.given),
          on: referenceFrom(ruleCase.on, namespace),
          asked: ruleCase.asked ?? true,
        };
      });
  });
  return cases;
}

function referenceFrom(text: string, namespace: string): ResourceRef {
  const [word = '', name = ''] = text.split('/');
  const info = kindNamed(word) ?? kindFromWord(word);
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    kind: info?.kind ?? word,
    name,
    ...(info?.namespaced === false ? {} : { namespace }),
  };
}

let caseExamples: readonly Example[] | undefined;

/** Each case with its own rule. */
function casesRun(): readonly Example[] {
  caseExamples ??= caseFiles().map(({ rule, source, snapshot, on, asked }) => {
    const recorder = createRecorder(createReader(snapshot));
    const verdict = runRule(rule, on, recorder.context, asked);
    return { source, snapshot, runs: [{ rule, on, verdict, source, recorder }] };
  });
  return caseExamples;
}

let scenarioExamples: Promise<readonly Example[]> | undefined;

/** Each scenario with all rules, on the object asked for and everything that belongs to it. */
export function scenariosRun(): Promise<readonly Example[]> {
  scenarioExamples ??= Promise.all(scenarioIds().map(runScenario));
  return scenarioExamples;
}

async function runScenario(id: string): Promise<Example> {
  const { snapshot, asked } = await loadScenario(id);
  const recorder = createRecorder(createReader(snapshot));
  const runs = runAsked(snapshot, asked, recorder);
  return {
    source: `scenario ${id}`,
    snapshot,
    runs: runs.map((run) => ({ ...run, source: `scenario ${id}`, recorder })),
  };
}

/** The same passes as the engine makes for an object asked for by name. */
export function runAsked(
  snapshot: Snapshot,
  asked: ResourceRef,
  recorder: Recorder = createRecorder(createReader(snapshot)),
): readonly Omit<Run, 'source' | 'recorder'>[] {
  const objects = closureOf(recorder.context, asked).members;
  return runRules(rules, { objects, asked: new Set(objects.map(refKey)) }, recorder.context).runs;
}

export async function allExamples(): Promise<readonly Example[]> {
  return [...casesRun(), ...(await scenariosRun())];
}

export function findingsOf(verdict: Verdict): readonly Finding[] {
  return verdict.state === 'found' ? verdict.findings : [];
}
