/** A Revision that says Unschedulable, and whether its pods have nodes by now. It looks for no reason. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { knativeRevision, type KnativeRevision } from './knative-revision.ts';

export interface KnativeUnscheduled {
  readonly revision: KnativeRevision;
  readonly condition: Citation;
  /** Shows the node of a pod. */
  readonly placed?: Citation;
  /** Shows a pod that has none. */
  readonly unplaced?: Citation;
}

/** Undefined where the Revision does not say so, or nobody wants it. */
export const knativeUnscheduled = defineView<Lookup<KnativeUnscheduled | undefined>>({
  id: 'knative-unscheduled',
  needs: [],
  uses: [knativeRevision],
  derive(context, subject) {
    const found = context.use(knativeRevision, subject);
    if (found.state !== 'present') return found;
    const revision = found.value;
    const condition = revision.conditions.get('ResourcesAvailable');
    const says = condition?.status === 'False' && condition.reason === 'Unschedulable' && revision.wanted;
    if (!says) return { state: 'present', cite: found.cite, value: undefined };
    const pods = revision.pods.filter((pod) => textAt(pod.body, 'metadata', 'deletionTimestamp') === undefined);
    const without = pods.find((pod) => (textAt(pod.body, 'spec', 'nodeName') ?? '') === '');
    const [placed] = pods;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        revision,
        condition: revision.cite('ResourcesAvailable'),
        ...(without === undefined ? {} : { unplaced: without.cite(`Pod ${without.ref.name} has no node`, '/spec') }),
        ...(placed === undefined || without !== undefined
          ? {}
          : { placed: placed.cite(`Pod ${placed.ref.name} has a node`, '/spec/nodeName') }),
      },
    };
  },
});
