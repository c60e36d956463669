/** The conditions of an object that are not True, each with its citation. Quotes them; which of them matter is for its users to know. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { isCurrent } from './condition-words.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';

interface CitedCondition extends Condition {
  readonly cite: Citation;
}

export interface OwnConditions {
  readonly object: KubeObject;
  /** False where the status speaks of an older spec. */
  readonly current: boolean;
  /** False or Unknown, in the object's order, `Ready` too. */
  readonly unhappy: readonly CitedCondition[];
}

export const ownConditions = defineView<Lookup<OwnConditions>>({
  id: 'own-conditions',
  needs: [{ type: 'object', kind: '*' }],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        current: isCurrent(object),
        unhappy: conditionsOf(object.body).flatMap((condition) =>
          condition.status === 'True'
            ? []
            : [{ ...condition, cite: object.cite(`condition ${condition.type}`, condition.pointer) }],
        ),
      },
    };
  },
});
