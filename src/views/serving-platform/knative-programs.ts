/**
 * Whether Knative Serving is there and does its work: its kind, and the programs without which no Service of it gets Ready. The activator counts only
 * where somebody waits for it: with pods Knative leads around one that is not there.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { refKey, type ResourceRef } from '../../model/reference.ts';
import { definitionRef } from '../installed-versions.ts';
import { KNATIVE_NAMESPACE } from '../knative-config.ts';
import { conditionsOf } from '../parse/conditions.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import { platformComponent, useComponent, type PlatformComponent } from '../platform-component.ts';
import { readyBackends, type ReadyBackends } from '../ready-backends.ts';

export interface KnativePrograms {
  /** The CRD of Knative's Service. */
  readonly definition: Lookup<KubeObject>;
  readonly programs: readonly PlatformComponent[];
  readonly gaps: readonly EvidenceGap[];
  /** The Service of its webhook, and what answers behind it. */
  readonly webhook: { readonly ref: ResourceRef; readonly backends: Lookup<ReadyBackends> };
  /** A Revision without pods: only the activator takes requests for it. */
  readonly sleeping?: { readonly revision: ResourceRef; readonly cite: Citation };
}

const PROGRAMS: readonly ComponentId[] = ['knative-controller', 'knative-autoscaler', 'knative-activator'];
const DEFINITION = definitionRef('services.serving.knative.dev');

/** Derive it on `CLUSTER`. */
export const knativePrograms = defineView<KnativePrograms>({
  id: 'knative-programs',
  needs: [
    { type: 'object', kind: 'CustomResourceDefinition' },
    { type: 'object', kind: 'Revision' },
  ],
  uses: [readyBackends, ...PROGRAMS.map((id) => platformComponent(id))],
  derive(context) {
    const found = PROGRAMS.map((id) => useComponent(context, id));
    const ref: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace: KNATIVE_NAMESPACE, name: 'webhook' };
    const sleeping = context
      .list('Revision')
      .items.toSorted((a, b) => (refKey(a.ref) < refKey(b.ref) ? -1 : 1))
      .flatMap((revision) => {
        const active = conditionsOf(revision.body).find(({ type }) => type === 'Active');
        return active?.status === 'False' && active.reason === 'NoTraffic'
          ? [
              {
                revision: revision.ref,
                cite: revision.cite(`Revision ${revision.ref.name} has no pods`, active.pointer),
              },
            ]
          : [];
      })[0];
    return {
      definition: context.object(DEFINITION),
      programs: found.flatMap((component) => (component.state === 'present' ? [component.value] : [])),
      gaps: found.flatMap((component) => (component.state === 'unknown' ? [component.gap] : [])),
      webhook: { ref, backends: context.use(readyBackends, ref) },
      ...(sleeping === undefined ? {} : { sleeping }),
    };
  },
});
