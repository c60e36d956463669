/** Cause: something on the way waits for less time than the model takes. */
import { advice } from '../../../fixes/advice.ts';
import { changeTheObject } from '../../../fixes/requests.ts';
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation, Lookup } from '../../../model/evidence.ts';
import type { Fix, Step } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import {
  ASKED_KINDS,
  componentOf,
  lastOf,
  nameOf,
  secondsOf,
  secondsText,
  whoAnswered,
} from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { exchangeLimits, type ExchangeLimits, type WaitLimit } from '../../../views/exchange-limits.ts';
import type { JudgedExchange } from '../../../views/exchange-target.ts';
import { fieldOwner, type FieldOwner } from '../../../views/field-owner.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { citeException } from '../../../views/run-trace.ts';
import { scoringFailures } from '../../../views/azureml/scoring-failures.ts';
import { defineRule } from '../../define.ts';

/** A client, or a gateway, whose connection ends with the process that held it. */
const CUT_OFF = new Set(['connection-lost', 'no-answer', 'upstream-closed', 'upstream-unreachable']);

/** The clock of the client starts earlier and ends later than that of the one who waits. */
const SLACK_SECONDS = 2;

export default defineRule({
  code: 'IS7303',
  name: 'RequestTimeoutTooShort',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A timeout on the way is shorter than a prediction takes',
  appliesTo: [...ASKED_KINDS, 'Pod'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'request-timeout-too-short',
    'activator request timeout',
    'request timeout',
    'upstream request timeout',
    '504 Gateway Timeout',
    'UT',
    'timeoutSeconds',
    'max-revision-timeout-seconds',
    'Scoring timeout after',
    'Script failed to finish execution within the allocated time',
    'request_timeout_ms',
    'SCORING_TIMEOUT_MS',
    'WORKER_TIMEOUT',
  ],
  needs: { judgement: exchangeJudgement, limits: exchangeLimits, owner: fieldOwner, scoring: scoringFailures },
  messages: {
    limited: '{object} gives a request {limit} s; the model had not answered after {took} s',
    measured: '{object} gives a request {limit} s; a prediction takes {needed} s',
    scoring: 'The inference server of container {container} gives run() {limit} s, and run() had not ended after them',
    worker:
      'The inference server of container {container} ends a worker that takes longer than {limit} s; run() had not ended after them, at {place}',
    elsewhere: '{place} {name} gives a request {limit} s; the model had not answered after {took} s',
  },
  check({ judgement, limits, owner, scoring }, context) {
    const one = lastOf(judgement.failing, 'timeout');
    const cut = scoring.failures.findLast(
      ({ kind, standing }) => kind === 'timeout' && (one !== undefined || (standing && context.on.kind === 'Pod')),
    );
    if (cut?.limitMs !== undefined) {
      const { container, log, traceback, workload, pod } = cut;
      return context.found({
        message: 'scoring',
        args: { container: container.name, limit: secondsText(cut.limitMs / 1000) },
        subject: workload,
        container: container.name,
        affects: [context.on, pod],
        certainty: 'confirmed',
        basis: 'the server says so in its log',
        consequence: 'The work of run() goes on, and nobody takes its answer; the pod stays Ready.',
        cite: [citeException(log, traceback), ...(one === undefined ? [] : [citeExchange(one)])],
        fixes: [
          advice(
            workload,
            'Give run() more time, or make it faster',
            'Set request_settings.request_timeout_ms of the deployment (5000 by default; Azure writes it into SCORING_TIMEOUT_MS) above what a prediction takes, or send smaller batches',
          ),
        ],
      });
    }
    const isCut = judgement.failing.some(({ answer }) => CUT_OFF.has(answer.kind));
    const ended = scoring.workerTimeouts.findLast(
      ({ standing }) => isCut || one !== undefined || (standing && context.on.kind === 'Pod'),
    );
    if (ended !== undefined) {
      const { container, workload, pod, seconds, place, cites } = ended;
      return context.found({
        message: 'worker',
        args: { container: container.name, limit: secondsText(seconds), place },
        subject: workload,
        container: container.name,
        affects: [context.on, pod],
        certainty: 'confirmed',
        basis: 'the server says that it ended the worker, and the stack of the worker shows run()',
        consequence: 'The request gets no answer, which a router hands on as 502; the server starts another worker.',
        cite: cites,
        fixes: [
          advice(
            workload,
            'Give a worker more time, or make run() faster',
            'Set WORKER_TIMEOUT in environment_variables of the deployment above what a prediction takes (300 s by default), and request_settings.request_timeout_ms, too; or send smaller batches',
          ),
        ],
      });
    }
    if (one === undefined) return context.notApplicable('nobody gave up waiting for a request');
    const took = secondsOf(one);
    const limit = limitOf(one, took, limits);
    if (limit === undefined) {
      const [gap] = limits.gaps;
      return gap === undefined || limits.limits.length > 0
        ? context.notApplicable('no limit is known that fits the time after which the request was ended')
        : context.unknown(gap);
    }
    const needed = neededSeconds(one, limit, limits, judgement.answered);
    const subject = limit.owned ? context.on : limit.at;
    const common = {
      subject,
      certainty: 'confirmed' as const,
      basis: `${whoAnswered(one.answer.by)} says that it gave up waiting, after the time that the limit allows`,
      consequence:
        'The model goes on with the work, and nobody takes its answer; clients see an error although everything is Ready.',
      cite: [citeExchange(one), limit.cite, ...(needed === undefined ? [] : [needed.cite])] as const,
      trace: [
        { text: `${limit.what} is ${secondsText(limit.seconds)} s`, cite: [limit.cite] },
        {
          text: `${whoAnswered(one.answer.by)} ends the request with ${one.answer.status ?? 'an error'}${one.answer.words === '' ? '' : `, “${quoted(one.answer.words, 60)}”`}`,
          cite: [citeExchange(one)],
        },
      ],
      fixes: fixesFor(one, context.on, subject, limit, limits.most, needed?.seconds, owner),
    };
    const seconds = secondsText(limit.seconds);
    const object = nameOf(context.on);
    if (!limit.owned)
      return context.found({
        message: 'elsewhere',
        args: { place: limit.at.kind, name: limit.at.name, limit: seconds, took: secondsText(took ?? limit.seconds) },
        ...common,
      });
    return needed === undefined
      ? context.found({
          message: 'limited',
          args: { object, limit: seconds, took: secondsText(took ?? limit.seconds) },
          ...common,
        })
      : context.found({
          message: 'measured',
          args: { object, limit: seconds, needed: secondsText(needed.seconds) },
          ...common,
        });
  },
});

