/**
 * Evidence that has no place in the API's URL space, as a capture keeps it in `evidence.json`. Reads it back defensively: the file comes
 * with the capture, and is redacted again.
 */
import type { Evidence } from '../../model/evidence.ts';
import { booleanAt, numberAt, objectAt, textAt, at } from '../../model/json.ts';
import { admitObject } from '../redact/redact-object.ts';
import { redactTree } from '../redact/redact-pod-template.ts';
import { redactText } from '../redact/redact-text.ts';
import { isEvidenceId, readCompleteness, readList, readReference } from './manifest.ts';
import { registryHeaders } from './mirror-registry.ts';
import { exchangeParts } from './mirror-requests.ts';

/** Undefined where the value is no evidence of a known type. */
export function readStoredEvidence(value: unknown): Evidence | undefined {
  const id = textAt(value, 'id');
  const subject = readReference(objectAt(value, 'subject'));
  if (!isEvidenceId(id) || !subject) return undefined;
  const base = { id, subject, completeness: readCompleteness(objectAt(value, 'completeness')) };
  switch (textAt(value, 'type')) {
    case 'object': {
      const body = objectAt(value, 'body');
      return body && { type: 'object', ...base, body: admitObject(body) };
    }
    case 'absence':
      return { type: 'absence', ...base };
    case 'list':
      return readList(value)[0];
    case 'output':
      return {
        type: 'output',
        ...base,
        command: redactText(textAt(value, 'command') ?? ''),
        text: redactText(textAt(value, 'text') ?? ''),
      };
    case 'log':
      return {
        type: 'log',
        ...base,
        container: textAt(value, 'container') ?? '',
        previous: booleanAt(value, 'previous') ?? false,
        text: redactText(textAt(value, 'text') ?? ''),
      };
    case 'log-refusal':
      return {
        type: 'log-refusal',
        ...base,
        container: textAt(value, 'container') ?? '',
        previous: booleanAt(value, 'previous') ?? false,
        status: numberAt(value, 'status') ?? 0,
        message: redactText(textAt(value, 'message') ?? ''),
      };
    case 'registry':
      return {
        type: 'registry',
        ...base,
        host: textAt(value, 'host') ?? '',
        repository: textAt(value, 'repository') ?? '',
        what: textAt(value, 'what') === 'blobs' ? 'blobs' : 'manifests',
        reference: textAt(value, 'reference') ?? '',
        status: numberAt(value, 'status') ?? 0,
        headers: registryHeaders(objectAt(value, 'headers')),
        body: storedBody(at(value, 'body')),
      };
    case 'exchange': {
      const parts = exchangeParts(value);
      return parts && { type: 'exchange', ...base, ...parts };
    }
    default:
      return undefined;
  }
}

/** Text stays text, also where it looks like JSON: it was cut off, or it would have been parsed when it came. */
function storedBody(body: unknown): unknown {
  return typeof body === 'string' ? redactText(body) : redactTree(body ?? null, 0);
}
