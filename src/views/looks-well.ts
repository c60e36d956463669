/**
 * Whether an object says of itself, in one glance, that nothing is wrong with it. Most objects of a cluster do, and no symptom rule would find
 * anything on them: this spares working that out ten thousand times. False says nothing.
 */
import { at, textAt } from '../model/json.ts';
import type { Timestamp } from '../model/evidence.ts';
import type { KubeObject } from '../model/reader.ts';
import { mayEndAgain } from './container-state.ts';

export function looksWell(object: KubeObject, now: Timestamp): boolean {
  if (object.ref.kind !== 'Pod' || object.ref.apiVersion !== 'v1') return false;
  return textAt(object.body, 'status', 'phase') === 'Running' && isReady(object) && !mayEndAgain(object.body, now);
}

function isReady(pod: KubeObject): boolean {
  const conditions = at(pod.body, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True')
  );
}
