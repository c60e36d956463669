/** A ScaledObject of KEDA: what it says is wrong, and whether its operator has taken it in hand. It looks for no reason. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';
import { conditionsOf } from './parse/conditions.ts';
import { secondsBetween } from './parse/time.ts';
import { ALL_COMPONENTS, useComponent, type PlatformComponent } from './platform-component.ts';

export interface ScaledObject {
  readonly object: KubeObject;
  readonly root: ResourceRef;
  /** Ready is False, with a reason: kedacore/keda apis/keda/v1alpha1/condition_types.go. */
  readonly failing?: { readonly message: string; readonly cite: Citation };
  /** No status although its operator had time to write one. */
  readonly silent: boolean;
  /** Looked for only where it is silent. */
  readonly operator?: Lookup<PlatformComponent>;
}

const SILENT_SECONDS = 60;

export const scaledObject = defineView<Lookup<ScaledObject>>({
  id: 'scaled-object',
  needs: [{ type: 'object', kind: 'ScaledObject' }],
  uses: [ownerTree, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const conditions = conditionsOf(object.body);
    // KEDA writes all its conditions as Unknown at first.
    const known = conditions.some(({ status }) => status !== 'Unknown');
    const ready = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
    const age = secondsBetween(textAt(object.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
    const silent = !known && age > SILENT_SECONDS;
    return {
      state: 'present',
      cite: object.cite(`conditions of ScaledObject ${object.ref.name}`, '/status/conditions'),
      value: {
        object,
        root: context.use(ownerTree, subject).root,
        ...(ready === undefined
          ? {}
          : {
              failing: {
                message: ready.message === '' ? ready.reason : ready.message,
                cite: object.cite('condition Ready', ready.pointer),
              },
            }),
        silent,
        ...(silent ? { operator: useComponent(context, 'keda-operator') } : {}),
      },
    };
  },
});
