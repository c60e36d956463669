/** The chain of a report: every object once, in its own words, and nothing on the way that is another story. */
import { expect, test } from 'vitest';
import { loadScenario } from '../../test/scenario.ts';
import type { Diagnosis } from '../model/report-schema.ts';
import { rules } from '../rules/index.gen.ts';
import { diagnose } from './diagnose.ts';

async function diagnosisOf(id: string): Promise<Diagnosis> {
  const { snapshot, asked } = await loadScenario(id);
  const [diagnosis] = diagnose(snapshot, { rules, asked: [asked] }).report.diagnoses;
  if (diagnosis === undefined) throw new Error(`${id}: no diagnosis`);
  return diagnosis;
}

test('an object that does not exist is named once', async () => {
  const { why } = await diagnosisOf('kserve-crd-version-missing');
  expect(why.at(-1)).toMatchObject({ text: 'InferenceService legacy-iris does not exist', asked: true });
});

test('where the object asked about is Ready, a rollout on its way below it is no step', async () => {
  const { why } = await diagnosisOf('kserve-ready-without-model');
  expect(why.filter((step) => /^(?:Configuration|Knative Service|Route) /.test(step.text))).toEqual([]);
  expect(why.at(-1)?.asked).toBe(true);
});

test('words that a frame quotes already get no second frame', async () => {
  const { evidence } = await diagnosisOf('knative-node-selector-refused');
  const quoting = evidence.filter((frame) => frame.lines.some((line) => line.text.includes('must not set the field')));
  expect(quoting).toHaveLength(1);
});
