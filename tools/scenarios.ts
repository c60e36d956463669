/**
 * Prints for every scenario what is expected and what is given: `npm run scenarios [-- PART-OF-ID]`. Exit code 1 where one is wrong.
 */
import { judgeScenario, loadScenario, scenarioIds } from '../test/scenario.ts';

const only = process.argv[2] ?? '';
let right = 0;
let wrong = 0;
for (const id of scenarioIds()) {
  if (!id.includes(only)) continue;
  const judgement = judgeScenario(await loadScenario(id));
  const passed = judgement.problems.length === 0;
  if (passed) right += 1;
  else wrong += 1;
  const given = `${judgement.given}${judgement.certainty === '' ? '' : ` (${judgement.certainty})`}`;
  process.stdout.write(`${passed ? 'pass' : 'FAIL'}  ${id.padEnd(34)} ${judgement.expected.padEnd(38)} ${given}\n`);
  for (const problem of judgement.problems) process.stdout.write(`        ${problem}\n`);
}
process.stdout.write(
  `${right} of ${right + wrong} scenarios are diagnosed as what they are${wrong > 0 ? `, ${wrong} are not` : ''}\n`,
);
process.exitCode = wrong > 0 ? 1 : 0;
