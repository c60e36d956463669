/**
 * Whether the autoscaler of a Revision has taken it in hand, and which one that is. Reads the PodAutoscaler where it was seen, else what the Revision
 * repeats of it. It judges nothing.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { numberAt, textAt, textMapAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { knativeRevision, type KnativeRevision } from './knative-revision.ts';
import { conditionsOf } from './parse/conditions.ts';
import { secondsBetween } from './parse/time.ts';

export interface KnativeAutoscaling {
  readonly revision: KnativeRevision;
  /** Of `autoscaling.knative.dev/class`: `hpa` is another program. */
  readonly kind: 'kpa' | 'hpa' | 'other';
  /** The pods could serve, and the PodAutoscaler has no status: nobody looks at it. */
  readonly neglected: boolean;
  /** Ready without pods: a request must wake it. */
  readonly asleep: boolean;
  readonly cite: Citation;
}

/** An autoscaler that runs writes a first status within seconds. */
const SILENT_SECONDS = 60;

export const knativeAutoscaling = defineView<Lookup<KnativeAutoscaling>>({
  id: 'knative-autoscaling',
  needs: [{ type: 'object', kind: 'PodAutoscaler' }],
  uses: [knativeRevision],
  derive(context, subject) {
    const found = context.use(knativeRevision, subject);
    if (found.state !== 'present') return found;
    const revision = found.value;
    const { object, conditions, deployment } = revision;
    const scope = object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace };
    const seen = context.list('PodAutoscaler', scope).items.find(({ ref }) => ref.name === object.ref.name);
    const written = textMapAt(object.body, 'metadata', 'annotations')['autoscaling.knative.dev/class'] ?? '';
    const active = conditions.get('Active');
    const ready = conditions.get('Ready');
    const age = secondsBetween(textAt(seen?.body ?? object.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
    // Without a status of the PodAutoscaler the Revision says Deploying (knative serving revision_lifecycle.go PropagateAutoscalerStatus).
    const silent =
      seen === undefined
        ? active === undefined || (active.status === 'Unknown' && active.reason === 'Deploying')
        : conditionsOf(seen.body).length === 0;
    const running = (numberAt(deployment?.body, 'status', 'readyReplicas') ?? 0) > 0;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        revision,
        kind: written === '' || written.startsWith('kpa.') ? 'kpa' : written.startsWith('hpa.') ? 'hpa' : 'other',
        neglected: ready?.status === 'Unknown' && silent && running && age > SILENT_SECONDS,
        asleep: ready?.status === 'True' && active?.status === 'False' && active.reason === 'NoTraffic',
        cite:
          seen !== undefined && silent
            ? seen.cite(`PodAutoscaler ${seen.ref.name} without status`, '')
            : revision.cite('Active'),
      },
    };
  },
});
