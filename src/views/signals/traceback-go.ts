/**
 * Reads what the Go runtime prints when a program dies, and what net/http prints when a handler panics (Go
 * `src/runtime/panic.go` printpanics, `src/runtime/traceback.go`, `src/net/http/server.go`). Of several goroutines only
 * the first, which panicked, is read. Time is linear in the text.
 */
import type { Frame, Traceback } from './traceback-types.ts';
import { userFrameOf } from './user-code.ts';

/** net/http recovers a handler's panic: the process lives on. */
const PANIC = /^(?:(panic|fatal error): |.{0,64}?http2?: (panic) serving [^ ]{1,128}: )(.*)$/;
const NESTED_PANIC = /^\s+panic: (.*)$/;
const GOROUTINE = /^goroutine \d+ [^:]{0,200}:$/;
const PLACE = /^\t(.{1,4096}?):(\d{1,9})(?: \+0x[\da-f]+)?$/;
const RECOVERED = / \[recovered(?:, repanicked)?\]$/;

/** A panic's value may have several lines; other words that begin with `fatal error: ` have no goroutine below them. */
const HEAD_LINES = 40;
const MESSAGE_LENGTH = 16_384;

interface Head {
  readonly message: string;
  readonly messageAt: number;
  /** Index of the `goroutine` line. */
  readonly goroutineAt: number | undefined;
}

function readHead(lines: readonly string[], at: number, first: string): Head {
  const message = [first];
  let messageAt = at;
  let isOpen = true;
  for (let below = at + 1; below <= Math.min(at + HEAD_LINES, lines.length - 1); below++) {
    const line = lines[below] ?? '';
    if (GOROUTINE.test(line)) return { message: message.join('\n'), messageAt, goroutineAt: below };
    if (PANIC.test(line)) break;
    const [, nested] = NESTED_PANIC.exec(line) ?? [];
    if (nested !== undefined) {
      // A deferred function recovered and panicked again: the last one ended the program.
      message.splice(0, message.length, nested);
      messageAt = below;
      continue;
    }
    if (line === '' || line.startsWith('[signal ') || line.startsWith('goroutine ')) isOpen = false;
    if (isOpen) message.push(line);
  }
  // Without stacks (`GOTRACEBACK=none`) there is no telling where the value ends.
  return { message: first, messageAt: at, goroutineAt: undefined };
}

/** A call without its arguments: `main.(*Server).Run(0xc000012345)` is `main.(*Server).Run`. */
function functionName(call: string): string {
  const name = call.replace(/^created by /, '').replace(/ in goroutine \d+$/, '');
  return name.endsWith(')') ? name.slice(0, name.lastIndexOf('(')) : name;
}

function readFrames(lines: readonly string[], from: number): { frames: readonly Frame[]; endAt: number } {
  const frames: Frame[] = [];
  let endAt = from;
  for (let at = from + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, file, number] = PLACE.exec(lines[at + 1] ?? '') ?? [];
    if (line === '' || line.startsWith('\t')) break;
    if (file !== undefined) {
      frames.push({ file, line: Number(number), function: functionName(line) });
      at += 1;
    } else if (!line.startsWith('...')) break;
    endAt = at;
  }
  return { frames: frames.toReversed(), endAt };
}

/** In the order of their first lines. */
export function parseGoPanics(lines: readonly string[]): readonly Traceback[] {
  const found: Traceback[] = [];
  for (let at = 0; at < lines.length;) {
    const [, fatal, served, first = ''] = PANIC.exec(lines[at] ?? '') ?? [];
    const exception = fatal ?? served;
    if (exception === undefined) {
      at += 1;
      continue;
    }
    const head = readHead(lines, at, first);
    // Compilers and package managers say `fatal error: ` too.
    if (head.goroutineAt === undefined && exception !== 'panic') {
      at += 1;
      continue;
    }
    const { frames, endAt } =
      head.goroutineAt === undefined ? { frames: [], endAt: at } : readFrames(lines, head.goroutineAt);
    const userFrame = userFrameOf('go', frames);
    found.push({
      language: 'go',
      exception,
      message: head.message.replace(RECOVERED, '').slice(0, MESSAGE_LENGTH),
      frames,
      ...(userFrame && { userFrame }),
      fromLine: at + 1,
      toLine: endAt + 1,
      messageLine: head.messageAt + 1,
      background: served !== undefined,
      handled: false,
    });
    at = endAt + 1;
  }
  return found;
}
