/**
 * Who answers requests for a Revision now: its pods, or the activator, which holds them while there are none. Cites the ServerlessService where it was
 * seen, else what the Revision says of itself. It judges nothing.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { numberAt, textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { knativeRevision, type KnativeRevision } from './knative-revision.ts';

export interface KnativeServingPath {
  readonly revision: KnativeRevision;
  readonly ready: boolean;
  /** No pod, and none wanted: requests go to the activator, which wakes it. */
  readonly scaledToZero: boolean;
  /** Its ServerlessService was not read; it would show the way of the requests. */
  readonly unread?: EvidenceGap;
  /** Name of the ServerlessService, where it was seen to be in mode Proxy. */
  readonly proxy?: string;
  /** Shows why. */
  readonly cite: Citation;
}

export const knativeServingPath = defineView<Lookup<KnativeServingPath>>({
  id: 'knative-serving-path',
  needs: [{ type: 'object', kind: 'ServerlessService' }],
  uses: [knativeRevision],
  derive(context, subject) {
    const found = context.use(knativeRevision, subject);
    if (found.state !== 'present') return found;
    const revision = found.value;
    const { object, conditions } = revision;
    const active = conditions.get('Active');
    const desired = numberAt(object.body, 'status', 'desiredReplicas');
    const scaledToZero =
      (active?.status === 'False' && active.reason === 'NoTraffic') ||
      (desired === 0 && numberAt(object.body, 'status', 'actualReplicas') === 0);
    const ref: ResourceRef = {
      apiVersion: 'networking.internal.knative.dev/v1alpha1',
      kind: 'ServerlessService',
      name: object.ref.name,
      ...(object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace }),
    };
    // A Revision without pods is always behind the activator: nothing more need be read for it.
    const { items, complete } = context.list(
      'ServerlessService',
      object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace },
    );
    const seen = items.find((item) => item.ref.name === ref.name);
    const unread = seen === undefined && complete.state === 'unknown' ? complete.gap : undefined;
    const mode = textAt(seen?.body, 'spec', 'mode');
    return {
      state: 'present',
      cite: found.cite,
      value: {
        revision,
        ready: conditions.get('Ready')?.status === 'True',
        scaledToZero,
        ...(unread === undefined ? {} : { unread }),
        ...(seen !== undefined && mode === 'Proxy' ? { proxy: seen.ref.name } : {}),
        cite:
          seen !== undefined && mode === 'Proxy'
            ? seen.cite(`ServerlessService ${seen.ref.name} is in mode ${mode}`, '/spec/mode')
            : revision.cite('Active', `Revision ${object.ref.name} is scaled to zero`),
      },
    };
  },
});
