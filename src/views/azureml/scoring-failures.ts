/**
 * Requests that the Azure ML inference server took and its scoring script could not answer, from the logs of pods that run: run() raised, returned
 * what cannot be written as JSON, or took longer than the scoring or the worker timeout (azureml-inference-server-http `server/{routes,user_script}.py`). The
 * traceback is the proof; whose mistake it is, rules say.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { defineView, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import type { ContainerState } from '../container-state.ts';
import { podTemplate } from '../pod-template.ts';
import type { RunLog } from '../run-log.ts';
import { runningLogs } from '../running-logs.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import { chainBelow } from '../serving-chain.ts';
import type { Traceback } from '../signals/index.ts';

export interface ScoringFailure {
  readonly pod: ResourceRef;
  readonly workload: ResourceRef;
  readonly container: ContainerState;
  readonly log: RunLog;
  readonly kind: 'raises' | 'result' | 'timeout';
  /** Of the script where it raised, else of the server. */
  readonly traceback: Traceback;
  /** The access line of the request, where there is one. */
  readonly answered?: Citation;
  readonly limitMs?: number;
  /** No later request was answered. */
  readonly standing: boolean;
}

/** A worker of the server ended while it served: no traceback tells of the request. */
export interface ScoringCrash {
  readonly pod: ResourceRef;
  readonly workload: ResourceRef;
  readonly container: ContainerState;
  readonly line: number;
  /** `SIGSEGV`; undefined where the process ended by itself. */
  readonly signal?: string;
  readonly exitCode?: number;
  /** Python's own dump of the stack: the innermost line outside of libraries. */
  readonly place?: { readonly text: string; readonly file: string; readonly cite: Citation };
  readonly cite: Citation;
  readonly standing: boolean;
}

/** gunicorn ended a worker that was in run() for longer than it waits for one. */
export interface WorkerTimeout {
  readonly pod: ResourceRef;
  readonly workload: ResourceRef;
  readonly container: ContainerState;
  readonly seconds: number;
  readonly place: string;
  /** The end, and the place in the script. */
  readonly cites: readonly [Citation, Citation];
  readonly standing: boolean;
}

export interface ScoringFailures {
  readonly failures: readonly ScoringFailure[];
  readonly crashes: readonly ScoringCrash[];
  readonly workerTimeouts: readonly WorkerTimeout[];
  readonly gaps: readonly EvidenceGap[];
}

const MOST_PODS = 3;

export const scoringFailures = defineView<ScoringFailures>({
  id: 'scoring-failures',
  needs: [],
  uses: [runningLogs, podTemplate, serviceEndpoints, chainBelow],
  derive(context, subject) {
    const failures: ScoringFailure[] = [];
    const crashes: ScoringCrash[] = [];
    const workerTimeouts: WorkerTimeout[] = [];
    const gaps: EvidenceGap[] = [];
    for (const pod of podsOf(context, subject).slice(0, MOST_PODS)) {
      const running = context.use(runningLogs, pod);
      if (running.state !== 'present') continue;
      gaps.push(...running.value.gaps);
      const { workload } = context.use(podTemplate, pod);
      for (const { container, log } of running.value.logs) {
        const failure = lastFailure(log);
        if (failure !== undefined) failures.push({ pod, workload, container, log, ...failure });
        const crash = lastCrash(log);
        if (crash !== undefined) crashes.push({ pod, workload, container, ...crash });
        const timeout = lastWorkerTimeout(log);
        if (timeout !== undefined) workerTimeouts.push({ pod, workload, container, ...timeout });
      }
    }
    return { failures, crashes, workerTimeouts, gaps };
  },
});

