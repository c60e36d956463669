/** An object that is being deleted, what still holds it, and whether the controller that must let go runs. Undefined where it is not being deleted. */
import type { Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { kubeObject } from './kube-object.ts';
import { ALL_COMPONENTS, useComponent, type PlatformComponent } from './platform-component.ts';
import type { ComponentId } from './parse/platform-components.ts';
import { secondsBetween } from './parse/time.ts';

export interface PendingDeletion {
  readonly object: KubeObject;
  readonly seconds: number;
  /** The one whose controller is known first. */
  readonly finalizers: readonly string[];
  readonly holder?: Lookup<PlatformComponent>;
}

/** Ends of finalizers with whose they are (kserve, llmisvc, and knative.dev/pkg generated reconcilers: `<plural>.<group>`). */
const HOLDERS: readonly (readonly [RegExp, ComponentId])[] = [
  [/^(?:inferenceservice|inferencegraph|trainedmodel)\.finalizers?$/, 'kserve-controller'],
  [/^serving\.kserve\.io\/llmisvc-finalizer$/, 'llmisvc-controller'],
  [/\.serving\.knative\.dev$/, 'knative-controller'],
];

export const pendingDeletion = defineView<PendingDeletion | undefined>({
  id: 'pending-deletion',
  needs: [],
  uses: [kubeObject, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return undefined;
    const object = found.value;
    const seconds = secondsBetween(textAt(object.body, 'metadata', 'deletionTimestamp'), context.now);
    if (seconds === undefined) return undefined;
    const names = listAt(object.body, 'metadata', 'finalizers').filter((name) => typeof name === 'string');
    const holderOf = (name: string): ComponentId | undefined => HOLDERS.find(([words]) => words.test(name))?.[1];
    const finalizers = names.toSorted((a, b) => Number(holderOf(a) === undefined) - Number(holderOf(b) === undefined));
    const [first] = finalizers;
    const id = first === undefined ? undefined : holderOf(first);
    return {
      object,
      seconds,
      finalizers,
      ...(id === undefined ? {} : { holder: useComponent(context, id) }),
    };
  },
});
