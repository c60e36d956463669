/**
 * Failures that no rule was written for: clusters, languages, registries and wordings apart from the recorded scenarios, and healthy clusters
 * full of noise. Each is asked by name and over the whole scope. `UNSEEN=words of a title npx vitest run test/unseen.test.ts` runs some.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { describe, test } from 'vitest';
import { expectNone } from './expect-none.ts';
import { problemsOf, unseenSchema } from './unseen-case.ts';

const FOLDER = path.resolve(import.meta.dirname, 'unseen');
const only = process.env['UNSEEN'] ?? '';

for (const file of readdirSync(FOLDER).sort()) {
  const documents = loadAll(readFileSync(path.join(FOLDER, file), 'utf8'), { schema: CORE_SCHEMA });
  describe(path.basename(file, '.yaml'), () => {
    for (const document of documents) {
      const unseen = unseenSchema.parse(document);
      if (!unseen.title.includes(only)) continue;
      const run = unseen.expect.open === undefined ? test : test.fails;
      run(unseen.title, () => expectNone(problemsOf(unseen)));
    }
  });
}
