/**
 * Gap fuzz of preflight: withholds one piece of evidence at a time from every recorded cluster and from every constructed scenario, and checks that no
 * check fails, and none passes or is put aside, because of what was not seen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { readCapture } from '../src/collect/captures/read-capture.ts';
import { preflight } from '../src/engine/preflight.ts';
import type { Evidence, Snapshot } from '../src/model/evidence.ts';
import type { PreflightReport } from '../src/model/preflight-schema.ts';
import { INTENT_EVIDENCE, PREFLIGHT } from '../src/model/preflight.ts';
import { rules } from '../src/rules/index.gen.ts';
import { azuremlCases, preflightSnapshot } from './azureml-case.ts';
import { expectNone } from './expect-none.ts';
import { withhold } from './withhold.ts';

const ALL = process.env['FUZZ'] === 'all';
/** Pieces that no check cited, per cluster, in the quick run. */
const SAMPLE = 10;
/** Breaches that are none, with the reason. */
const RIGHT: ReadonlyMap<string, string> = new Map([
  [
    'IS9801 fails',
    'constructed clusters have endpoints of the DNS without its pods; that a Service selects no ready pod proves it as well',
  ],
  [
    'IS9601 passes',
    'a Service that has its address proves that addresses are given; one that waits and was not seen is told where it is seen',
  ],
  [
    'IS9613 passes',
    'constructed clusters have InstanceTypes without their definition; without definition there are none',
  ],
  ['IS9616 passes', 'the same'],
]);

const FOLDER = path.resolve(import.meta.dirname, 'preflight-captures');

function cited(report: PreflightReport): ReadonlySet<string> {
  return new Set(report.evidence.map(({ evidence }) => evidence));
}

function piecesOf(snapshot: Snapshot, report: PreflightReport): readonly Evidence[] {
  const first = cited(report);
  // The intent is what the person said: there is no preflight without it.
  const pieces = snapshot.evidence.filter(
    (piece) =>
      piece.id !== INTENT_EVIDENCE && (piece.type === 'object' || piece.type === 'list' || piece.type === 'log'),
  );
  const others = pieces.filter(({ id }) => !first.has(id));
  const step = ALL ? 1 : Math.max(1, Math.floor(others.length / SAMPLE));
  return [...pieces.filter(({ id }) => first.has(id)), ...others.filter((_, index) => index % step === 0)];
}

function problemsOf(snapshot: Snapshot): readonly string[] {
  const full = preflight(snapshot, rules).report;
  const before = new Map(full.checks.map((check) => [check.code, check]));
  const problems = new Map<string, string>();
  for (const piece of piecesOf(snapshot, full)) {
    const less = withhold(snapshot, piece);
    const { report } = preflight(less.snapshot, rules);
    const note = (key: string, text: string): void => {
      if (!RIGHT.has(key) && !problems.has(key)) problems.set(key, `without ${piece.id}: ${text}`);
    };
    for (const evidence of cited(report))
      if (less.withheld.has(evidence))
        note(`cites ${evidence}`, `a check cites ${evidence}, which it cannot have seen`);
    for (const { code, state, text, findings } of report.checks) {
      const was = before.get(code);
      // A profile that shows no trace any more is not judged; one that was not judged before is.
      if (was === undefined) continue;
      if (state === 'crashed') note(`${code} crashes`, `${code} crashes: ${text}`);
      const sure = findings.some(({ certainty }) => certainty !== 'possible');
      if (state === 'failed' && sure && was.state !== 'failed')
        note(`${code} fails`, `${code} fails, which was ${was.state}: ${text}`);
      if ((state === 'passed' || state === 'not-applicable') && was.state === 'failed')
        note(`${code} passes`, `${code} is ${state}, which failed: ${text}`);
    }
  }
  return [...problems.values()];
}

const truthSchema = z.object({
  preflight: z.object({
    profile: z.string(),
    phase: z.string(),
    settings: z.record(z.string(), z.string()).default({}),
  }),
});

describe('recorded clusters', () => {
  for (const id of readdirSync(FOLDER).sort())
    test(id, async () => {
      const truth = truthSchema.parse(
        load(readFileSync(path.join(FOLDER, id, 'truth.yaml'), 'utf8'), { schema: CORE_SCHEMA }),
      ).preflight;
      const read = await readCapture(path.join(FOLDER, id, 'capture.tgz'));
      const spec = { ...truth, profiles: truth.profile.split(',') };
      const body = { kind: PREFLIGHT.kind, apiVersion: PREFLIGHT.apiVersion, metadata: { name: PREFLIGHT.name }, spec };
      const intent = {
        type: 'object',
        id: INTENT_EVIDENCE,
        subject: PREFLIGHT,
        completeness: { kind: 'complete' },
        body,
      } as const;
      expectNone(problemsOf({ ...read, evidence: [...read.evidence, intent] }));
    });
});

describe('constructed scenarios', () => {
  for (const { file, azuremlCase } of azuremlCases()) {
    const snapshot = preflightSnapshot(azuremlCase);
    if (snapshot !== undefined) test(`${file}: ${azuremlCase.title}`, () => expectNone(problemsOf(snapshot)));
  }
});
