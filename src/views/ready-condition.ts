/**
 * The condition Ready of an object, as Knative, KServe and most controllers write it. Says whether it has settled; it looks for no cause.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { secondsBetween } from './parse/time.ts';

export interface ReadyCondition {
  /** `True`, `False`, `Unknown`; undefined where the controller wrote none. */
  readonly status?: string;
  readonly reason: string;
  readonly message: string;
  readonly since?: Timestamp;
  /** False, Unknown for longer than a start takes, or not said at all by a controller that had time to; of the newest generation. */
  readonly settled: boolean;
  readonly cite: Citation;
}

/** Knative's default progress deadline (knative.dev/serving pkg/deployment/config.go): until then Unknown means "on its way". */
const PROGRESS_SECONDS = 600;

/** A controller that takes an object in hand writes a first Ready within seconds. */
const SILENT_SECONDS = 60;

export const readyCondition = defineView<Lookup<ReadyCondition>>({
  id: 'ready-condition',
  needs: [{ type: 'object', kind: '*' }],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const conditions = listAt(object.body, 'status', 'conditions');
    const index = conditions.findIndex((condition) => textAt(condition, 'type') === 'Ready');
    const condition = conditions[index];
    const status = textAt(condition, 'status');
    const since = textAt(condition, 'lastTransitionTime');
    const observed = numberAt(object.body, 'status', 'observedGeneration');
    const generation = numberAt(object.body, 'metadata', 'generation');
    const current = observed === undefined || generation === undefined || observed >= generation;
    const waited = secondsBetween(since ?? textAt(object.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        ...(status === undefined ? {} : { status }),
        reason: textAt(condition, 'reason') ?? '',
        message: textAt(condition, 'message') ?? '',
        ...(since === undefined ? {} : { since }),
        settled:
          current &&
          (status === 'False' ||
            (status === 'Unknown' && waited > PROGRESS_SECONDS) ||
            (status === undefined && waited > SILENT_SECONDS)),
        cite:
          condition === undefined
            ? object.cite('no condition Ready')
            : object.cite('condition Ready', `/status/conditions/${index}`),
      },
    };
  },
});
