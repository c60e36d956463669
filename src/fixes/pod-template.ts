/**
 * Steps that change the pod template of a workload: a patch where a person owns the template, words where a controller writes it or where
 * the API does not let it be changed.
 */
import type { Step } from '../model/finding.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import type { PodTemplate } from '../views/admission-refusal.ts';
import { kubectl, manual, patch } from './build.ts';

/** Workloads whose template may be patched in place; a Job's is immutable, a CronJob's next Job takes the new one. */
const PATCHED = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];

export interface TemplateChange {
  readonly concrete: boolean;
  readonly steps: readonly Step[];
  readonly undo: readonly Step[];
}

/** `podSpec` is a strategic merge patch of the pod's spec; `words` says the same for a person. */
export function changeTemplate(
  root: ResourceRef,
  template: PodTemplate | undefined,
  podSpec: unknown,
  words: string,
): TemplateChange {
  if (template === undefined || !sameRef(template.object.ref, root) || !PATCHED.includes(root.kind)) {
    const anew =
      root.kind === 'Job'
        ? `Create Job ${root.name} anew with this change: ${words}`
        : `In ${nameWithKind(root)}: ${words}`;
    return { concrete: false, steps: [manual(anew)], undo: [] };
  }
  const steps = template.pointer.split('/').slice(1);
  let body: unknown = podSpec;
  for (const step of steps.toReversed()) body = { [step]: body };
  return {
    concrete: true,
    steps: [patch(root, body, 'strategic')],
    undo: [undoTemplate(root)],
  };
}

/** Labels and annotations of the pods, beside their spec. */
export function changeTemplateMetadata(
  root: ResourceRef,
  template: PodTemplate | undefined,
  metadata: unknown,
  words: string,
): TemplateChange {
  if (template === undefined) return changeTemplate(root, template, metadata, words);
  return changeTemplate(
    root,
    { ...template, pointer: template.pointer.replace(/\/spec$/, '/metadata') },
    metadata,
    words,
  );
}

function undoTemplate(root: ResourceRef): Step {
  if (root.kind === 'CronJob') return manual(`Take the change to CronJob ${root.name} back.`);
  return kubectl(root, ['rollout', 'undo', `${kindWord(root)}/${root.name}`], true);
}
