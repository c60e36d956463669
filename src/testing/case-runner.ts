/**
 * Runs the cases of a rule: a case is a YAML file that gives partial objects and says what the rule must answer. Public, like a rule tester;
 * it throws an Error whose message says what differs, and needs no test framework.
 */
import { z } from 'zod';
import { createViewContext } from '../engine/view-context.ts';
import { runRule } from '../engine/run-rule.ts';
import type { Citation } from '../model/evidence.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import { kindNamed, apiVersionOf, kindFromWord } from '../model/kinds.ts';
import { PREFLIGHT } from '../model/preflight.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { AnyRule } from '../rules/define.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot } from './snapshot-builder.ts';

/** What a case gives, in the shape that `buildSnapshot` takes. */
export const givenSchema = z.strictObject({
  now: z.string().optional(),
  namespace: z.string().optional(),
  objects: z.array(z.record(z.string(), z.unknown())).optional(),
  events: z
    .array(
      z.strictObject({
        on: z.string(),
        type: z.string().optional(),
        reason: z.string(),
        message: z.string(),
        container: z.string().optional(),
        count: z.number().optional(),
        last: z.string().optional(),
      }),
    )
    .optional(),
  logs: z
    .array(
      z.strictObject({
        pod: z.string(),
        container: z.string(),
        previous: z.boolean().optional(),
        text: z.string(),
        complete: z.boolean().optional(),
      }),
    )
    .optional(),
  registry: z
    .array(
      z.strictObject({
        host: z.string(),
        repository: z.string(),
        what: z.enum(['manifests', 'blobs']).optional(),
        reference: z.string(),
        status: z.number(),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
      }),
    )
    .optional(),
  requests: z
    .array(
      z.strictObject({
        method: z.string().optional(),
        url: z.string(),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.string().optional(),
        status: z.number().optional(),
        answer: z.string().optional(),
        answerHeaders: z.record(z.string(), z.string()).optional(),
        error: z.string().optional(),
        seconds: z.number().optional(),
        accessLog: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  outputs: z.array(z.strictObject({ command: z.string(), text: z.string() })).optional(),
  unlisted: z.array(z.string()).optional().describe('kinds whose list was not read'),
  forbidden: z.array(z.string()).optional().describe('Node (a list), Secret/name, log/pod/container: refused with 403'),
  absent: z.array(z.string()).optional().describe('Secret/name: the API answered 404'),
});

const ruleCaseSchema = z.strictObject({
  title: z.string(),
  given: givenSchema,
  on: z.string().describe('Pod/name: the object that the rule looks at'),
  asked: z.boolean().optional(),
  expect: z.strictObject({
    verdict: z.enum(['found', 'ruled-out', 'not-applicable', 'unknown', 'silent']),
    message: z.string().optional(),
    args: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    subject: z.string().optional().describe("Secret/name, in the case's namespace"),
    certainty: z.string().optional(),
    container: z.string().optional(),
    cites: z.array(z.string()).optional().describe('substrings of evidence ids that the finding must cite'),
    instead: z.string().optional().describe('look-alike: the code of the rule that must be found instead'),
  }),
});

export type RuleCase = z.infer<typeof ruleCaseSchema>;

/** Throws when the case fails. */
export function runCase(rule: AnyRule, ruleCase: RuleCase, allRules: readonly AnyRule[]): Verdict {
  const snapshot = buildSnapshot(ruleCase.given);
  const context = createViewContext(createReader(snapshot));
  const on = referenceFrom(ruleCase.on, ruleCase.given.namespace ?? 'models');
  const verdict = runRule(rule, on, context, ruleCase.asked ?? true);
  const { expect } = ruleCase;
  if (expect.verdict === 'silent') {
    if (verdict.state === 'found' || verdict.state === 'crashed') fail(ruleCase, `is not silent: ${show(verdict)}`);
  } else if (verdict.state !== expect.verdict) fail(ruleCase, `expected ${expect.verdict}, got ${show(verdict)}`);
  if (verdict.state === 'found') checkFinding(ruleCase, verdict.findings);
  if (expect.instead !== undefined) {
    const other = allRules.find((candidate) => candidate.code === expect.instead);
    if (!other) fail(ruleCase, `there is no rule ${expect.instead}`);
    const instead = runRule(other, on, context, ruleCase.asked ?? true);
    if (instead.state !== 'found') fail(ruleCase, `${expect.instead} must be found instead, it says ${show(instead)}`);
  }
  return verdict;
}

function checkFinding(ruleCase: RuleCase, findings: readonly Finding[]): void {
  const { expect } = ruleCase;
  const namespace = ruleCase.given.namespace ?? 'models';
  const problems = findings.map((finding) => {
    if (expect.message !== undefined && finding.message.id !== expect.message) return `message ${finding.message.id}`;
    if (expect.certainty !== undefined && finding.certainty !== expect.certainty)
      return `certainty ${finding.certainty}`;
    if (expect.container !== undefined && finding.container !== expect.container)
      return `container ${finding.container ?? 'none'}`;
    if (expect.subject !== undefined && !matchesReference(finding.subject, expect.subject, namespace)) {
      return `subject ${finding.subject.kind}/${finding.subject.name} in ${finding.subject.namespace ?? 'no namespace'}`;
    }
    for (const [name, value] of Object.entries(expect.args ?? {})) {
      if (String(finding.message.args[name]) !== String(value))
        return `${name} = ${String(finding.message.args[name])}`;
    }
    for (const wanted of expect.cites ?? []) {
      if (!finding.citations.some((citation: Citation) => citation.evidence.includes(wanted))) {
        return `no citation of ${wanted} among ${finding.citations.map((citation) => citation.evidence).join(', ')}`;
      }
    }
    return undefined;
  });
  if (!problems.includes(undefined)) fail(ruleCase, problems.join('; '));
}

function matchesReference(ref: ResourceRef, wanted: string, namespace: string): boolean {
  const slash = wanted.indexOf('/');
  const inNamespace = ref.namespace === undefined || ref.namespace === namespace;
  return ref.kind === wanted.slice(0, slash) && ref.name === wanted.slice(slash + 1) && inNamespace;
}

function referenceFrom(text: string, namespace: string): ResourceRef {
  const slash = text.indexOf('/');
  const kind = text.slice(0, slash);
  if (kind === PREFLIGHT.kind) return PREFLIGHT;
  const info = kindNamed(kind) ?? kindFromWord(kind);
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    // `Service.serving.knative.dev` is a kind with its group.
    kind: info?.kind ?? kind,
    name: text.slice(slash + 1),
    ...(info?.namespaced === false ? {} : { namespace }),
  };
}

function show(verdict: Verdict): string {
  switch (verdict.state) {
    case 'found':
      return `found ${verdict.findings.map((finding) => `${finding.message.id}: ${finding.message.text}`).join(' | ')}`;
    case 'unknown':
      return `unknown: ${verdict.gaps.map((gap) => gap.wanted).join(', ')}`;
    case 'ruled-out':
    case 'not-applicable':
      return `${verdict.state}: ${verdict.because}`;
    case 'crashed':
      return `crashed: ${verdict.error}`;
    case 'not-reached':
      return `not reached, blocked by ${verdict.blockedBy}`;
  }
}

function fail(ruleCase: RuleCase, problem: string): never {
  throw new Error(`case “${ruleCase.title}”: ${problem}`);
}

/** Checks the shape of a parsed YAML case; throws an Error naming what is wrong. */
export function asRuleCase(value: unknown, file: string): RuleCase {
  const parsed = ruleCaseSchema.safeParse(value);
  if (!parsed.success) throw new Error(`${file} is no case: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
