/**
 * The API's error answer, a `Status`, where an object or list was expected: what it means for what is known.
 */
import type { GapReason } from '../../model/evidence.ts';
import { type JsonObject, numberAt, textAt } from '../../model/json.ts';
import { redactText } from '../redact/redact-text.ts';

export function isStatus(body: unknown): body is JsonObject {
  return textAt(body, 'kind') === 'Status' && textAt(body, 'apiVersion') === 'v1';
}

/** Why the API did not answer (apimachinery `pkg/apis/meta/v1/types.go`, StatusReason). */
export function statusReason(body: JsonObject): readonly [GapReason, string] {
  const code = numberAt(body, 'code');
  const message = redactText(textAt(body, 'message') ?? 'the API answered with an error').slice(0, 1000);
  const detail = code === undefined ? message : `${code}: ${message}`;
  if (code === 401 || code === 403) return ['forbidden', detail];
  if (code === 404 || code === 405 || code === 406) return ['unsupported', detail];
  if (code === 408 || code === 504) return ['timeout', detail];
  if (code === 410) return ['expired', detail];
  return ['failed', detail];
}
