/** The pastes of `explain-text.cases.yaml`: what is told of each, with the pages as they are shipped. */
import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { explainText } from './explain-text.ts';

const CASES = z.array(
  z.strictObject({
    name: z.string(),
    text: z.string(),
    /** The name that stands first; null where nothing decides; left out where only `never` counts. */
    decisive: z.string().nullish(),
    /** Further names, in any order. */
    also: z.array(z.string()).default([]),
    never: z.array(z.string()).default([]),
    chain: z.array(z.string()).optional(),
    /** Of the first one, from 1. */
    line: z.number().optional(),
    codes: z.array(z.string()).default([]),
    reason: z.string().optional(),
    fix: z.string().optional(),
  }),
);
const PAGES = z.array(
  z.object({
    code: z.string(),
    name: z.string(),
    title: z.string(),
    aliases: z.array(z.string()),
    signals: z.array(z.string()).optional(),
  }),
);

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const cases = CASES.parse(load(read('explain-text.cases.yaml'), { schema: CORE_SCHEMA }));
const pages = PAGES.parse(JSON.parse(read('../../docs/codes/index.json'))).map(({ signals, ...page }) => ({
  ...page,
  ...(signals === undefined ? {} : { signals }),
}));

test.each(cases)('$name', ({ text, decisive, also, never, chain, line, codes, reason, fix }) => {
  const answer = explainText(text, pages);
  const names = answer.decisive.map(({ name }) => name);
  const [first] = answer.decisive;
  if (decisive !== undefined) expect(names[0] ?? null).toBe(decisive);
  expect(names).toEqual(expect.arrayContaining(also));
  for (const name of never) expect(names).not.toContain(name);
  if (chain !== undefined) expect(answer.chain).toEqual(chain);
  if (line !== undefined) expect(first?.line).toBe(line);
  expect(first?.codes ?? []).toEqual(expect.arrayContaining(codes));
  if (reason !== undefined) expect(first?.reasons.join('\n')).toContain(reason);
  if (fix !== undefined) expect(first?.fix).toContain(fix);
});
