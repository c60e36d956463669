/**
 * The error that a line of a controller's log tells: zap's JSON (controller-runtime, Knative) or its console form. Text only; it does not know whose
 * object the line is about.
 */
import { isObject, textAt } from '../../model/json.ts';
import { boundMessage, unquoteGo } from './go-text.ts';

export interface LoggedError {
  readonly text: string;
  readonly panic: boolean;
  /** Two writers met; the next try comes at once. */
  readonly passing: boolean;
}

const PASSING =
  /the object has been modified|Operation cannot be fulfilled|context canceled|StorageError: invalid object/;

export function loggedError(line: string): LoggedError | undefined {
  const text = textOf(boundMessage(line));
  if (text === undefined) return undefined;
  return { text, panic: /\bpanic\b/.test(text), passing: PASSING.test(text) };
}

function textOf(line: string): string | undefined {
  const start = line.indexOf('{');
  const entry = start < 0 ? undefined : entryOf(line.slice(start));
  if (entry === undefined || (textAt(entry, 'level') ?? textAt(entry, 'severity')) === undefined)
    return consoleError(line, entry);
  const level = (textAt(entry, 'level') ?? textAt(entry, 'severity') ?? '').toLowerCase();
  if (level !== 'error' && level !== 'fatal' && level !== 'dpanic' && level !== 'panic') return undefined;
  const message = textAt(entry, 'msg') ?? textAt(entry, 'message') ?? '';
  const panic = textAt(entry, 'panic');
  if (panic !== undefined) return `panic: ${panic}`;
  // controller-runtime says only `Reconciler error`; the error stands beside it.
  const error = textAt(entry, 'error');
  return error ?? (message === '' ? undefined : message);
}

/** `2026-03-01T11:00:00Z\tERROR\tReconciler error\t{"error": "…"}`, or klog's `E0301 11:00:00 …`. */
function consoleError(line: string, entry: unknown): string | undefined {
  if (line.startsWith('{')) {
    // Cut off: stack traces are long, and stand last.
    if (!/^\{[^}]{0,40}"(?:level|severity)":"(?:error|ERROR|fatal|FATAL)"/.test(line)) return undefined;
    const said = /"(?:panic|error)":"((?:[^"\\]|\\.){1,4000})"/.exec(line)?.[1];
    return said === undefined ? undefined : unquoteGo(said);
  }
  const level = /^(?:\S{1,40}\s+(?:ERROR|FATAL|DPANIC|error|fatal)\b|[EF]\d{4} )/.exec(line);
  return level === null ? undefined : (textAt(entry, 'error') ?? line.slice(level[0].length).trim());
}

function entryOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    // A line that was cut off, or that merely holds a brace: read as text.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
