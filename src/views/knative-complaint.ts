/** What a Knative object says of itself that is not as it should be, with what stands on it. Quotes; which words mean what is for its users. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownConditions } from './own-conditions.ts';
import { ownerTree } from './owner-tree.ts';
import type { Condition } from './parse/conditions.ts';
import { chainAbove } from './serving-chain.ts';

export interface KnativeComplaint {
  /** Not True, of the newest spec; without Ready, which only copies another. */
  readonly conditions: readonly (Condition & { readonly cite: Citation })[];
  /** What a person deployed: the topmost owner. */
  readonly root: ResourceRef;
  /** It and everything that stands on it. */
  readonly affects: readonly [ResourceRef, ...ResourceRef[]];
}

/** Undefined where it complains of nothing, or its status speaks of an older spec. */
export const knativeComplaint = defineView<Lookup<KnativeComplaint | undefined>>({
  id: 'knative-complaint',
  needs: [],
  uses: [ownConditions, ownerTree, chainAbove],
  derive(context, subject) {
    const found = context.use(ownConditions, subject);
    if (found.state !== 'present') return found;
    const { object, current, unhappy } = found.value;
    // A Configuration has no other condition (knative serving configuration_lifecycle.go).
    const copies = subject.kind !== 'Configuration';
    const conditions = current ? unhappy.filter(({ type }) => type !== 'Ready' || !copies) : [];
    if (conditions.length === 0) return { state: 'present', cite: found.cite, value: undefined };
    return {
      state: 'present',
      cite: found.cite,
      value: {
        conditions,
        root: context.use(ownerTree, subject).root,
        affects: [object.ref, ...context.use(chainAbove, subject)],
      },
    };
  },
});
