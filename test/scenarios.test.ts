/** Every recorded failure is diagnosed as what it is, asked by name and over the whole scope, and no secret reaches an output. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../src/engine/diagnose.ts';
import { reportSchema } from '../src/model/report-schema.ts';
import { renderJson } from '../src/report/json.ts';
import { renderPlain } from '../src/report/plain.ts';
import { renderTerminal } from '../src/report/terminal/render.ts';
import { rules } from '../src/rules/index.gen.ts';
import { judgeScenario, loadScenario, scenarioIds } from './scenario.ts';
import { expectNone } from './expect-none.ts';

describe.each(scenarioIds())('%s', (id) => {
  test('is diagnosed as what it is', async () => {
    expectNone(judgeScenario(await loadScenario(id)).problems);
  });

  test('gives a report that is what its schema says, and quotes all that it cites', async () => {
    const { snapshot, asked } = await loadScenario(id);
    const { report } = diagnose(snapshot, { rules, asked: [asked] });
    expect(reportSchema.parse(report)).toEqual(report);
    const empty = report.diagnoses.flatMap((diagnosis) =>
      diagnosis.evidence.filter((frame) => frame.lines.length === 0),
    );
    expectNone(empty.map((frame) => `${frame.evidence}: ${frame.label}`));
  });

  test('prints no secret value', async () => {
    // The captures were recorded with values that begin with this word in every Secret.
    const { snapshot, asked } = await loadScenario(id);
    for (const options of [{ rules }, { rules, asked: [asked] }]) {
      const { report } = diagnose(snapshot, options);
      for (const text of [
        renderJson(report),
        renderPlain(report),
        renderTerminal(report, { width: 90, colour: false, ascii: false }),
      ])
        expect(text.includes('canary-')).toBe(false);
    }
  });
});
