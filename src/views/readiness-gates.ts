/**
 * Which readiness gates of a Pod are not met while its containers are Ready. Reads conditions only; who has to set them is for a person to
 * know: a gate carries the name of its controller's domain.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { podState } from './pod-state.ts';

export interface UnmetGate {
  readonly type: string;
  /** `False` or `Unknown`; undefined where nobody ever set the condition. */
  readonly status?: string;
  readonly message: string;
  readonly citations: readonly [Citation, ...Citation[]];
}

export interface ReadinessGates {
  readonly declared: number;
  /** All containers are Ready. */
  readonly containersReady: boolean;
  readonly unmet: readonly UnmetGate[];
  readonly cite: Citation;
}

export const readinessGates = defineView<Lookup<ReadinessGates>>({
  id: 'readiness-gates',
  needs: [],
  uses: [podState],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const { pod } = state.value;
    const gates = listAt(pod.body, 'spec', 'readinessGates').map((gate) => textAt(gate, 'conditionType') ?? '');
    const conditions = listAt(pod.body, 'status', 'conditions');
    const unmet = gates.flatMap((type, gate): readonly UnmetGate[] => {
      const index = conditions.findIndex((condition) => textAt(condition, 'type') === type);
      const status = textAt(conditions[index], 'status');
      if (status === 'True') return [];
      const asked = pod.cite(`readiness gate ${type}`, `/spec/readinessGates/${gate}`);
      return [
        {
          type,
          ...(status === undefined ? {} : { status }),
          message: textAt(conditions[index], 'message') ?? textAt(conditions[index], 'reason') ?? '',
          citations: index < 0 ? [asked] : [pod.cite(`condition ${type}`, `/status/conditions/${index}`), asked],
        },
      ];
    });
    const ready = conditions.some(
      (condition) => textAt(condition, 'type') === 'ContainersReady' && textAt(condition, 'status') === 'True',
    );
    const cite = pod.cite('conditions of the pod', '/status/conditions');
    return {
      state: 'present',
      cite: state.cite,
      value: { declared: gates.length, containersReady: ready, unmet, cite },
    };
  },
});
