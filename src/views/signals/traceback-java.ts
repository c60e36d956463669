/**
 * Reads the stack traces that the Java platform prints (`java.lang.Throwable.printStackTrace`, `Thread` uncaught handler),
 * also as logback and log4j print them, for Kotlin and Scala too. Each link of a chain is a traceback; the last cause
 * tells what happened, the links around it are handled. Time is linear in the text.
 */
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

/** `at app//com.x.Y.run(Y.java:12) ~[y.jar!/:1.0]`; never a column, which only Node prints. */
const FRAME = /^\s{1,32}at (?:[\w.@-]{0,128}\/){0,2}([\w.$<>-]{1,512})\(([^():]{1,256})(?::(\d{1,9}))?\)/;
const ELIDED = /^\s{1,32}\.\.\. \d+ (?:more|common frames omitted)/;
const HEAD =
  /^(\s{0,32})(?:Exception in thread "([^"]{0,256})" )?(Caused by: |Suppressed: |Wrapped by: )?((?:[A-Za-z_][\w$]{0,128}\.){1,16}[A-Za-z_][\w$]{0,128})(?:: (.*))?$/;
/** Tomcat logs a request's exception so (`StandardWrapperValve`), Spring a scheduled task's (`TaskUtils`). */
const BACKGROUND = /Servlet\.service\(\) for servlet|Unexpected error occurred in scheduled task/;

/** A message's further lines between the head and the first frame. */
const MESSAGE_LINES = 20;
const MESSAGE_LENGTH = 16_384;

interface Head {
  readonly at: number;
  readonly thread: string | undefined;
  readonly link: string | undefined;
  readonly exception: string;
  readonly message: string;
}

function parseFrame(line: string): Frame | undefined {
  const [, name, file, number] = FRAME.exec(line) ?? [];
  if (name === undefined || file === undefined) return undefined;
  return { file, ...(number !== undefined && { line: Number(number) }), function: name };
}

/** The nearest head above the first frame, not above `floor`. */
function findHead(lines: readonly string[], frameAt: number, floor: number): Head | undefined {
  for (let at = frameAt - 1; at >= Math.max(floor, frameAt - MESSAGE_LINES); at--) {
    const [, , thread, link, exception, first = ''] = HEAD.exec(lines[at] ?? '') ?? [];
    if (exception === undefined) continue;
    const message = [first, ...lines.slice(at + 1, frameAt)].join('\n').slice(0, MESSAGE_LENGTH);
    return { at, thread, link: link?.trimEnd(), exception, message };
  }
  return undefined;
}

function readFrames(lines: readonly string[], from: number): { frames: readonly Frame[]; next: number } {
  const frames: Frame[] = [];
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const frame = parseFrame(line);
    if (frame) frames.push(frame);
    else if (!ELIDED.test(line)) break;
  }
  return { frames: frames.toReversed(), next: at };
}

/** A thread other than `main` dies alone; a logged exception is judged by the line above it. */
function isBackground(lines: readonly string[], head: Head): boolean {
  if (head.thread !== undefined) return head.thread !== 'main';
  return BACKGROUND.test(lines[head.at - 1] ?? '');
}

/** Marks what the last one in `found` became once a link of its chain follows. */
function handlePrevious(found: Traceback[], link: string | undefined): void {
  const previous = found.at(-1);
  if (previous && link !== 'Suppressed:') found[found.length - 1] = { ...previous, handled: true };
}

/** In the order of their first lines. */
export function parseJavaTraces(lines: readonly string[]): readonly Traceback[] {
  const found: Traceback[] = [];
  for (let at = 0; at < lines.length;) {
    const floor = found.at(-1)?.toLine ?? 0;
    const head = parseFrame(lines[at] ?? '') ? findHead(lines, at, floor) : undefined;
    if (!head) {
      at += 1;
      continue;
    }
    const { frames, next } = readFrames(lines, at);
    const outer = head.link === undefined ? undefined : found.at(-1);
    if (outer) handlePrevious(found, head.link);
    // A cause leaves out the frames that it shares with the exception around it.
    const userFrame = userFrameOf('java', frames) ?? outer?.userFrame;
    found.push({
      language: 'java',
      exception: head.exception,
      message: head.message,
      frames,
      ...(userFrame && { userFrame }),
      fromLine: head.at + 1,
      toLine: next,
      messageLine: head.at + 1,
      background: outer ? outer.background : isBackground(lines, head),
      handled: head.link === 'Suppressed:',
    });
    at = next;
  }
  return found;
}
