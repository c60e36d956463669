/**
 * Preflight over clusters recorded from a real API server: a fault that an installation of the Azure ML extension would meet, or none. Each capture
 * says which checks must fail; all others must not.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { readCapture } from '../src/collect/captures/read-capture.ts';
import { preflight } from '../src/engine/preflight.ts';
import { INTENT_EVIDENCE, PREFLIGHT } from '../src/model/preflight.ts';
import { rules } from '../src/rules/index.gen.ts';
import { expectNone } from './expect-none.ts';

const FOLDER = path.resolve(import.meta.dirname, 'preflight-captures');

const truthSchema = z.object({
  preflight: z.object({
    /** With commas where several. */
    profile: z.string(),
    phase: z.string(),
    settings: z.record(z.string(), z.string()).default({}),
    /** Codes of the extension's health check, or ours. */
    failed: z.array(z.string()),
  }),
});

describe('recorded clusters', () => {
  for (const id of readdirSync(FOLDER).sort()) test(id, async () => expectNone(await problemsOf(id)));
});

async function problemsOf(id: string): Promise<readonly string[]> {
  const text = readFileSync(path.join(FOLDER, id, 'truth.yaml'), 'utf8');
  const { preflight: truth } = truthSchema.parse(load(text, { schema: CORE_SCHEMA }));
  const read = await readCapture(path.join(FOLDER, id, 'capture.tgz'));
  const { profile, phase, settings } = truth;
  const intent = {
    type: 'object',
    id: INTENT_EVIDENCE,
    subject: PREFLIGHT,
    completeness: { kind: 'complete' },
    body: {
      kind: PREFLIGHT.kind,
      apiVersion: PREFLIGHT.apiVersion,
      metadata: { name: PREFLIGHT.name },
      spec: { profiles: profile.split(','), phase, settings },
    },
  } as const;
  const { report } = preflight({ ...read, evidence: [...read.evidence, intent] }, rules);
  const failed = report.checks.filter(({ state }) => state === 'failed' || state === 'crashed');
  const names = (check: (typeof failed)[number]): readonly string[] => [check.code, check.foreignCode ?? ''];
  return [
    ...truth.failed
      .filter((code) => !failed.some((check) => names(check).includes(code)))
      .map(
        (code) =>
          `${code} does not fail: ${report.checks
            .filter((check) => names(check).includes(code))
            .map(({ state, text }) => `${state}, ${text}`)
            .join()}`,
      ),
    ...failed
      .filter((check) => !truth.failed.some((code) => names(check).includes(code)))
      .map(({ code, state, text }) => `${code} ${state}: ${text}`),
  ];
}
