/** The fix for a storage-initializer of KServe that needs more memory: its limit stands in the configuration of KServe, not in the workload. */
import { isObject } from '../model/json.ts';
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { InitializerLimits } from '../views/storage-limits.ts';
import { fix, manual, patch, verifyWithInferscope } from './build.ts';
import { renewPods } from './model-store.ts';

/** `memory` is a quantity: `2048Mi`. */
export function raiseInitializerMemory(limits: InitializerLimits, memory: string, workload: ResourceRef): Fix {
  const { ref } = limits;
  const common = {
    title: `Raise the memory limit of storage-initializer to ${memory} in ${nameWithKind(ref)}`,
    effect: 'Holds for new pods of all InferenceServices of the cluster; the failing pods are deleted and made anew.',
    verify: verifyWithInferscope(workload),
  };
  if (limits.kind === 'container')
    return fix({
      ...common,
      applicability: 'review',
      steps: [patch(ref, { spec: { container: { resources: { limits: { memory } } } } }), renewPods(workload)],
      undo: [manual(`Set spec.container.resources.limits.memory of ${nameWithKind(ref)} to what it was.`)],
    });
  const changed = withMemory(limits.text, memory);
  if (changed === undefined)
    return fix({
      ...common,
      applicability: 'advice',
      steps: [
        manual(
          `Set memoryLimit under storageInitializer in ConfigMap ${ref.name} in the namespace of KServe to ${memory}.`,
        ),
        renewPods(workload),
      ],
    });
  return fix({
    ...common,
    applicability: 'review',
    steps: [patch(ref, { data: { storageInitializer: changed } }), renewPods(workload)],
    undo: [patch(ref, { data: { storageInitializer: limits.text } })],
  });
}

/** Its JSON with another limit; undefined where it was not seen or is no JSON. */
function withMemory(text: string | undefined, memoryLimit: string): string | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? JSON.stringify({ ...parsed, memoryLimit }) : undefined;
  } catch {
    // A person edits it; the fix then says in words what to set.
    return undefined;
  }
}
