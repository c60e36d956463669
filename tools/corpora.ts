/**
 * For developers: diagnoses published failures of other projects' corpora and compares with what their index says is true. Takes the folder
 * that holds `<corpus>/index.jsonl` (id, kind, paths, truth {slug, says}); prints one line per case. Only what `--from` reads is tried.
 *   node tools/run.mjs tools/corpora.ts FOLDER [--all]
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readCapture } from '../src/collect/captures/read-capture.ts';
import { InferscopeProblem } from '../src/collect/problem.ts';
import { diagnose } from '../src/engine/diagnose.ts';
import type { Report } from '../src/model/report-schema.ts';
import { rules } from '../src/rules/index.gen.ts';

const caseSchema = z.object({
  id: z.string(),
  kind: z.string(),
  paths: z.array(z.string()),
  truth: z.object({ slug: z.string(), says: z.string() }),
});
type Case = z.infer<typeof caseSchema>;

/** Slugs of other projects, in the names of rules; `symptom` where the files hold no more than the symptom. */
const RULES: Readonly<Record<string, readonly string[] | 'symptom'>> = {
  'image-pull-backoff': 'symptom',
  'job-backoff-limit-exceeded': 'symptom',
  'readiness-probe-failing': 'symptom',
  'replicaset-not-available': 'symptom',
  'pod-anti-affinity-unsatisfiable': ['PodAntiAffinityUnsatisfied'],
  'cpu-insufficient': ['InsufficientCpu'],
  'gpu-insufficient': ['InsufficientGpu', 'GpuNotAllocatable'],
  'container-oom-killed': ['MemoryLimitExceeded'],
  'image-tag-missing': ['ImageNotFound'],
  'probe-path-404': ['ProbeWrongPath'],
};

type Agreement = 'agree' | 'disagree' | 'undecided';

function judge(slug: string, report: Report): Agreement {
  if (slug.startsWith('healthy')) return report.status === 'healthy' ? 'agree' : 'disagree';
  const wanted = RULES[slug];
  const cause = report.diagnoses[0]?.causes[0];
  if (cause !== undefined) return Array.isArray(wanted) && wanted.includes(cause.name) ? 'agree' : 'disagree';
  if (report.status !== 'undecided') return 'disagree';
  return wanted === 'symptom' ? 'agree' : 'undecided';
}

function readable(entry: Case): boolean {
  return entry.kind !== 'kubectl text' && !entry.kind.startsWith('normalised');
}

const [folder, option] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node tools/run.mjs tools/corpora.ts FOLDER [--all]\n');
  process.exit(2);
}
const counts: Record<Agreement | 'skipped', number> = { agree: 0, disagree: 0, undecided: 0, skipped: 0 };
for (const corpus of readdirSync(folder).sort()) {
  const index = path.join(folder, corpus, 'index.jsonl');
  if (!existsSync(index)) continue;
  for (const line of readFileSync(index, 'utf8')
    .split('\n')
    .filter((text) => text.trim() !== '')) {
    const entry = caseSchema.parse(JSON.parse(line));
    if (!readable(entry)) {
      counts.skipped += 1;
      if (option === '--all') print(entry, 'skipped', `${entry.kind} is not read`, '');
      continue;
    }
    for (const file of entry.paths.map((name) => path.join(folder, corpus, name))) {
      if (entry.kind !== 'manifest' || /^status:/m.test(readFileSync(file, 'utf8'))) await compare(entry, file);
      else {
        counts.skipped += 1;
        if (option === '--all') print(entry, 'skipped', 'a manifest tells no state', '');
      }
    }
  }
}
process.stdout.write(
  `${counts.agree} agree, ${counts.disagree} disagree, ${counts.undecided} undecided; ${counts.skipped} of a form that is not read\n`,
);

async function compare(entry: Case, file: string): Promise<void> {
  try {
    const { report } = diagnose(await readCapture(file), { rules });
    const agreement = judge(entry.truth.slug, report);
    counts[agreement] += 1;
    const cause = report.diagnoses[0]?.causes[0];
    print(
      entry,
      agreement,
      cause === undefined ? report.status : `${cause.code} ${cause.name}`,
      cause?.certainty ?? '',
    );
  } catch (error) {
    if (!(error instanceof InferscopeProblem)) throw error;
    counts.disagree += 1;
    print(entry, 'disagree', error.message, '');
  }
}

function print(entry: Case, agreement: string, given: string, certainty: string): void {
  const cells = [entry.id.padEnd(52), entry.truth.slug.padEnd(34), given.padEnd(34), certainty.padEnd(10), agreement];
  process.stdout.write(`${cells.join(' ').trimEnd()}\n`);
}
