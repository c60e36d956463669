/**
 * One Knative Revision: what its controller says of it, whether it is the one that is wanted, what it runs, and how long it is given. Facts for
 * rules about revisions; it takes no condition for a cause.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { isCurrent } from './condition-words.ts';
import { controllerOf, ownerTree } from './owner-tree.ts';
import { chainAbove } from './serving-chain.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';

export interface KnativeRevision {
  readonly object: KubeObject;
  /** By type; only those that speak of the newest spec. */
  readonly conditions: ReadonlyMap<string, Condition>;
  /** The newest of its Configuration, or one that a Route sends requests to; true where neither was seen. */
  readonly wanted: boolean;
  readonly deployment: KubeObject | undefined;
  readonly pods: readonly KubeObject[];
  /** What a person deployed: the topmost owner. */
  readonly root: ResourceRef;
  /** It and everything that stands on it. */
  readonly affects: readonly [ResourceRef, ...ResourceRef[]];
  cite(type: string, label?: string): Citation;
}

const NEEDS = ['Revision', 'Configuration', 'Route'] as const;

export const knativeRevision = defineView<Lookup<KnativeRevision>>({
  id: 'knative-revision',
  needs: NEEDS.map((kind) => ({ type: 'object', kind }) as const),
  uses: [ownerTree, chainAbove],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const { descendants, pods, root } = context.use(ownerTree, subject);
    const conditions = new Map(
      isCurrent(object) ? conditionsOf(object.body).map((condition) => [condition.type, condition] as const) : [],
    );
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        conditions,
        wanted: isWanted(context, object),
        deployment: descendants.find((owned) => owned.ref.kind === 'Deployment'),
        pods,
        root,
        affects: [object.ref, ...context.use(chainAbove, object.ref)],
        cite(type, label = `condition ${type} of Revision ${object.ref.name}`) {
          return object.cite(label, conditions.get(type)?.pointer ?? '/status');
        },
      },
    };
  },
});

/** An old Revision stays as it ended for ever and means nothing; the newest one and those that get requests count. */
function isWanted(context: ViewContext, revision: KubeObject): boolean {
  const owner = controllerOf(revision);
  const configuration = owner?.kind === 'Configuration' ? context.object(owner) : undefined;
  if (configuration?.state !== 'present') return true;
  const newest = textAt(configuration.value.body, 'status', 'latestCreatedRevisionName');
  if (newest === undefined || newest === revision.ref.name) return true;
  const scope = revision.ref.namespace === undefined ? {} : { namespace: revision.ref.namespace };
  return context
    .list('Route', { ...scope, group: 'serving.knative.dev' })
    .items.some((route) =>
      [...listAt(route.body, 'spec', 'traffic'), ...listAt(route.body, 'status', 'traffic')].some(
        (target) => textAt(target, 'revisionName') === revision.ref.name && (numberAt(target, 'percent') ?? 0) > 0,
      ),
    );
}

export function isRevision(ref: ResourceRef): boolean {
  return ref.kind === 'Revision' && refKey(ref).startsWith('serving.knative.dev|');
}
