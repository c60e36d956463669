/**
 * Turns a log into lines for the parsers of stack traces: without line ends, colours and, where every line has one, the
 * time that `kubectl logs --timestamps` puts in front. Line numbers stay those of the text. Judges no content.
 */
import { MAXIMUM_LINE } from './match.ts';

/** Select Graphic Rendition (ECMA-48 §8.3.117): Python 3.13 and vLLM colour what they print. */
const COLOUR = /\u001B\[[\d;]{0,32}m/g;

/** RFC 3339 with nanoseconds, as the kubelet prints it (kubernetes `pkg/kubelet/kuberuntime/logs`, `timeFormatOut`). */
const KUBELET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) /;

/** One entry a line, cut at {@link MAXIMUM_LINE}; a final newline begins no further line. */
export function logLines(text: string): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + MAXIMUM_LINE));
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    lines.push(bare.includes('\u001B') ? bare.replaceAll(COLOUR, '') : bare);
    start = end + 1;
  }
  const isTimed = lines.length > 0 && lines.every((line) => KUBELET_TIME.test(line));
  return isTimed ? lines.map((line) => line.replace(KUBELET_TIME, '')) : lines;
}
