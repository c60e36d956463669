/** Every fix is a command as data that a person can read, run, check and take back. */
import { test } from 'vitest';
import type { Fix, Step } from '../../src/model/finding.ts';
import { allExamples, findingsOf, rulesUnderTest } from './corpus.ts';
import { expectNone } from '../expect-none.ts';

const PROGRAMS = new Set([
  'kubectl',
  'helm',
  'docker',
  'podman',
  'buildah',
  'inferscope',
  'az',
  'aws',
  'gcloud',
  'eksctl',
  'minikube',
  'kind',
  'curl',
  'crane',
  'skopeo',
  'cosign',
  'dig',
  'nslookup',
  'openssl',
  'python',
  'python3',
  'pip',
  'git',
  'oc',
  'systemctl',
  'journalctl',
  'nvidia-smi',
  'base64',
  'chmod',
]);

const KUBECTL_WRITES = new Set([
  'annotate',
  'apply',
  'autoscale',
  'cordon',
  'cp',
  'create',
  'delete',
  'drain',
  'edit',
  'expose',
  'label',
  'patch',
  'replace',
  'run',
  'scale',
  'set',
  'taint',
  'uncordon',
]);
const KUBECTL_READS = new Set([
  'api-resources',
  'api-versions',
  'auth',
  'cluster-info',
  'config',
  'describe',
  'diff',
  'events',
  'explain',
  'get',
  'logs',
  'port-forward',
  'top',
  'version',
  'wait',
]);
const HELM_WRITES = new Set(['install', 'upgrade', 'uninstall', 'rollback']);
/** Flags of kubectl and helm that take the next word as their value and stand before the verb. */
const VALUED = new Set(['-n', '--namespace', '--context', '--kubeconfig', '--kube-context']);

const PLACEHOLDER = /<[A-Z][A-Z0-9_-]*>/;
const SHELL = /^(?:&&|\|\|?|;|>>?|<|&)$/;

test.each(rulesUnderTest().map((rule) => [`${rule.code} ${rule.name}`, rule] as const))(
  '%s: fixes',
  async (_, rule) => {
    const problems = new Set<string>();
    let findings = 0;
    let fixes = 0;
    for (const { runs } of await allExamples()) {
      for (const { verdict, source } of runs) {
        for (const finding of findingsOf(verdict)) {
          if (finding.code !== rule.code) continue;
          findings += 1;
          fixes += finding.fixes.length;
          for (const fix of finding.fixes)
            for (const problem of fixProblems(fix)) problems.add(`${source}: fix "${fix.title}": ${problem}`);
        }
      }
    }
    if (rule.role === 'cause' && findings > 0 && fixes === 0)
      problems.add('none of its findings has a fix; where there is no command, give advice');
    expectNone(problems);
  },
);

function fixProblems(fix: Fix): string[] {
  const problems: string[] = [];
  const all = [...fix.steps, ...fix.undo, fix.verify];
  for (const step of all) problems.push(...stepProblems(step));
  const commands = fix.steps.filter((step) => step.kind === 'command');
  const mutating = commands.some((step) => step.mutates);
  if (fix.steps.length === 0) problems.push('it has no step');
  if (fix.effect === '') problems.push('it says nothing of its effect');
  if (fix.title.endsWith('.')) problems.push('its title ends with a full stop');
  if (mutating && fix.undo.length === 0)
    problems.push('a step changes something and there is no undo; where there is none, say so as a manual step');
  if (fix.verify.kind === 'command' && fix.verify.mutates) problems.push('its verification changes something');
  const open = fix.steps.some((step) => PLACEHOLDER.test(step.kind === 'command' ? step.argv.join(' ') : step.text));
  if (open && fix.applicability !== 'fill-in' && fix.applicability !== 'advice')
    problems.push(`a step has a <PLACEHOLDER>, so it is fill-in, not ${fix.applicability}`);
  if (fix.applicability === 'fill-in' && !open) problems.push('it is fill-in, yet no step has a <PLACEHOLDER>');
  if (fix.applicability === 'advice' && mutating)
    problems.push('it is advice, yet has a command that changes something');
  if ((fix.applicability === 'safe' || fix.applicability === 'review') && commands.length === 0)
    problems.push(`it is ${fix.applicability}, yet has no command: that is advice`);
  return problems;
}

function stepProblems(step: Step): string[] {
  if (step.kind === 'manual') return step.text === '' ? ['a manual step is empty'] : [];
  const [program = '', ...rest] = step.argv;
  const shown = step.argv.join(' ');
  const problems: string[] = [];
  if (!PROGRAMS.has(program))
    problems.push(`${program} is not on the list of programs in test/contract/fixes.test.ts: ${shown}`);
  if (step.argv.some((word) => SHELL.test(word))) problems.push(`a command is no shell line: ${shown}`);
  if (step.argv.some((word) => /\bundefined\b|\[object |\bNaN\b/.test(word)))
    problems.push(`a word is no value: ${shown}`);
  const changes =
    program === 'kubectl' || program === 'oc'
      ? kubectlChanges(rest)
      : program === 'helm'
        ? HELM_WRITES.has(verbs(rest)[0] ?? '')
        : undefined;
  if (changes === 'unknown') problems.push(`kubectl has no such verb: ${shown}`);
  else if (changes !== undefined && changes !== step.mutates)
    problems.push(`mutates is ${step.mutates}, ${changes} is right: ${shown}`);
  return problems;
}

/** Words that are no flags and no values of flags before the verb. */
function verbs(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (VALUED.has(word)) index += 1;
    else if (!word.startsWith('-')) found.push(word);
  }
  return found;
}

/** `undefined` where it depends on what is run (exec, debug). */
function kubectlChanges(words: readonly string[]): boolean | 'unknown' | undefined {
  const [verb = '', sub = ''] = verbs(words);
  if (words.some((word) => word.startsWith('--dry-run') && word !== '--dry-run=none')) return false;
  if (verb === 'rollout') return sub !== 'status' && sub !== 'history';
  if (verb === 'create' && sub === 'token') return false;
  if (verb === 'config') return sub.startsWith('set') || sub === 'use-context' || sub.startsWith('delete');
  if (verb === 'exec' || verb === 'debug' || verb === 'inferscope') return undefined;
  if (KUBECTL_WRITES.has(verb)) return true;
  return KUBECTL_READS.has(verb) ? false : 'unknown';
}
