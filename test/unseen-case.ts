/**
 * A failure or a healthy cluster given as partial objects, and whether the diagnosis of it is as expected, asked by name and over the whole scope.
 * Shared by the tests that hold such files; it knows no rule.
 */
import { z } from 'zod';
import { diagnose } from '../src/engine/diagnose.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { apiVersionOf, kindFromWord, kindNamed } from '../src/model/kinds.ts';
import type { Diagnosis, Report } from '../src/model/report-schema.ts';
import type { ResourceRef } from '../src/model/reference.ts';
import { rules } from '../src/rules/index.gen.ts';
import { givenSchema } from '../src/testing/case-runner.ts';
import { buildSnapshot } from '../src/testing/snapshot-builder.ts';

/** What the diagnosis must say. */
export const expectationSchema = z.strictObject({
  status: z.enum(['healthy', 'explained', 'undecided', 'unreadable']),
  /** The code of the first cause. */
  cause: z.string().optional(),
  certainty: z.string().optional(),
  /** Kind/name of the object at fault. */
  subject: z.string().optional(),
  container: z.string().optional(),
  /** Codes of further independent causes; none where left out. */
  further: z.array(z.string()).optional(),
  /** Codes of what is also wrong; none where left out. */
  also: z.array(z.string()).optional(),
  /** Codes among the candidates of an undecided diagnosis. */
  candidates: z.array(z.string()).optional(),
  /** False where only a question for this object finds it. */
  scope: z.boolean().optional(),
  /** What is wrong today; the test fails once it is right. This list only shrinks. */
  open: z.string().optional(),
});

export const unseenSchema = z.strictObject({
  title: z.string(),
  given: givenSchema,
  ask: z.string().describe('Deployment/name'),
  expect: expectationSchema,
});
export type Unseen = z.infer<typeof unseenSchema>;

export function problemsOf(unseen: Unseen): readonly string[] {
  return problemsIn(
    buildSnapshot(unseen.given),
    referenceOf(unseen.ask, unseen.given.namespace ?? 'models'),
    unseen.expect,
  );
}

export function problemsIn(
  snapshot: Snapshot,
  ask: ResourceRef,
  expect: z.infer<typeof expectationSchema>,
): readonly string[] {
  const asked = diagnose(snapshot, { rules, asked: [ask] }).report;
  const whole = diagnose(snapshot, { rules }).report;
  const problems = [...crashesOf(asked), ...crashesOf(whole)];
  const [diagnosis] = asked.diagnoses;
  if (asked.status !== expect.status) problems.push(`status is ${asked.status}: ${told(diagnosis)}`);
  const cause = diagnosis?.causes[0];
  const differs = (name: string, got: string, wanted: string | undefined): void => {
    if (wanted !== undefined && got !== wanted) problems.push(`${name} is ${got}, not ${wanted}: ${told(diagnosis)}`);
  };
  differs('cause', cause?.code ?? 'none', expect.cause);
  differs('certainty', cause?.certainty ?? 'none', expect.certainty);
  differs('subject', cause === undefined ? 'none' : `${cause.subject.kind}/${cause.subject.name}`, expect.subject);
  differs('container', cause?.container ?? 'none', expect.container);
  differs('further causes', codes(diagnosis?.causes.slice(1)), codesOf(expect.further));
  differs('what is also wrong', codes(diagnosis?.alsoWrong), codesOf(expect.also));
  if (expect.candidates !== undefined) differs('candidates', codes(diagnosis?.candidates), codesOf(expect.candidates));
  if (expect.scope !== false) {
    if (whole.status !== expect.status)
      problems.push(`whole scope: status is ${whole.status}: ${told(whole.diagnoses[0])}`);
    const first = whole.diagnoses.find((candidate) => candidate.causes[0]?.code === cause?.code);
    if (cause !== undefined && first === undefined)
      problems.push(`whole scope: ${cause.code} is not found: ${told(whole.diagnoses[0])}`);
  }
  return problems;
}

function codes(list: readonly { readonly code: string }[] | undefined): string {
  return codesOf(list?.map((item) => item.code));
}

function codesOf(list: readonly string[] | undefined): string {
  return [...(list ?? [])].sort().join(' ');
}

function told(diagnosis: Diagnosis | undefined): string {
  if (diagnosis === undefined) return 'nothing is told';
  const all = [
    ...diagnosis.causes,
    ...diagnosis.candidates,
    ...diagnosis.alsoWrong,
    ...diagnosis.unexplained.map((symptom) => ({ ...symptom, message: symptom })),
  ];
  return all.map((item) => `${item.code} ${item.message.text}`).join(' | ');
}

function crashesOf(report: Report): string[] {
  return report.diagnoses.flatMap(({ checks }) =>
    checks.filter((check) => check.state === 'crashed').map((check) => `${check.code} crashed: ${check.because}`),
  );
}

export function referenceOf(text: string, namespace: string): ResourceRef {
  const [word = '', name = ''] = text.split('/');
  const info = kindNamed(word) ?? kindFromWord(word);
  return {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    // `Service.serving.knative.dev` is a kind with its group.
    kind: info?.kind ?? word,
    name,
    ...(info?.namespaced === false ? {} : { namespace }),
  };
}
