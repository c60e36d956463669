/**
 * Normalises an event of either API (core/v1, events.k8s.io/v1) into one record. Knows the two shapes and nothing else.
 */
import { numberAt, textAt, at } from '../model/json.ts';
import type { EventRecord, KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';

// client-go/tools/record/events_cache.go: aggregated events carry this prefix.
const COMBINED = '(combined from similar events): ';
const FIELD_PATH = /^spec\.(?:initContainers|ephemeralContainers|containers)\{([^}]+)\}$/;

export function eventRecord(event: KubeObject): EventRecord {
  const { body } = event;
  // events.k8s.io names it `regarding` and its text `note`; seen through core/v1 the same event has involvedObject and message.
  const involved = at(body, 'involvedObject') ?? at(body, 'regarding');
  const text = textAt(body, 'message') ?? textAt(body, 'note') ?? '';
  const created = textAt(body, 'metadata', 'creationTimestamp') ?? '';
  const last =
    textAt(body, 'series', 'lastObservedTime') ??
    textAt(body, 'lastTimestamp') ??
    textAt(body, 'deprecatedLastTimestamp') ??
    textAt(body, 'eventTime') ??
    created;
  const first =
    textAt(body, 'firstTimestamp') ?? textAt(body, 'deprecatedFirstTimestamp') ?? textAt(body, 'eventTime') ?? created;
  const container = FIELD_PATH.exec(textAt(involved, 'fieldPath') ?? '')?.[1];
  const reason = textAt(body, 'reason') ?? '';
  return {
    object: involvedRef(involved),
    type: textAt(body, 'type') ?? 'Normal',
    reason,
    message: text.startsWith(COMBINED) ? text.slice(COMBINED.length) : text,
    count: numberAt(body, 'series', 'count') ?? numberAt(body, 'count') ?? numberAt(body, 'deprecatedCount') ?? 1,
    first,
    last,
    ...(container === undefined ? {} : { container }),
    source:
      textAt(body, 'source', 'component') ||
      textAt(body, 'reportingComponent') ||
      textAt(body, 'reportingController') ||
      '',
    cite: (label) => event.cite(label ?? `event ${reason}`),
  };
}

function involvedRef(involved: unknown): ResourceRef {
  const namespace = textAt(involved, 'namespace');
  const uid = textAt(involved, 'uid');
  return {
    apiVersion: textAt(involved, 'apiVersion') ?? 'v1',
    kind: textAt(involved, 'kind') ?? '',
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    name: textAt(involved, 'name') ?? '',
    // The kubelet writes the node's name where its uid belongs.
    ...(uid === undefined || uid === '' || textAt(involved, 'kind') === 'Node' ? {} : { uid }),
  };
}
