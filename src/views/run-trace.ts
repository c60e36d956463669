/** The steps between a line of a failed run's log and what the pod shows, and where the code of a traceback came from. Words only. */
import type { Citation } from '../model/evidence.ts';
import { imageRef, type ResourceRef } from '../model/reference.ts';
import type { ContainerRun } from './container-runs.ts';
import type { LogHit, RunLog } from './run-log.ts';
import type { Frame, Traceback } from './signals/index.ts';
import { mountOf } from './start-failures.ts';

export interface ObservedStep {
  readonly text: string;
  readonly cite: readonly Citation[];
}

/** `/app/main.py:2: import xgboost as xgb`, then how the run ended. */
export function runTrace(run: ContainerRun, log: RunLog): readonly ObservedStep[] {
  const steps: ObservedStep[] = [];
  const { traceback } = log;
  const place = placeOf(traceback);
  if (traceback && place !== undefined) {
    const code = traceback.userFrame?.code;
    steps.push({
      text: code === undefined ? `${place} fails` : `${place}: ${code.slice(0, 160)}`,
      cite: [citeUserFrame(log, traceback)],
    });
  }
  const { exit } = run.container;
  if (run.ended && exit) steps.push({ text: `the process ends with exit code ${exit.exitCode}`, cite: [exit.cite] });
  return steps;
}

/** How a run shows its trouble, as the verb of a message. */
export function outcomeOf(run: Pick<ContainerRun, 'ended'>): 'ends' | 'does not become ready' {
  return run.ended ? 'ends' : 'does not become ready';
}

/** What follows for a run that ended; a run that goes on has not ended, whatever its log says. */
export function consequenceOf(run: Pick<ContainerRun, 'ended'>, ended: string): string {
  return run.ended ? ended : 'The program goes on, and its container does not become Ready.';
}

/** `/app/main.py:2`: the innermost frame of the user's own code. */
export function placeOf(traceback: Traceback | undefined): string | undefined {
  return traceback?.userFrame && placeOfFrame(traceback.userFrame);
}

/** `/app/main.py:2`. */
export function placeOfFrame(frame: Frame): string {
  return frame.line === undefined ? frame.file : `${frame.file}:${frame.line}`;
}

/** Code under a volume mount came from the workload's volume, any other from the image. */
export function codeOrigin(
  run: Pick<ContainerRun, 'container'>,
  file: string | undefined,
  workload: ResourceRef,
): ResourceRef {
  return file !== undefined && mountOf(run.container, file) ? workload : imageRef(run.container.image);
}

/** A traceback of so many lines is quoted whole, and only once. */
const SHORT = 8;

/** The lines that show a traceback's exception: all of a short one, else the line of its message. */
export function citeException(log: RunLog, traceback: Traceback): Citation {
  const { fromLine, messageLine } = traceback;
  const label = `${traceback.exception} in the log of container ${log.container}`;
  return messageLine - fromLine < SHORT ? log.cite(label, fromLine, messageLine) : log.cite(label, messageLine);
}

/** A hit; with the traceback around it where it is the exception that ended the run, so that the two are not quoted apart. */
export function citeEnding(log: RunLog, hit: LogHit): Citation {
  return log.traceback?.messageLine === hit.line ? citeException(log, log.traceback) : hit.cite;
}

/** The lines that show where in the user's own code a traceback leads. */
export function citeUserFrame(log: RunLog, traceback: Traceback): Citation {
  const { userFrame, fromLine, messageLine } = traceback;
  if (!userFrame || messageLine - fromLine < SHORT) return citeException(log, traceback);
  return citeFrame(log, traceback, userFrame, 'last');
}

/** The lines of one frame: its place and its source line. The exception where the log does not print the place in one line. */
export function citeFrame(log: RunLog, traceback: Traceback, frame: Frame, which: 'first' | 'last'): Citation {
  const lines = log.lines.slice(traceback.fromLine - 1, traceback.toLine);
  const place = (line: string): boolean =>
    line.includes(frame.file) &&
    (frame.line === undefined || new RegExp(`(?:line |:)${frame.line}(?!\\d)`).test(line.slice(0, 4096)));
  const at = which === 'first' ? lines.findIndex(place) : lines.findLastIndex(place);
  if (at < 0) return citeException(log, traceback);
  const from = traceback.fromLine + at;
  const hasCode = frame.code !== undefined && (lines[at + 1] ?? '').includes(frame.code);
  return log.cite('the traceback', from, hasCode ? from + 1 : from);
}
