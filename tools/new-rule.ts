/**
 * Makes the folder of a new rule from a template, under the next free code of its stage, and refreshes the generated files.
 *   npm run rule:new PullSecretMissing -- --stage images [--symptom]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { STAGES, type Stage } from '../src/model/finding.ts';
import { LOCK_FILE, parseLock } from './generate/codes-lock.ts';
import { PAGE_HEADINGS } from './generate/page-headings.ts';
import { ROOT, RULES } from './generate/rule-folders.ts';

/** Symptoms have the hundred 9 of their stage's block. */
const SYMPTOMS_FROM = 900;

interface Wanted {
  readonly name: string;
  readonly stage: Stage;
  readonly symptom: boolean;
}

function parseArguments(argv: readonly string[]): Wanted | string {
  const symptom = argv.includes('--symptom');
  const at = argv.indexOf('--stage');
  const stage = STAGES.find((candidate) => candidate === argv[at + 1] && at >= 0);
  const [name, ...more] = argv.filter((word, index) => !word.startsWith('--') && !(at >= 0 && index === at + 1));
  const stages = STAGES.filter((candidate) => candidate !== 'tool').join(', ');
  if (name === undefined || more.length > 0)
    return `usage: npm run rule:new NAME -- --stage STAGE [--symptom]\nstages: ${stages}`;
  if (!/^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)*$/.test(name))
    return `${name} is no UpperCamelCase name; it names the trouble in its failing state, such as PullSecretMissing`;
  if (stage === undefined || stage === 'tool') return `--stage must be one of ${stages}`;
  return { name, stage, symptom };
}

/** Codes in use, retired ones included: a code is never given twice. */
function takenCodes(): ReadonlySet<number> {
  const lock = path.join(ROOT, LOCK_FILE);
  const codes = existsSync(lock) ? Object.keys(parseLock(readFileSync(lock, 'utf8'))) : [];
  for (const stage of readdirSync(RULES, { withFileTypes: true })) {
    if (stage.isDirectory()) codes.push(...readdirSync(path.join(RULES, stage.name)));
  }
  return new Set(codes.flatMap((text) => /^IS(\d{4})/.exec(text)?.[1] ?? []).map(Number));
}

function nextCode({ stage, symptom }: Wanted): string {
  const taken = takenCodes();
  const block = STAGES.indexOf(stage) * 1000;
  const [from, to] = symptom ? [block + SYMPTOMS_FROM, block + 999] : [block + 101, block + SYMPTOMS_FROM - 1];
  for (let code = from; code <= to; code += 1) if (!taken.has(code)) return `IS${code}`;
  throw new Error(`every code of stage ${stage} is taken`);
}

function ruleText(code: string, { name, stage, symptom }: Wanted, since: string): string {
  return `/** ${symptom ? 'Symptom' : 'Cause'}: FILL IN what is wrong, in one sentence. */
import { defineRule } from '../../define.ts';
import { podState } from '../../../views/pod-state.ts';

export default defineRule({
  code: '${code}',
  name: '${name}',
  stage: '${stage}',
  role: '${symptom ? 'symptom' : 'cause'}',
  since: '${since}',
  title: 'FILL IN: what is wrong when it is found, in one line',
  appliesTo: ['Pod'],${symptom ? "\n  looksAt: 'always'," : ''}
  effects: ['container-exits'],
  aliases: [],
  needs: { pod: podState },
  messages: { main: 'FILL IN: fact, subject first, both numbers: {container}' },
  check({ pod }, context) {
    if (pod.state === 'unknown') return context.unknown(pod.gap);
    if (pod.state === 'absent') return context.notApplicable('the pod is gone');
    const container = pod.value.troubled.find((candidate) => candidate.exit?.reason === '${name}');
    if (container === undefined) return context.ruledOut('FILL IN what was seen instead', pod.cite);
    return context.found({
      message: 'main',
      args: { container: container.name },
      subject: context.on,
      container: container.name,
      certainty: 'confirmed',
      basis: 'FILL IN: the evidence that states it',
      cite: [pod.cite],
    });
  },
});
`;
}

function pageText(code: string, { name, stage, symptom }: Wanted, since: string): string {
  const sections = PAGE_HEADINGS.map(([heading, hint]) => `## ${heading}\n\n${hint}\n`).join('\n');
  return `---\ncode: ${code}\nname: ${name}\nstage: ${stage}\nrole: ${symptom ? 'symptom' : 'cause'}\nsince: ${since}\n---\n\n# ${code} ${name}\n\n${sections}`;
}

function caseText(reason: string, title: string, verdict: string): string {
  return `title: '${title}'
given:
  objects:
    - kind: Pod
      metadata: { name: scorer-1 }
      spec: { containers: [{ name: scorer, image: 'registry.example/scorer:1' }] }
      status:
        phase: Running
        containerStatuses:
          - name: scorer
            ready: false
            restartCount: 3
            state: { waiting: { reason: CrashLoopBackOff } }
            lastState: { terminated: { reason: ${reason}, exitCode: 1 } }
on: Pod/scorer-1
expect:
  verdict: ${verdict}
`;
}

const wanted = parseArguments(process.argv.slice(2));
if (typeof wanted === 'string') {
  process.stderr.write(`${wanted}\n`);
  process.exitCode = 2;
} else {
  const manifest: { readonly version: string } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const code = nextCode(wanted);
  const folder = path.join(RULES, wanted.stage, `${code}-${wanted.name}`);
  mkdirSync(path.join(folder, 'cases'), { recursive: true });
  writeFileSync(path.join(folder, 'rule.ts'), ruleText(code, wanted, manifest.version));
  writeFileSync(path.join(folder, 'page.md'), pageText(code, wanted, manifest.version));
  writeFileSync(path.join(folder, 'cases/found.yaml'), caseText(wanted.name, 'FILL IN: it is found', 'found'));
  writeFileSync(
    path.join(folder, 'cases/silent.yaml'),
    caseText('Error', 'FILL IN: the nearest look-alike is not', 'silent'),
  );
  // What it says of other rules is no matter here.
  spawnSync(process.execPath, ['tools/run.mjs', 'tools/generate.ts'], { cwd: ROOT, stdio: 'ignore' });
  process.stdout.write(`${path.relative(ROOT, folder)}\nFill it in, then: RULE=${code} npx vitest run test/rules\n`);
}
