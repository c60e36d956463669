/** Reads `status.conditions` of any object. Pure; it knows no kind. */
import { listAt, numberAt, textAt } from '../../model/json.ts';
import type { Timestamp } from '../../model/evidence.ts';

export interface Condition {
  readonly type: string;
  /** `True`, `False`, `Unknown`. */
  readonly status: string;
  /** May hold spaces: KServe writes `Predictor ingress not created`. */
  readonly reason: string;
  readonly message: string;
  /** `Info` on conditions that do not count for Ready (knative.dev/pkg apis/condition_types.go); empty for those that do. */
  readonly severity: string;
  readonly since?: Timestamp;
  /** The generation that it speaks of, where the controller says. */
  readonly observedGeneration?: number;
  readonly pointer: string;
}

/** A message that was used as a format string shows `%!x(MISSING)` where a `%` stood (knative.dev/pkg condition_set.go MarkFalse uses Sprintf). */
const FORMAT_NOISE = /%!.\((?:MISSING|NOVERB)\)/g;

export function conditionsOf(body: unknown, ...path: readonly string[]): readonly Condition[] {
  const steps = path.length === 0 ? ['status', 'conditions'] : path;
  return listAt(body, ...steps).flatMap((entry, index) => {
    const type = textAt(entry, 'type');
    if (type === undefined) return [];
    const since = textAt(entry, 'lastTransitionTime');
    const observedGeneration = numberAt(entry, 'observedGeneration');
    return [
      {
        type,
        status: textAt(entry, 'status') ?? 'Unknown',
        reason: textAt(entry, 'reason') ?? '',
        message: (textAt(entry, 'message') ?? '').replaceAll(FORMAT_NOISE, '%'),
        severity: textAt(entry, 'severity') ?? '',
        ...(since === undefined ? {} : { since }),
        ...(observedGeneration === undefined ? {} : { observedGeneration }),
        pointer: `/${steps.join('/')}/${index}`,
      },
    ];
  });
}