function podsOf(context: ViewContext, subject: ResourceRef): readonly ResourceRef[] {
  if (subject.kind === 'Pod') return [subject];
  if (subject.kind === 'Service' && subject.apiVersion === 'v1') {
    const endpoints = context.use(serviceEndpoints, subject);
    return endpoints.state === 'present' ? endpoints.value.selected.map(({ pod }) => pod.ref) : [];
  }
  return context.use(chainBelow, subject).filter(({ kind }) => kind === 'Pod');
}

/** The server's own line about a request that it answered. */
const ANSWERED = /azmlinfsrv - POST \/\S{0,200} (?<status>\d{3}) /;

function lastFailure(log: RunLog): Omit<ScoringFailure, 'pod' | 'workload' | 'container' | 'log'> | undefined {
  const at = log.tracebacks.findLastIndex(isOfRequest);
  const outer = log.tracebacks[at];
  if (outer === undefined) return undefined;
  const answered = log.lines.findIndex(
    (line, index) => index >= outer.toLine && index < outer.toLine + 6 && ANSWERED.test(line),
  );
  const cite = answered < 0 ? {} : { answered: log.cite('the answer to the request', answered + 1) };
  const later = log.lines.findLast((line, index) => index > Math.max(answered, outer.toLine) && ANSWERED.test(line));
  const standing = later === undefined || !/^[23]/.test(ANSWERED.exec(later)?.groups?.['status'] ?? '');
  const limit = /within the allocated time: (?<ms>[\d.]{1,12}) ?ms/.exec(outer.message)?.groups?.['ms'];
  if (limit !== undefined) return { kind: 'timeout', traceback: outer, standing, limitMs: Number(limit), ...cite };
  const inner = log.tracebacks[at - 1];
  if (/(?:^|\.)UserScriptException$/.test(outer.exception))
    return { kind: 'raises', traceback: inner?.handled === true ? inner : outer, standing, ...cite };
  return { kind: 'result', traceback: outer, standing, ...cite };
}

/** gunicorn `arbiter.py` reap_workers, from 21 on; SIGKILL is most often for want of memory, SIGTERM an order. */
const WORKER_END =
  /Worker \(pid: ?(?<pid>\d{1,10})\) (?:was sent (?<signal>SIG(?:SEGV|ILL|ABRT|BUS|FPE))!|exited with code (?<code>[1-9]\d{0,2})\b)/;
/** gunicorn 20 names the signal by its number. */
const WORKER_KILLED = /Worker with pid (?<pid>\d{1,10}) was terminated due to signal (?<number>4|6|7|8|11)$/;
const SIGNALS: Readonly<Record<string, string>> = {
  '4': 'SIGILL',
  '6': 'SIGABRT',
  '7': 'SIGBUS',
  '8': 'SIGFPE',
  '11': 'SIGSEGV',
};

function lastCrash(log: RunLog): Omit<ScoringCrash, 'pod' | 'workload' | 'container'> | undefined {
  const at = log.lines.findLastIndex((line) => workerEnd(line) !== undefined);
  const { pid, signal, code, number } = workerEnd(log.lines[at] ?? '') ?? {};
  if (pid === undefined) return undefined;
  const name = signal ?? (number === undefined ? undefined : SIGNALS[number]);
  const ready = log.lines.findIndex((line) => line.includes(`azmlinfsrv - Worker with pid ${pid} ready for serving`));
  // Before that its start failed, which ends the container; after an order to stop every worker ends.
  if (ready < 0 || ready > at) return undefined;
  if (log.lines.slice(0, at).some((line) => line.includes('Handling signal: term'))) return undefined;
  // gunicorn ended it itself.
  if (log.lines.slice(0, at).some((line) => line.includes(`WORKER TIMEOUT (pid:${pid})`))) return undefined;
  const place = name === undefined ? undefined : crashPlace(log, ready, at);
  return {
    line: at + 1,
    ...(name === undefined ? { exitCode: Number(code) } : { signal: name }),
    ...(place === undefined ? {} : { place }),
    cite: log.cite('the end of a worker', at + 1),
    standing: !isAnsweredSince(log, at),
  };
}

