/**
 * Whether an object belongs to a Knative Revision that nobody needs any more: another is newer and another serves. Such a Revision stays as it
 * ended for ever, its pods fail on until Knative scales it to zero, and both mean nothing. Follows owners; reads no condition.
 */
import { listAt, numberAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { controllerOf } from './owner-tree.ts';

// Pod → ReplicaSet → Deployment → Revision.
const HIGHEST = 3;

/** False where the Revision or its Configuration was not seen. */
export const supersededRevision = defineView<boolean>({
  id: 'superseded-revision',
  needs: ['*', 'ReplicaSet', 'Deployment', 'Revision', 'Configuration', 'Route'].map((kind) => ({
    type: 'object',
    kind,
  })),
  derive(context, subject) {
    let found = context.object(subject);
    for (let step = 0; step < HIGHEST && found.state === 'present'; step += 1) {
      const owner = controllerOf(found.value);
      if (owner === undefined || !OWNERS.has(owner.kind)) return false;
      found = context.object(owner);
      if (owner.kind === 'Revision') return found.state === 'present' && !isNeeded(context, found.value);
    }
    return false;
  },
});

const OWNERS: ReadonlySet<string> = new Set(['ReplicaSet', 'Deployment', 'Revision']);

function isNeeded(context: ViewContext, revision: KubeObject): boolean {
  const owner = controllerOf(revision);
  const found = owner?.kind === 'Configuration' ? context.object(owner) : undefined;
  if (found?.state !== 'present') return true;
  const { body } = found.value;
  const newest = textAt(body, 'status', 'latestCreatedRevisionName');
  if (newest === undefined || newest === revision.ref.name) return true;
  return textAt(body, 'status', 'latestReadyRevisionName') === revision.ref.name || getsRequests(context, revision);
}

/** Whether a Route sends it a part of the requests, or gives it a URL of its own by a tag. */
function getsRequests(context: ViewContext, revision: KubeObject): boolean {
  const scope = revision.ref.namespace === undefined ? {} : { namespace: revision.ref.namespace };
  return context
    .list('Route', { ...scope, group: 'serving.knative.dev' })
    .items.some((route) =>
      [...listAt(route.body, 'spec', 'traffic'), ...listAt(route.body, 'status', 'traffic')].some(
        (target) =>
          textAt(target, 'revisionName') === revision.ref.name &&
          ((numberAt(target, 'percent') ?? 0) > 0 || textAt(target, 'tag') !== undefined),
      ),
    );
}
