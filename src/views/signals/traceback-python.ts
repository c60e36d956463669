/**
 * Reads the tracebacks that CPython prints, alone, under a logger's prefix or in exception groups, also one whose first
 * lines are cut off. Responsible for where each begins and ends and how they chain; the lines' grammar is in
 * python-lines.ts. Time is linear in the text.
 */
import { prefixStrip, wholeLine } from './line-prefix.ts';
import type { Strip } from './line-prefix.ts';
import {
  announcesBackground,
  continuesMessage,
  GROUP_HEADER,
  GROUP_MARGIN,
  HEADER,
  isChainLine,
  isIndented,
  parseException,
  parseFrame,
  quotedCode,
  servesRequest,
} from './python-lines.ts';
import { parseFinishedTask } from './python-task.ts';
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

/** Lines of other processes that may stand between two lines of a traceback that has a prefix. */
const FOREIGN_LINES = 20;
const MESSAGE_LINES = 100;
const MESSAGE_LENGTH = 16_384;
/** How far up an announcement is looked for: past an indented listing, and among so many lines of text. */
const LOOK_BACK = 60;
const ANNOUNCEMENT_LINES = 3;
/** Between the links of a chain, or the parts of a group. */
const LINK_GAP = 8;

interface Start {
  readonly strip: Strip;
  /** Index of the first line after the header, or of the first frame where there is none. */
  readonly from: number;
  readonly hasHeader: boolean;
  /** A part of an exception group, not the group itself. */
  readonly isPart: boolean;
}

/** What was read up to the exception; none where something else comes in between. */
interface Reading {
  readonly trace?: Trace;
  /** Index from which to look for the next traceback. */
  readonly next: number;
}

interface Trace {
  readonly frames: readonly Frame[];
  readonly exception: string;
  readonly message: string;
  /** Indexes of lines. */
  readonly messageAt: number;
  readonly lastAt: number;
}

function findStart(lines: readonly string[], at: number): Start | undefined {
  const line = lines[at] ?? '';
  const header = line.indexOf(HEADER);
  if (header === -1) {
    return parseFrame(line) && { strip: wholeLine, from: at, hasHeader: false, isPart: false };
  }
  const words = line.slice(0, header);
  const margin = words.endsWith(GROUP_HEADER) ? words.slice(0, -GROUP_HEADER.length) : words;
  const strip = prefixStrip(margin.endsWith('+ ') ? margin.slice(0, -2) + GROUP_MARGIN : margin);
  // Many loggers put the prefix only before the first line of a message.
  const hasPrefix = strip?.(lines[at + 1] ?? '') !== undefined;
  return {
    strip: strip && hasPrefix ? strip : wholeLine,
    from: at + 1,
    hasHeader: true,
    isPart: hasPrefix && margin.endsWith(GROUP_MARGIN),
  };
}

/** The message's further lines, from the index after the exception's. */
function restOfMessage(lines: readonly string[], from: number, strip: Strip): readonly string[] {
  const rest: string[] = [];
  let length = 0;
  for (let at = from; at < lines.length && rest.length < MESSAGE_LINES && length < MESSAGE_LENGTH; at++) {
    const body = strip(lines[at] ?? '');
    if (body === undefined || !continuesMessage(body)) break;
    rest.push(body);
    length += body.length + 1;
  }
  return rest;
}

function readTrace(lines: readonly string[], { strip, from, hasHeader }: Start): Reading {
  const frames: Frame[] = [];
  let foreign = 0;
  /** Where lines of others stand between, another traceback may begin there. */
  let firstForeign: number | undefined;
  let at = from;
  for (; at < lines.length; at++) {
    const body = strip(lines[at] ?? '');
    if (body === undefined) {
      firstForeign ??= at;
      foreign += 1;
      if (foreign > FOREIGN_LINES) break;
      continue;
    }
    foreign = 0;
    const frame = parseFrame(body);
    if (frame) {
      frames.push(frame);
      continue;
    }
    if (!isIndented(body) || body.includes(HEADER)) break;
    const last = frames.at(-1);
    const code = quotedCode(body);
    if (last && last.code === undefined && code !== undefined) frames[frames.length - 1] = { ...last, code };
  }
  const body = strip(lines[at] ?? '') ?? '';
  const said = body.includes(HEADER) ? undefined : parseException(body, hasHeader);
  if (!said) return { next: firstForeign ?? at };
  const rest = restOfMessage(lines, at + 1, strip);
  const lastAt = at + rest.length;
  const message = [said.message, ...rest].join('\n').slice(0, MESSAGE_LENGTH);
  return {
    trace: { frames, exception: said.exception, message, messageAt: at, lastAt },
    next: firstForeign ?? lastAt + 1,
  };
}

/** Whether a line shortly above index `at`, but not above `floor`, says that only a task or a request failed. */
function isAnnounced(lines: readonly string[], at: number, floor: number, strip: Strip): boolean {
  let left = ANNOUNCEMENT_LINES + 1;
  for (let above = at; above >= Math.max(floor, at - LOOK_BACK) && left > 0; above--) {
    const line = lines[above] ?? '';
    if (announcesBackground(line)) return true;
    const body = strip(line) ?? line;
    if (body.trim() !== '' && !isIndented(body)) left -= 1;
  }
  return false;
}

/** Whether a chain's remark joins the lines from one index up to another. */
function isChained(lines: readonly string[], from: number, to: number): boolean {
  for (let at = from; at < Math.min(to, from + LINK_GAP); at++) {
    if (isChainLine(lines[at] ?? '')) return true;
  }
  return false;
}

/** A task's line is told alone only where no traceback follows it: there the traceback says more. */
function isFollowedByTrace(lines: readonly string[], at: number): boolean {
  return [at + 1, at + 2].some((next) => (lines[next] ?? '').includes('(most recent call last):'));
}

function toTraceback(
  lines: readonly string[],
  at: number,
  start: Start,
  trace: Trace,
  previous: Traceback | undefined,
): Traceback {
  const floor = previous?.toLine ?? 0;
  const isNear = at - floor <= LINK_GAP;
  const followsOn = previous !== undefined && isNear && (start.isPart || isChained(lines, floor, at));
  const userFrame = userFrameOf('python', trace.frames);
  const after = trace.lastAt + 1;
  return {
    language: 'python',
    exception: trace.exception,
    message: trace.message,
    frames: trace.frames,
    ...(userFrame && { userFrame }),
    fromLine: at + 1,
    toLine: trace.lastAt + 1,
    messageLine: trace.messageAt + 1,
    background:
      (followsOn && previous.background) || servesRequest(trace.frames) || isAnnounced(lines, at, floor, start.strip),
    handled: isChained(lines, after, after + LINK_GAP),
  };
}

/** In the order of their first lines. */
export function parsePythonTracebacks(lines: readonly string[]): readonly Traceback[] {
  const found: Traceback[] = [];
  for (let at = 0; at < lines.length;) {
    const task = parseFinishedTask(lines[at] ?? '', at + 1);
    if (task && !isFollowedByTrace(lines, at)) found.push(task);
    const start = task ? undefined : findStart(lines, at);
    if (!start) {
      at += 1;
      continue;
    }
    const { trace, next } = readTrace(lines, start);
    if (trace) found.push(toTraceback(lines, at, start, trace, found.at(-1)));
    at = Math.max(at + 1, next);
  }
  return found;
}
