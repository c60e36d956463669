/**
 * The serving chain around an object: what stands on it, up to what a person deployed, and what it stands on. Walks owners and the relations of
 * `model/serving-relations.ts`; it knows no kind and judges nothing. A circle of owners ends where it closes.
 */
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf, refKey, type ResourceRef } from '../model/reference.ts';
import { isOfKind, kindAndGroup, namedBy } from '../model/serving-names.ts';
import { azuremlPlaceOf } from '../model/azureml-labels.ts';
import { standsOnByName } from '../model/azureml-names.ts';
import { CHAIN_ORDER, NAME_RELATIONS, SERVING_RELATIONS, type ServingRelation } from '../model/serving-relations.ts';
import { controllerOf } from './owner-tree.ts';

// InferenceGraph → InferenceService → Knative Service → Route → Configuration → Revision → Deployment → ReplicaSet → Pod, and room.
const DEEPEST = 14;
const MOST_MEMBERS = 500;

const NEEDS = [
  { type: 'object', kind: '*' },
  { type: 'object', kind: '**' },
] as const;

/** Everything that stands on an object, itself not among it, in the order in which a chain is told. References only: an owner may be unseen. */
export const chainAbove = defineView<readonly ResourceRef[]>({
  id: 'chain-above',
  needs: NEEDS,
  derive: (context, subject) => inOrder(reach(context, subject, standingOn)),
});

/** Everything that an object stands on, as far as it was seen, nearest first: its own objects, what they name, and so on down to pods. */
export const chainBelow = defineView<readonly ResourceRef[]>({
  id: 'chain-below',
  needs: NEEDS,
  derive: (context, subject) => reach(context, subject, standsOn),
});

function reach(
  context: ViewContext,
  subject: ResourceRef,
  next: (context: ViewContext, object: KubeObject) => readonly ResourceRef[],
): readonly ResourceRef[] {
  const found = new Map<string, ResourceRef>();
  let level: readonly ResourceRef[] = [subject];
  for (let depth = 0; depth < DEEPEST && level.length > 0 && found.size < MOST_MEMBERS; depth += 1) {
    const following: ResourceRef[] = [];
    for (const ref of level) {
      const object = context.object(ref);
      if (object.state !== 'present') continue;
      for (const other of next(context, object.value)) {
        const key = refKey(other);
        if (key === refKey(subject) || found.has(key)) continue;
        found.set(key, other);
        following.push(other);
      }
    }
    level = following;
  }
  return [...found.values()];
}

function standingOn(context: ViewContext, object: KubeObject): readonly ResourceRef[] {
  const owner = controllerOf(object);
  const scope = object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace };
  const named = relationsTo(object.ref).flatMap((relation) => {
    const { kind, group } = kindAndGroup(relation.upper);
    return context
      .list(kind, group === undefined ? scope : { ...scope, group })
      .items.filter((upper) =>
        namedBy(upper.ref, upper.body, relation).some((ref) => refKey(ref) === refKey(object.ref)),
      )
      .map((upper) => upper.ref);
  });
  // Of a large cluster's workloads hardly any carries such names; only for those the lists are worth a look.
  const byName = azuremlPlaceOf(object.ref, object.body) === undefined ? [] : NAME_RELATIONS;
  const byNames = byName
    .filter(({ lower }) => isOfKind(object.ref, lower))
    .flatMap(({ upper }) =>
      context
        .list(kindAndGroup(upper).kind, { ...scope, ...groupIn(upper) })
        .items.filter((above) => standsOnByName(above, object))
        .map((above) => above.ref),
    );
  const all = [...named, ...byNames.filter((ref) => owner === undefined || refKey(ref) !== refKey(owner))];
  return owner === undefined || owner.kind === 'Node' ? all : [owner, ...all];
}

const known = new Map<string, readonly ServingRelation[]>();

/** Relations whose lower end is of the kind, looked up once: a large cluster has ten thousand objects of four kinds. */
function relationsTo({ apiVersion, kind }: ResourceRef): readonly ServingRelation[] {
  const key = `${apiVersion}|${kind}`;
  let found = known.get(key);
  if (found === undefined)
    known.set(key, (found = SERVING_RELATIONS.filter(({ lower }) => isOfKind({ apiVersion, kind, name: '' }, lower))));
  return found;
}

function groupIn(name: string): { readonly group?: string } {
  const { group } = kindAndGroup(name);
  return group === undefined ? {} : { group };
}

function standsOn(context: ViewContext, object: KubeObject): readonly ResourceRef[] {
  const named = SERVING_RELATIONS.filter(({ upper }) => isOfKind(object.ref, upper)).flatMap((relation) =>
    namedBy(object.ref, object.body, relation),
  );
  const owned = context.ownedBy(object.ref).filter((other) => !isSuperseded(object, other));
  const scope = object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace };
  const byNames = NAME_RELATIONS.filter(({ upper }) => isOfKind(object.ref, upper)).flatMap(({ lower }) =>
    context
      .list(kindAndGroup(lower).kind, { ...scope, ...groupIn(lower) })
      .items.filter((below) => standsOnByName(object, below))
      .map((below) => below.ref),
  );
  return [...owned.map((other) => other.ref), ...named, ...byNames];
}

/** An old Revision may stay not Ready for ever and means nothing, unless a Route names it. */
function isSuperseded(owner: KubeObject, owned: KubeObject): boolean {
  if (owner.ref.kind !== 'Configuration' || owned.ref.kind !== 'Revision') return false;
  const created = textAt(owner.body, 'status', 'latestCreatedRevisionName');
  const ready = textAt(owner.body, 'status', 'latestReadyRevisionName');
  return created !== undefined && owned.ref.name !== created && owned.ref.name !== ready;
}

function inOrder(refs: readonly ResourceRef[]): readonly ResourceRef[] {
  return refs
    .map((ref, index) => ({ ref, index, layer: layerOf(ref) }))
    .sort((a, b) => a.layer - b.layer || a.index - b.index)
    .map(({ ref }) => ref);
}

/** The place of a kind in the chain, from the pods up; kinds that are not named come between the pods and what a person deployed. */
export function layerOf(ref: ResourceRef): number {
  const exact = CHAIN_ORDER.indexOf(`${ref.kind}.${groupOf(ref.apiVersion)}`);
  if (exact >= 0) return exact;
  const layer = CHAIN_ORDER.indexOf(ref.kind);
  return layer < 0 ? CHAIN_ORDER.indexOf('Revision') : layer;
}
