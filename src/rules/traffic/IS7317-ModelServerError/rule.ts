/**
 * Cause, general: the model server ends a request with an error of its own. Where its log holds the traceback of the code that serves the model, that
 * is the cause; else only its answer is known.
 */
import { advice } from '../../../fixes/advice.ts';
import { kubectl } from '../../../fixes/build.ts';
import { changeTheObject } from '../../../fixes/requests.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { ASKED_KINDS, isMistyped, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { citeException, codeOrigin, placeOf } from '../../../views/run-trace.ts';
import { scoringFailures, type ScoringFailure } from '../../../views/azureml/scoring-failures.ts';
import { defineRule } from '../../define.ts';

/** Behind a router of Azure ML a failed run() comes as 502, or as 424 with the status of the server in a header. */
const FAILED = new Set(['server-error', 'upstream-unreachable', 'failed']);
/** A client, or a gateway, whose connection ends with the process that held it. */
const CUT_OFF = new Set([
  'connection-lost',
  'no-answer',
  'upstream-closed',
  'upstream-unreachable',
  'container-unreachable',
]);
/** Kinds of an answer that no sentence of a server explains. */
const UNEXPLAINED = new Set([...FAILED, 'unavailable', 'insufficient-storage', 'rate-limited']);
/** The server's own words for an exception (azureml-inference-server-http `server/routes.py`); any others are those of run(). */
const OWN_WORDS = /^An unexpected (?:internal )?error occurred/;

