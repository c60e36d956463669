/**
 * Which lines of a pasted log decide: the exception or signal that ended the run, and the name that Azure ML gives to it. Pure; the reading of logs
 * is that of the rules (`views/run-log.ts`), so that a paste and a cluster are told alike.
 */
import type { DecisiveLine } from '../model/text-answer.ts';
import { AZURE_ERRORS, azureErrorNamed } from '../views/azureml/catalog/index.ts';
import { runLog, wrappedBy, type RunLog } from '../views/run-log.ts';
import type { SignalMatch, Traceback } from '../views/signals/index.ts';

/** A page that `explain` has for a code. */
export interface KnownPage {
  readonly code: string;
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  /** Ids of the log signals that the rule stands on. */
  readonly signals?: readonly string[];
}

const QUOTE = 300;

/** They say that something failed; what, stands above. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'gunicorn-boot-failed',
  'server-startup-failed',
  'vllm-engine-failed',
  'azureml-init-failed',
  'azureml-import-failed',
  'azureml-run-failed',
]);

/** The script was started and got through: what went wrong before, it survived (azureml-inference-server-http `aml_blueprint.py`). */
const STARTED = /\b(?:Users?'s init has completed successfully|Worker with pid \d{1,10} ready for serving traffic)/;

/** A logger that warns of an exception has handled it: `2026-… W [7] azmlinfsrv - …`, `WARNING:root:…`. */
const WARNS = /^(?:[\d:,.\sTZ+-]{8,40}W \[|.{0,60}\bWARN(?:ING)?\b)/;

/** The inference server's own line of a request (azureml-inference-server-http `routes.py`). */
const SCORED = /\bazmlinfsrv\S{0,40} - [A-Z]{3,7} \/score\S{0,200} ([45]\d\d) [\d.]{1,12}ms\b/;

/** Everything raises them, so that they tell no code. */
const COMMON: ReadonlySet<string> = new Set([
  'Exception',
  'RuntimeError',
  'ValueError',
  'TypeError',
  'KeyError',
  'IndexError',
  'AttributeError',
  'OSError',
]);

export function logEvidence(lines: readonly string[], pages: readonly KnownPage[]): readonly DecisiveLine[] {
  const log = runLog({
    container: 'text',
    lines,
    cite: (label, from, to = from) => ({ evidence: 'ev:text', at: { kind: 'lines', from, to }, label }),
  });
  // Between the first start and the last, a worker died: what came before the first it survived all the same.
  const starts = startsOf(lines);
  for (const from of new Set([Math.max(log.servesFrom, starts.at(-1) ?? 0), starts[0] ?? 0])) {
    const found = evidenceAfter(log, from, pages);
    if (found.length > 0) return found;
  }
  return refusedRequest(lines);
}

/** The last line up to which everything was survived; 0 where no start was told. */
export function survivedUntil(lines: readonly string[]): number {
  return startsOf(lines).at(-1) ?? 0;
}

function startsOf(lines: readonly string[]): readonly number[] {
  return lines.flatMap((line, index) => (STARTED.test(line.slice(0, 1000)) ? [index + 1] : []));
}

function evidenceAfter(log: RunLog, from: number, pages: readonly KnownPage[]): readonly DecisiveLine[] {
  const raised = tracebackOf(log, from);
  const signal = signalOf(log, raised, from);
  // What ends the run stands below what it survived.
  const traceback = signal !== undefined && raised !== undefined && signal.line > raised.toLine ? undefined : raised;
  const name = nameOf(log, from);
  return [
    ...(signal === undefined ? [] : [signalLine(signal, pages)]),
    ...(signal === undefined && traceback !== undefined ? [exceptionLine(traceback, log.lines, pages, name)] : []),
    ...(name === undefined ? [] : [name]),
  ];
}

/** The one that ended the run; else the last that nobody handled, then the last of a task or request. */
function tracebackOf(log: RunLog, from: number): Traceback | undefined {
  const after = log.tracebacks.filter(
    ({ fromLine, toLine }) => toLine > from && !WARNS.test((log.lines[fromLine - 2] ?? '').slice(0, 300)),
  );
  if (log.traceback !== undefined && after.includes(log.traceback)) return log.traceback;
  const last = after.findLast(({ background, handled }) => !background && !handled) ?? after.at(-1);
  return wrappedBy(last, log.tracebacks) ?? last;
}

function signalOf(log: RunLog, traceback: Traceback | undefined, from: number): SignalMatch | undefined {
  const warned = log.tracebacks.filter(({ fromLine }) => WARNS.test((log.lines[fromLine - 2] ?? '').slice(0, 300)));
  const telling = log.signals.filter(
    ({ signal, line }) =>
      line > from &&
      !WRAPPERS.has(signal.id) &&
      (signal.severity === 'fatal' || signal.severity === 'failing') &&
      !warned.some(({ fromLine, toLine }) => line >= fromLine && line <= toLine),
  );
  // gunicorn aborts a worker that answers too late; the abort and its SystemExit follow from that (gunicorn `arbiter.py`, `workers/base.py`).
  const late = telling.findLast(({ signal }) => signal.id === 'worker-timeout');
  const last = telling.at(-1);
  if (
    late !== undefined &&
    (last?.signal.id === 'worker-timeout' ||
      last?.signal.id === 'native-crash' ||
      traceback?.exception === 'SystemExit')
  )
    return late;
  if (traceback !== undefined) {
    const later = telling.findLast(({ signal, line }) => signal.severity === 'fatal' && line > traceback.toLine);
    const within = telling.filter(({ line }) => line >= traceback.fromLine && line <= traceback.toLine);
    return within.findLast(({ line }) => line === traceback.messageLine) ?? within.at(-1) ?? later;
  }
  return telling.findLast(({ signal }) => signal.severity === 'fatal') ?? telling.at(-1);
}

/** Nothing failed but requests, which the server refused. */
function refusedRequest(lines: readonly string[]): readonly DecisiveLine[] {
  const line = lines.findLastIndex((text) => SCORED.test(text.slice(0, 1000))) + 1;
  const text = (lines[line - 1] ?? '').slice(0, 1000);
  const error = azureErrorNamed(`Http${SCORED.exec(text)?.[1] ?? ''}`);
  if (error === undefined) return [];
  const { name, meaning, fix } = error;
  return [
    { kind: 'http', name, line, quote: text.trim().slice(0, QUOTE), page: name, meaning, reasons: [], fix, codes: [] },
  ];
}

function signalLine({ signal, line, text }: SignalMatch, pages: readonly KnownPage[]): DecisiveLine {
  const codes = codesOfSignal(signal.id, text, pages);
  const [page] = codes;
  return {
    kind: 'signal',
    name: signal.id,
    line,
    quote: text.trim().slice(0, QUOTE),
    ...(page === undefined ? {} : { page }),
    meaning: `${signal.meaning.charAt(0).toUpperCase()}${signal.meaning.slice(1)}.`,
    reasons: [],
    fix: signal.fix,
    codes,
  };
}

/** Rules that stand on the signal; else those that know most of the line by an alias. */
function codesOfSignal(id: string, text: string, pages: readonly KnownPage[]): readonly string[] {
  const standing = pages.filter(({ aliases, signals }) => aliases.includes(id) || signals?.includes(id) === true);
  if (standing.length > 0) return standing.map(({ code }) => code);
  const lower = text.toLowerCase();
  const lengthIn = ({ aliases }: KnownPage): number =>
    Math.max(0, ...aliases.filter((alias) => lower.includes(alias.toLowerCase())).map(({ length }) => length));
  const longest = Math.max(...pages.map(lengthIn));
  return longest < 8 ? [] : pages.filter((page) => lengthIn(page) === longest).map(({ code }) => code);
}

function exceptionLine(
  traceback: Traceback,
  lines: readonly string[],
  pages: readonly KnownPage[],
  name: DecisiveLine | undefined,
): DecisiveLine {
  const { exception, messageLine, userFrame, background } = traceback;
  const short = exception.split('.').at(-1) ?? exception;
  const place =
    userFrame === undefined
      ? ''
      : ` in ${userFrame.file}${userFrame.line === undefined ? '' : `, line ${userFrame.line}`}`;
  const known = COMMON.has(short) ? [] : pages.filter(({ aliases }) => aliases.includes(short));
  // The script's own exception, in one of the steps that Azure ML names.
  const step = name?.kind === 'azure-error' ? 'ScoringScriptFails' : name?.name === 'Http500' ? 'ModelServerError' : '';
  const general = pages.filter((page) => page.name === step);
  const codes = (known.length > 0 ? known : general).map(({ code }) => code);
  const [page] = codes;
  return {
    kind: 'exception',
    name: short.slice(0, 100),
    line: messageLine,
    quote: (lines[messageLine - 1] ?? '').trim().slice(0, QUOTE),
    ...(page === undefined ? {} : { page }),
    meaning: `${background ? 'A request or task ended' : 'The program ended'} with this exception, raised${place === '' ? ' below its own code' : place}.`,
    reasons: [],
    fix: 'Mend what the exception names, at the place that the traceback shows.',
    codes,
  };
}

/** What Azure ML calls it: the inference server tells which of its own steps failed. */
function nameOf(log: RunLog, started: number): DecisiveLine | undefined {
  const told = log.signals.filter(({ line }) => line > started);
  // run() is not yet in play while the script starts, though the server's exception has the same words.
  for (const error of AZURE_ERRORS) {
    const match = told.findLast(({ signal }) => error.signals?.includes(signal.id) === true);
    if (match === undefined) continue;
    return {
      kind: error.area === 'http' ? 'http' : 'azure-error',
      name: error.name,
      line: match.line,
      quote: match.text.trim().slice(0, QUOTE),
      page: error.name,
      meaning: error.meaning,
      reasons: [],
      fix: error.fix,
      codes: [],
    };
  }
  return undefined;
}