/** gunicorn `arbiter.py` murder_workers. */
const WORKER_TIMEOUT = /WORKER TIMEOUT \(pid:(?<pid>\d{1,10})\)/;
/** What azmlinfsrv gives gunicorn where nothing is set (`amlserver_linux.py`). */
const DEFAULT_WORKER_TIMEOUT = 300;

function lastWorkerTimeout(log: RunLog): Omit<WorkerTimeout, 'pod' | 'workload' | 'container'> | undefined {
  const at = log.lines.findLastIndex((line) => WORKER_TIMEOUT.test(line.slice(0, 1000)));
  const pid = WORKER_TIMEOUT.exec((log.lines[at] ?? '').slice(0, 1000))?.groups?.['pid'];
  // The settings are printed by azmlinfsrv only: under another gunicorn nobody tells the limit.
  const set = log.last(/^Worker Timeout \(seconds\): (?<seconds>None|\d{1,6})$/)?.match.groups?.['seconds'];
  if (pid === undefined || set === undefined) return undefined;
  const ready = log.lines.findIndex((line) => line.includes(`azmlinfsrv - Worker with pid ${pid} ready for serving`));
  if (ready < 0 || ready > at) return undefined;
  const next = log.lines.findIndex((line, index) => index > at && line.includes('Booting worker with pid: '));
  const end = next < 0 ? log.lines.length : next;
  const place = crashPlace(log, at, end);
  // The dump shows that it was busy with a request, and not starved or stuck elsewhere.
  if (place === undefined || !log.lines.slice(at, end).some((line) => line.slice(0, 1000).endsWith(' in invoke_run')))
    return undefined;
  return {
    seconds: set === 'None' ? DEFAULT_WORKER_TIMEOUT : Number(set),
    place: place.text,
    cites: [log.cite('the end of a worker', at + 1), place.cite],
    standing: !isAnsweredSince(log, at),
  };
}

function isAnsweredSince(log: RunLog, at: number): boolean {
  const answered = log.lines.findLast((line, index) => index > at && ANSWERED.test(line));
  return /^[23]/.test(ANSWERED.exec(answered ?? '')?.groups?.['status'] ?? '');
}

function workerEnd(line: string): RegExpExecArray['groups'] {
  const start = line.slice(0, 1000);
  return (WORKER_END.exec(start) ?? WORKER_KILLED.exec(start))?.groups;
}

/** CPython `Python/traceback.c` _Py_DumpTracebackThreads, which faulthandler calls: innermost frame first. */
function crashPlace(log: RunLog, from: number, to: number): ScoringCrash['place'] {
  const head = log.lines.findLastIndex(
    (line, index) => index > from && index < to && line.startsWith('Fatal Python error: '),
  );
  if (head < 0) return undefined;
  for (let index = head; index < to; index += 1) {
    const frame = /^ {2}File "(?<file>[^"]{1,400})", line (?<line>\d{1,7}) in /.exec(
      (log.lines[index] ?? '').slice(0, 1000),
    )?.groups;
    const file = frame?.['file'];
    if (file === undefined || /\/(?:site|dist)-packages\/|\/lib\d{0,2}\/python\d|^<frozen/.test(file)) continue;
    return { text: `${file}:${frame?.['line'] ?? ''}`, file, cite: log.cite('where the process ended', index + 1) };
  }
  return undefined;
}

/** It passed through the server's handling of a scoring request. */
function isOfRequest(traceback: Traceback): boolean {
  return (
    !traceback.handled &&
    traceback.frames.some(
      ({ file, function: name }) =>
        name === 'handle_score' && file.endsWith('azureml_inference_server_http/server/routes.py'),
    ) &&
    (/(?:^|\.)UserScript(?:Exception|Timeout)$/.test(traceback.exception) ||
      /JSON serializ|Invalid response type/i.test(traceback.message))
  );
}
