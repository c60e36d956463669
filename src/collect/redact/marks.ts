/**
 * The marks that redaction leaves in place of what it took out. They are recognised again, so that redacting twice changes nothing.
 */
export const REDACTED = '‹redacted›';
const MARK_START = '‹redacted';

export function redactedKind(kind: string): string {
  return `${MARK_START}: ${kind}›`;
}

export function isMark(value: string): boolean {
  return value.startsWith(MARK_START) && value.endsWith('›');
}