export default defineRule({
  code: 'IS7317',
  name: 'ModelServerError',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The model server fails on a request with an error of its own',
  general: true,
  appliesTo: [...ASKED_KINDS, 'Pod'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    '500 Internal Server Error',
    'InferenceError',
    'Internal Server Error',
    'run-function-failed',
    'x-ms-run-function-failed',
    'An unexpected error occurred in scoring script',
    'HTTP 502',
    'HTTP 424',
    'ms-azureml-model-error-statuscode',
    'is not JSON serializable',
    'was sent SIGSEGV',
    'Fatal Python error: Segmentation fault',
    'run() output is HTTP Response',
  ],
  needs: { judgement: exchangeJudgement, scoring: scoringFailures },
  messages: {
    failed: 'The server of {object} fails on the request: “{words}”',
    raises: 'run() of the scoring script of container {container} fails with {exception} at {place}: {detail}',
    crashed: 'A worker of the server in container {container} is ended by {signal} while it serves',
    crashedAt: 'A worker of the server in container {container} is ended by {signal} at {place}',
    exits: 'A worker of the server in container {container} ends with exit code {exitCode} while it serves',
    answers: 'run() of the scoring script behind {object} answers {status} itself: “{words}”',
    result: 'run() of the scoring script of container {container} returns what cannot be written as JSON: {detail}',
  },
  check({ judgement, scoring }, context) {
    const told = judgement.failing.findLast(({ answer }) => FAILED.has(answer.kind));
    // Without a request in sight the last answer in the log counts; a request that is known to fail is older than what the log says since.
    const failure = scoring.failures.findLast(
      ({ kind, standing }) => kind !== 'timeout' && (told !== undefined || (standing && context.on.kind === 'Pod')),
    );
    const isCut = judgement.failing.some(({ answer }) => CUT_OFF.has(answer.kind));
    const crash = scoring.crashes.findLast(({ standing }) => isCut || (standing && context.on.kind === 'Pod'));
    if (
      crash !== undefined &&
      !(failure !== undefined && failure.pod === crash.pod && failure.traceback.toLine > crash.line)
    ) {
      const { container, workload, pod, place, signal, exitCode } = crash;
      const cut = judgement.failing.findLast(({ answer }) => CUT_OFF.has(answer.kind));
      const subject = place === undefined ? workload : codeOrigin({ container }, place.file, workload);
      const common = {
        subject,
        ...(subject === workload ? { container: container.name } : {}),
        affects: [context.on, pod],
        certainty: signal === undefined ? ('likely' as const) : ('confirmed' as const),
        basis:
          signal === undefined
            ? 'the server says that its worker ended by itself after it was ready; what ended it is not told'
            : 'the server names the signal that ended its worker after it was ready',
        consequence:
          'The request gets no answer, which a router hands on as 502; the server starts another worker, and the pod stays Ready.',
        cite: [
          crash.cite,
          ...(place === undefined ? [] : [place.cite]),
          ...(cut === undefined ? [] : [citeExchange(cut)]),
        ] as const,
        fixes: [
          advice(
            workload,
            place === undefined ? 'Find what ends the process in run()' : `Mend what is called at ${place.text}`,
            signal === undefined
              ? 'Look for sys.exit(), os._exit() and native libraries in run(); an exception would leave a traceback'
              : 'Check that the compiled packages of the environment fit the processor and each other; send the same input to azmlinfsrv with PYTHONFAULTHANDLER=1, which prints the place',
          ),
        ],
      };
      const args = { container: container.name };
      if (signal === undefined)
        return context.found({ message: 'exits', args: { ...args, exitCode: exitCode ?? 'unknown' }, ...common });
      return place === undefined
        ? context.found({ message: 'crashed', args: { ...args, signal }, ...common })
        : context.found({ message: 'crashedAt', args: { ...args, signal, place: place.text }, ...common });
    }
    const own = judgement.failing.findLast(
      ({ answer, exchange }) =>
        UNEXPLAINED.has(answer.kind) &&
        /^true$/i.test(exchange.response?.headers['x-ms-run-function-failed'] ?? '') &&
        answer.words !== '' &&
        !OWN_WORDS.test(answer.words),
    );
    if (own?.answer.status !== undefined)
      return context.found({
        message: 'answers',
        args: { object: nameOf(context.on), status: own.answer.status, words: quoted(own.answer.words, 120) },
        subject: context.on,
        certainty: 'confirmed',
        basis: 'the server marks the answer as one of run() (x-ms-run-function-failed), and the words are not its own',
        consequence: 'The server and its pod are in order: the scoring script decided to answer so.',
        cite: [citeExchange(own)],
        fixes: [
          advice(
            context.on,
            'Look up in the scoring script when it answers so',
            'run() returns an AMLResponse with this status and text; a mistake of the client is better answered with 400 than with a status of the 5xx',
          ),
        ],
      });
    if (failure !== undefined) {
      const { traceback, container, log, workload, pod, answered } = failure;
      const request = told === undefined ? [] : [citeExchange(told)];
      // Where no line of the script stands in the traceback, nothing says that it came with the image.
      const file = traceback.userFrame?.file;
      const subject = file === undefined ? workload : codeOrigin({ container }, file, workload);
      const common = {
        subject,
        ...(subject === workload ? { container: container.name } : {}),
        affects: [context.on, pod],
        certainty: 'confirmed' as const,
        basis: 'the server’s log holds the traceback of the request',
        consequence:
          'The pod stays Ready and answers such requests with an error; Azure ML’s router hands it on as 502, a managed endpoint as 424.',
        cite: [citeException(log, traceback), ...(answered === undefined ? [] : [answered]), ...request] as const,
        fixes: [mendScript(failure, context.on)],
      };
      const detail = quoted(traceback.message.split('\n')[0] ?? '', 90);
      return failure.kind === 'result'
        ? context.found({ message: 'result', args: { container: container.name, detail }, ...common })
        : context.found({
            message: 'raises',
            args: {
              container: container.name,
              exception: traceback.exception,
              place: placeOf(traceback) ?? 'a place that is not told',
              detail,
            },
            ...common,
          });
    }
    const one = judgement.failing.findLast(
      (failed) => failed.answer.kind === 'server-error' && failed.answer.by === 'server' && !isMistyped(failed),
    );
    if (one === undefined) return context.notApplicable('the model server failed on no request');
    const words = quoted(one.answer.words, 160);
    if (words === '') return context.notApplicable('its answer does not say why');
    return context.found({
      message: 'failed',
      args: { object: nameOf(context.on), words },
      subject: context.on,
      certainty: 'likely',
      basis: 'the server answers 500 with these words, which name no known mistake of the request',
      consequence: 'The request comes as far as the code that serves the model.',
      cite: [citeExchange(one)],
      fixes: [
        {
          ...changeTheObject(
            context.on,
            'Read the traceback of the server',
            'The log of the serving container holds the place in the code; mend the code or the model there',
            'Changes nothing.',
          ),
          verify: kubectl(context.on, ['get', 'pods'], false),
        },
      ],
    });
  },
});

function mendScript({ kind, workload }: ScoringFailure, on: ResourceRef): Fix {
  return advice(
    workload,
    kind === 'result' ? 'Return lists, numbers and text from run()' : 'Mend run() where the traceback points',
    kind === 'result'
      ? 'Turn arrays and frames into lists (`.tolist()`, `.to_dict()`) before they are returned, or return an AMLResponse'
      : `Try it with azmlinfsrv and the same input that ${nameOf(on)} was asked with; answer a wrong input with AMLResponse and status 400 in place of an exception`,
  );
}
