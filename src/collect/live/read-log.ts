/**
 * Reads the newest lines of a container's log within a bound of bytes.
 * The API cuts `limitBytes` off the end of the tail, so that the newest lines are lost first (kubernetes `pkg/kubelet/kuberuntime/logs`);
 * where that happens, fewer lines are asked for until the end fits.
 */
import type { LogQuery, LogText } from '../port.ts';
import { collectionPath } from './api-path.ts';
import type { ApiPath } from './api-path.ts';
import type { Call, HttpClient, Parameters, Reply } from './http.ts';
import { kindNamed } from '../../model/kinds.ts';

const MAX_SHRINKS = 6;

function logPath(query: LogQuery): ApiPath {
  const pods = kindNamed('Pod', '');
  if (!pods) throw new TypeError('the table of kinds holds no Pod');
  return [...collectionPath(pods, 'v1', query.namespace), query.pod, 'log'];
}

function lineCount(text: string): number {
  let lines = 0;
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) lines += 1;
  return text === '' || text.endsWith('\n') ? lines : lines + 1;
}

/** Without the oldest of the lines. */
function dropFirstLine(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

export async function readLog(http: HttpClient, call: Call, query: LogQuery): Promise<Reply<LogText>> {
  const path = logPath(query);
  let tail = query.tailLines;
  for (let shrinks = 0; ; shrinks += 1) {
    const parameters: Parameters = {
      container: query.container,
      ...(query.previous ? { previous: 'true' } : {}),
      // One more than wanted tells whether there are older ones.
      tailLines: String(tail + 1),
      limitBytes: String(query.limitBytes),
    };
    const reply = await http.text(call, path, parameters);
    if (reply.state !== 'ok') return reply;
    const lines = lineCount(reply.value);
    const full = Buffer.byteLength(reply.value) >= query.limitBytes;
    if (full && lines > 1 && shrinks < MAX_SHRINKS) {
      // As many lines as fitted of the tail's beginning, and less, since lines differ in length.
      tail = Math.max(1, Math.floor(Math.min(tail, lines) * 0.7));
      continue;
    }
    const older = lines > tail;
    const text = older && lines > 1 ? dropFirstLine(reply.value) : reply.value;
    return { state: 'ok', value: { text, truncated: older || full || tail < query.tailLines } };
  }
}
