/**
 * The log of one run of a container, prepared for questions: the last unhandled traceback, the known signals, and a search that looks where
 * a run tells its end (the traceback, then the last lines) and not at errors that the program survived hours before. Pure; it concludes nothing.
 */
import type { Citation } from '../model/evidence.ts';
import type { LogText } from '../model/reader.ts';
import { isServerLine } from './server-line.ts';
import { servesRequest } from './signals/python-lines.ts';
import { defaultMatcher, parseTracebacks, type SignalMatch, type Traceback } from './signals/index.ts';

/** How many of the last lines count as the end of a run: a final exception of any usual runtime, with its wrapper's words, fits. */
const ENDING_LINES = 40;

/** Exceptions that only say that another process, whose own stands above, did not start: vLLM `v1/engine/core_client.py`, `engine/multiprocessing/client.py`. */
const WRAPPER =
  /Engine (?:core initialization failed|process failed to start)|See (?:root cause|stack trace) (?:above|for the root cause)/i;

export interface LogHit {
  readonly match: RegExpExecArray;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  readonly cite: Citation;
}

export interface RunLog {
  readonly container: string;
  readonly lines: readonly string[];
  /** The last traceback that was neither handled nor of a background task. */
  readonly traceback?: Traceback;
  readonly tracebacks: readonly Traceback[];
  readonly signals: readonly SignalMatch[];
  /** The line in which its server says that it listens, 0 where none does: what went wrong before, the program survived. */
  readonly servesFrom: number;
  cite(label: string, from: number, to?: number): Citation;
  readonly citeEnd: Citation;
  /** The last hit in the final traceback or in the last lines, not above the line in which the server says that it listens. */
  ending(...expressions: readonly RegExp[]): LogHit | undefined;
  /** The last hit before (and in) a line, at most `within` lines above it. */
  before(line: number, within: number, ...expressions: readonly RegExp[]): LogHit | undefined;
  /** The last hit anywhere. */
  last(...expressions: readonly RegExp[]): LogHit | undefined;
}

export interface LogSource {
  readonly container: string;
  /** The run is over: an exception that a server answered a request with did not end it. While it goes on, such a request may be that of its probe. */
  readonly ended?: boolean;
  readonly lines: readonly string[];
  cite(label: string, from: number, to?: number): Citation;
}

export function runLog(source: LogSource): RunLog {
  const { container, lines, cite } = source;
  const text = lines.join('\n');
  const tracebacks = parseTracebacks(text);
  const signals = defaultMatcher().scan(text);
  const servesFrom = signals.findLast(isServerLine)?.line ?? 0;
  const unhandled = tracebacks.filter(
    (candidate) => !candidate.background && !candidate.handled && candidate.toLine > servesFrom,
  );
  const final = unhandled.at(-1);
  const traceback =
    final !== undefined && WRAPPER.test(final.message)
      ? (unhandled.findLast((candidate) => !WRAPPER.test(candidate.message)) ?? final)
      : (wrappedBy(final, tracebacks) ?? final);
  const lastLine = lines.findLastIndex((line) => line.trim() !== '') + 1;
  const hit = (line: number, expressions: readonly RegExp[]): LogHit | undefined => {
    const content = (lines[line - 1] ?? '').slice(0, 4096);
    for (const expression of expressions) {
      const match = expression.exec(content);
      if (match) return { match, line, text: content, cite: cite(`log of container ${container}, line ${line}`, line) };
    }
    return undefined;
  };
  const answered = source.ended === true ? tracebacks.filter(({ frames }) => servesRequest(frames)) : [];
  const isAnswered = (line: number): boolean =>
    answered.some(({ fromLine, toLine }) => line >= fromLine && line <= toLine);
  const upward = (
    from: number,
    to: number,
    expressions: readonly RegExp[],
    skips: (line: number) => boolean = () => false,
  ): LogHit | undefined => {
    for (let line = from; line >= Math.max(1, to); line -= 1) {
      const found = skips(line) ? undefined : hit(line, expressions);
      if (found) return found;
    }
    return undefined;
  };
  // A traceback that a long silence or much other output follows is not what ended the run.
  const ends = traceback !== undefined && final !== undefined && final.toLine >= lastLine - ENDING_LINES;
  return {
    container,
    lines,
    ...(ends ? { traceback } : {}),
    tracebacks,
    signals,
    servesFrom,
    cite,
    citeEnd: cite(`end of the log of container ${container}`, Math.max(1, lastLine - 5), Math.max(1, lastLine)),
    ending: (...expressions) => {
      const from = ends ? Math.min(traceback.fromLine, lastLine - ENDING_LINES) : lastLine - ENDING_LINES;
      return upward(lastLine, Math.max(from, servesFrom + 1), expressions, isAnswered);
    },
    before: (line, within, ...expressions) => upward(line, line - within, expressions),
    last: (...expressions) => upward(lastLine, 1, expressions),
  };
}

/**
 * The exceptions that the Azure ML inference server raises from one of the scoring script's own (azureml-inference-server-http
 * `server/user_script.py`): the link of the chain above is what happened.
 */
const SCRIPT_WRAPPER = /(?:^|\.)UserScript(?:Import)?Exception$/;

/** The exception of the script that the server's own wraps; undefined for any other. */
export function wrappedBy(final: Traceback | undefined, tracebacks: readonly Traceback[]): Traceback | undefined {
  if (final === undefined || !SCRIPT_WRAPPER.test(final.exception)) return undefined;
  const above = tracebacks[tracebacks.indexOf(final) - 1];
  return above?.handled === true ? above : undefined;
}

/** Text that stands in for a log: the runtime answers so when it already deleted the file (kubelet `kuberuntime_logs.go`). */
export function isNoLog(log: LogText): boolean {
  return log.lines.length <= 2 && log.text.startsWith('unable to retrieve container logs for ');
}
