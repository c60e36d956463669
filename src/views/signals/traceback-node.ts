/**
 * Reads the stacks that V8 makes and Node prints (`v8/src/execution/messages.cc`, Node `lib/internal/process/execution.js`
 * and `src/node_errors.cc`): with the source line above an uncaught one, or bare. Time is linear in the text.
 */
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

const FRAME =
  /^\s{1,32}at (?:(.{1,512}?) \()?((?:[a-z][a-z-]{0,32}:(?:\/\/)?)?[^():\s][^():]{0,4096}):(\d{1,9}):(\d{1,9})\)?(?: \{)?$/;
/** `at new Promise (<anonymous>)` and its like say nothing but do not end a stack. */
const PLACELESS = /^\s{1,32}at .{1,512} \((?:<anonymous>|native|index \d{1,9})\)(?: \{)?$/;
const HEAD =
  /^(\s{0,32}\[cause\]: )?(?:\(node:\d+\) (UnhandledPromiseRejectionWarning): )?(?:Uncaught )?([A-Za-z_$][\w$.]{0,128}(?:Error|Exception)|Error)(?: \[\w{1,128}\])?(?:: (.*))?$/;
/** What Node prints above an uncaught exception: where it was thrown, the source line, and carets. */
const THROWN_AT = /^((?:\/|file:\/\/|node:)[^:]{1,4096}):(\d{1,9})$/;
const CARETS = /^\s*\^+\s*$/;

const MESSAGE_LINES = 20;
const MESSAGE_LENGTH = 16_384;
/** Lines between the place and the exception: the source line, the carets, an empty line. */
const PLACE_LINES = 6;

interface Head {
  readonly at: number;
  readonly isCause: boolean;
  readonly isRejection: boolean;
  readonly exception: string;
  readonly message: string;
}

function parseFrame(line: string): Frame | undefined {
  const [, name, file, number] = FRAME.exec(line) ?? [];
  if (file === undefined || number === undefined) return undefined;
  const called = name?.replace(/^async /, '');
  return { file: file.replace(/^async /, ''), line: Number(number), ...(called !== undefined && { function: called }) };
}

/** The nearest head above the first frame, not above `floor`. */
function findHead(lines: readonly string[], frameAt: number, floor: number): Head | undefined {
  for (let at = frameAt - 1; at >= Math.max(floor, frameAt - MESSAGE_LINES); at--) {
    const [, cause, rejection, exception, first = ''] = HEAD.exec(lines[at] ?? '') ?? [];
    if (exception === undefined) continue;
    const message = [first, ...lines.slice(at + 1, frameAt)].join('\n').slice(0, MESSAGE_LENGTH);
    return { at, isCause: cause !== undefined, isRejection: rejection !== undefined, exception, message };
  }
  return undefined;
}

/** The source line that Node shows above an uncaught exception, and where it begins. */
function findThrownAt(
  lines: readonly string[],
  headAt: number,
  floor: number,
): { frame: Frame; at: number } | undefined {
  const above = Math.max(floor, headAt - PLACE_LINES);
  if (!lines.slice(above, headAt).some((line) => CARETS.test(line))) return undefined;
  for (let at = headAt - 1; at >= above; at--) {
    const [, file, number] = THROWN_AT.exec(lines[at] ?? '') ?? [];
    if (file === undefined) continue;
    const code = (lines[at + 1] ?? '').trim();
    return { at, frame: { file, line: Number(number), ...(code !== '' && { code }) } };
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
    else if (!PLACELESS.test(line)) break;
  }
  return { frames: frames.toReversed(), next: at };
}

/** A syntax error's own file is no frame of its stack; otherwise the place adds the source line to the innermost frame. */
function withThrownAt(frames: readonly Frame[], thrown: Frame | undefined): readonly Frame[] {
  const innermost = frames.at(-1);
  if (!thrown) return frames;
  if (innermost?.file !== thrown.file || innermost.line !== thrown.line) return [...frames, thrown];
  return [...frames.slice(0, -1), { ...innermost, ...thrown }];
}

/** In the order of their first lines. */
export function parseNodeStacks(lines: readonly string[]): readonly Traceback[] {
  const found: Traceback[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const outer = found.at(-1);
    const head = parseFrame(line) || PLACELESS.test(line) ? findHead(lines, at, outer?.toLine ?? 0) : undefined;
    if (!head) {
      at += 1;
      continue;
    }
    const { frames: stack, next } = readFrames(lines, at);
    const thrown = head.isCause ? undefined : findThrownAt(lines, head.at, outer?.toLine ?? 0);
    const frames = withThrownAt(stack, thrown?.frame);
    const userFrame = userFrameOf('node', frames);
    // As in Java, the cause tells what happened.
    if (head.isCause && outer) found[found.length - 1] = { ...outer, handled: true };
    found.push({
      language: 'node',
      exception: head.exception,
      message: head.message,
      frames,
      ...(userFrame && { userFrame }),
      fromLine: (thrown?.at ?? head.at) + 1,
      toLine: next,
      messageLine: head.at + 1,
      background: head.isRejection || (head.isCause && outer?.background === true),
      handled: false,
    });
    at = next;
  }
  return found;
}
