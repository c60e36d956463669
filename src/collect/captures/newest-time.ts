/**
 * The newest time that objects speak of as past: the "now" of a capture that does not say when it was taken.
 */
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { timestamp } from './manifest.ts';

/** Fields that name a moment which had passed when the object was read. Expiry times and deadlines are not among them. */
const PAST = new Set([
  'creationTimestamp',
  'startTime',
  'startedAt',
  'finishedAt',
  'completionTime',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastHeartbeatTime',
  'lastProbeTime',
  'lastScaleTime',
  'lastScheduleTime',
  'lastSuccessfulTime',
  'firstTimestamp',
  'lastTimestamp',
  'lastObservedTime',
  'eventTime',
  'timestamp',
]);
const DEEPEST = 32;

export class NewestTime {
  #newest: string | undefined;
  #value = -Infinity;

  get value(): string | undefined {
    return this.#newest;
  }

  see(body: JsonObject): void {
    this.#walk(body, 0);
  }

  #walk(node: unknown, depth: number): void {
    if (depth > DEEPEST) return;
    if (Array.isArray(node)) {
      for (const entry of node) if (typeof entry === 'object') this.#walk(entry, depth + 1);
      return;
    }
    if (!isObject(node)) return;
    for (const key in node) {
      const value = node[key];
      if (typeof value === 'string') {
        if (PAST.has(key)) this.#seeText(value);
      } else if (typeof value === 'object' && value !== null) this.#walk(value, depth + 1);
    }
  }

  #seeText(text: string): void {
    // Times of one cluster are UTC and of one form: mostly the comparison of texts is enough.
    if (this.#newest !== undefined && text.endsWith('Z') && text <= this.#newest && this.#newest.endsWith('Z')) return;
    const time = timestamp(text);
    if (time === undefined) return;
    const value = Date.parse(time);
    if (value <= this.#value) return;
    this.#value = value;
    this.#newest = time;
  }
}