/** The limit of whoever gave up that fits the time; where the time was not measured, the shortest. */
function limitOf(one: JudgedExchange, took: number | undefined, { limits }: ExchangeLimits): WaitLimit | undefined {
  const side = one.answer.by === 'gateway' ? 'gateway' : 'revision';
  const component = componentOf(one.url.host);
  const fitting = limits.filter(
    (limit) =>
      (limit.by === side || (side === 'gateway' && limit.by === 'revision' && one.answer.by === 'unknown')) &&
      (took === undefined || (took >= limit.seconds - 0.5 && took <= limit.seconds + SLACK_SECONDS)),
  );
  return fitting.toSorted(
    (a, b) => Number(b.component === component) - Number(a.component === component) || a.seconds - b.seconds,
  )[0];
}

function neededSeconds(
  one: JudgedExchange,
  limit: WaitLimit,
  { slowest }: ExchangeLimits,
  answered: readonly JudgedExchange[],
): { readonly seconds: number; readonly cite: Citation } | undefined {
  if (slowest !== undefined && slowest.seconds > limit.seconds) return slowest;
  for (const other of answered) {
    const seconds = secondsOf(other);
    if (seconds !== undefined && seconds > limit.seconds && other.url.path === one.url.path)
      return { seconds, cite: citeExchange(other) };
  }
  return undefined;
}

function fixesFor(
  one: JudgedExchange,
  on: ResourceRef,
  subject: ResourceRef,
  limit: WaitLimit,
  most: number,
  needed: number | undefined,
  owner: Lookup<FieldOwner>,
): readonly Fix[] {
  const faster = changeTheObject(
    on,
    'Make the prediction faster',
    'Give the container more CPU or a GPU, or send smaller batches; a limit only decides how long a client waits',
    'Takes effect with the next pods.',
  );
  if (!limit.owned)
    return [
      changeTheObject(
        subject,
        `Raise ${limit.what}`,
        `Set it to more than ${secondsText(needed ?? limit.seconds)} s, in the manifest that ${nameWithKind(subject)} comes from`,
        'The gateway takes it over at once; no pod is restarted.',
      ),
      faster,
    ];
  const field =
    on.kind === 'InferenceService'
      ? `spec.${limit.component ?? componentOf(one.url.host)}.timeout`
      : 'spec.template.spec.timeoutSeconds';
  // Room for a slow moment; the platform refuses what is above its own limit.
  const wanted = needed === undefined ? undefined : Math.ceil(needed * 2);
  const value = wanted === undefined ? '<SECONDS>' : wanted > most ? undefined : wanted;
  const raise =
    value === undefined
      ? []
      : [
          fix({
            title:
              typeof value === 'number'
                ? `Raise ${field} of ${nameOf(on)} to ${value} s`
                : `Raise ${field} of ${nameOf(on)} above what a prediction takes, to ${secondsText(most)} s at most`,
            applicability: value === '<SECONDS>' ? 'fill-in' : 'review',
            effect: 'Makes a new revision: new pods start, the old ones serve until those are Ready.',
            steps: [patchField(on, field, String(value))],
            undo: [patchField(on, field, String(limit.seconds))],
            verify: verifyWithInferscope(on),
            owner,
          }),
        ];
  const above = changeTheObject(
    on,
    `For more than ${secondsText(most)} s, raise max-revision-timeout-seconds first`,
    `Set max-revision-timeout-seconds in ConfigMap knative-serving/config-defaults: a Revision that asks for more than that is refused`,
    'Holds for Revisions made from then on; nothing is restarted.',
  );
  return limit.by === 'revision' ? [...raise, above, faster] : [...raise, faster];
}

/** The value stands without quotes: a placeholder is to become a number. */
function patchField(ref: ResourceRef, field: string, value: string): Step {
  const keys = field.split('.');
  const body = `${keys.map((key) => `{"${key}":`).join('')}${value}${'}'.repeat(keys.length)}`;
  return kubectl(ref, ['patch', kindWord(ref), ref.name, '--type=merge', '-p', body], true);
}
