/**
 * Logs and refused logs of a mirror: from bytes to redacted evidence that says how much of the log it holds.
 */
import type { Completeness, LogEvidence, LogRefusalEvidence } from '../../model/evidence.ts';
import { isObject, numberAt, textAt } from '../../model/json.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { redactText } from '../redact/redact-text.ts';
import { sizeText } from './bounds.ts';
import type { MirrorPath } from './mirror-path.ts';

type LogPath = Extract<MirrorPath, { readonly type: 'log' | 'log-refusal' }>;

function podOf(path: LogPath): ResourceRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace: path.namespace, name: path.pod };
}

/** `api/v1/namespaces/ns/pods/x/log/c` or `…/c.previous`. */
export function logKey(path: Pick<LogPath, 'namespace' | 'pod' | 'container' | 'previous'>): string {
  return `api/v1/namespaces/${path.namespace}/pods/${path.pod}/log/${path.container}${path.previous ? '.previous' : ''}`;
}

/** `size` is that of the whole log, of which `bytes` may be the end only; `tailLines` the number of lines that was asked for. */
export function logEvidence(path: LogPath, bytes: Buffer, size: number, tailLines: number | undefined): LogEvidence {
  const cut = bytes.length < size;
  const decoded = bytes.toString('utf8');
  // A cut in the middle of a line leaves a piece that says something else than the line did.
  const whole = cut ? decoded.slice(decoded.indexOf('\n') + 1) : decoded;
  return {
    type: 'log',
    id: `ev:${logKey(path)}`,
    subject: podOf(path),
    completeness: completenessOf(whole, cut, tailLines),
    container: path.container,
    previous: path.previous,
    text: redactText(normaliseLines(whole)),
  };
}

/** CRLF of programs on Windows images; a lone CR redraws a progress bar: each state becomes a line of its own. */
function normaliseLines(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r+\n|\r/g, '\n') : text;
}

function completenessOf(text: string, cut: boolean, tailLines: number | undefined): Completeness {
  if (cut) return { kind: 'truncated', by: 'bytes', kept: `the last ${sizeText(Buffer.byteLength(text))}` };
  if (tailLines !== undefined && countLines(text) >= tailLines) {
    return { kind: 'truncated', by: 'lines', kept: `the last ${tailLines} lines` };
  }
  return { kind: 'complete' };
}

function countLines(text: string): number {
  let count = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The API's answer where it gave no log: a Status, or `{status, message}`. Undefined for any other body. */
export function logRefusal(path: LogPath, body: unknown): LogRefusalEvidence | undefined {
  const message = textAt(body, 'message');
  const status = numberAt(body, 'code') ?? numberAt(body, 'status');
  if (!isObject(body) || message === undefined || status === undefined) return undefined;
  return {
    type: 'log-refusal',
    id: `ev:${logKey(path)}`,
    subject: podOf(path),
    completeness: { kind: 'complete' },
    container: path.container,
    previous: path.previous,
    status,
    message: redactText(message),
  };
}
