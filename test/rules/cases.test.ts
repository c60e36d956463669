/** Runs every case of every rule. `RULE=IS3102 npx vitest run test/rules` runs one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { rules } from '../../src/rules/index.gen.ts';
import { asRuleCase, runCase } from '../../src/testing/case-runner.ts';

const base = path.resolve(import.meta.dirname, '../../src/rules');
const only = process.env['RULE'];

for (const stage of readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const folder of readdirSync(path.join(base, stage.name))) {
    const code = folder.slice(0, 6);
    if (only !== undefined && code !== only) continue;
    // What remains of a retired rule is its page.
    if (!existsSync(path.join(base, stage.name, folder, 'rule.ts'))) continue;
    describe(folder, () => {
      const rule = rules.find((candidate) => candidate.code === code);
      const directory = path.join(base, stage.name, folder, 'cases');
      const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
      test('has cases', () => {
        expect(rule, 'the rule is in the index').toBeDefined();
        expect(files.length).toBeGreaterThan(0);
      });
      for (const file of files) {
        test(file, () => {
          if (!rule) throw new Error(`${folder} is not in the index: npm run generate`);
          const ruleCase = asRuleCase(
            load(readFileSync(path.join(directory, file), 'utf8'), { schema: CORE_SCHEMA }),
            file,
          );
          runCase(rule, ruleCase, rules);
        });
      }
    });
  }
}
