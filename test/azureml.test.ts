/**
 * Every error name of Azure ML on Kubernetes and every code of its health check, found and as healthy twin: the constructed ones here, the recorded
 * ones under scenarios/. `AZUREML=PodUnschedulable npx vitest run test/azureml.test.ts` runs those of one name.
 */
import { describe, test } from 'vitest';
import { AZURE_ERRORS } from '../src/views/azureml/catalog/index.ts';
import { azuremlCases, namesOf, problemsOfCase } from './azureml-case.ts';
import { expectNone } from './expect-none.ts';

const only = process.env['AZUREML'] ?? '';
const all = azuremlCases();

const wanted = all.filter(({ azuremlCase }) => namesOf(azuremlCase).some((name) => name.includes(only)));

for (const file of new Set(wanted.map((entry) => entry.file))) {
  describe(file.replace(/\.yaml$/, ''), () => {
    for (const { azuremlCase } of wanted.filter((entry) => entry.file === file))
      test(`${namesOf(azuremlCase).join(', ')}: ${azuremlCase.title}`, () => expectNone(problemsOfCase(azuremlCase)));
  });
}

describe('nothing is left out', () => {
  const names = AZURE_ERRORS.map(({ name }) => name);

  test('every name is a scenario', () => {
    const found = new Set(
      all.filter(({ azuremlCase }) => azuremlCase.twin !== true).flatMap(({ azuremlCase }) => namesOf(azuremlCase)),
    );
    expectNone(names.filter((name) => !found.has(name)));
  });

  test('every name has a healthy twin', () => {
    const twins = new Set(
      all.filter(({ azuremlCase }) => azuremlCase.twin === true).flatMap(({ azuremlCase }) => namesOf(azuremlCase)),
    );
    expectNone(names.filter((name) => !twins.has(name)));
  });

  test('every scenario is of a name that is known', () => {
    const known = new Set(AZURE_ERRORS.map(({ name }) => name));
    expectNone(all.flatMap(({ azuremlCase }) => namesOf(azuremlCase)).filter((name) => !known.has(name)));
  });
});
