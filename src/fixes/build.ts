/**
 * Builds fixes: commands as data, with effect, undo and verification. Quoting is the renderer's business; nothing here runs anything.
 */
import type { Fix, Step } from '../model/finding.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import type { Lookup } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';

/** A kubectl command in the namespace of an object. */
export function kubectl(ref: Pick<ResourceRef, 'namespace'>, argv: readonly string[], mutates: boolean): Step {
  return {
    kind: 'command',
    argv: ['kubectl', ...(ref.namespace === undefined ? [] : ['-n', ref.namespace]), ...argv],
    mutates,
  };
}

export function command(argv: readonly string[], mutates: boolean): Step {
  return { kind: 'command', argv, mutates };
}

export function manual(text: string): Step {
  return { kind: 'manual', text };
}

/** Asking Inferscope again is the verification of most fixes. */
export function verifyWithInferscope(workload: ResourceRef): Step {
  return command(
    [
      'inferscope',
      `${kindWord(workload)}/${workload.name}`,
      ...(workload.namespace === undefined ? [] : ['-n', workload.namespace]),
    ],
    false,
  );
}

/** `kubectl patch KIND NAME --type=merge|json -p …` with a JSON body. */
export function patch(ref: ResourceRef, body: unknown, type: 'merge' | 'json' | 'strategic' = 'merge'): Step {
  return kubectl(ref, ['patch', kindWord(ref), ref.name, `--type=${type}`, '-p', JSON.stringify(body)], true);
}

/** A controller waits longer after each failure, and looks again as soon as its object changes: an annotation is change enough. `now` is its value. */
export function tryAgain(object: ResourceRef, now: string): Fix {
  const key = 'kubectl.kubernetes.io/restartedAt';
  const annotate = (change: readonly string[]): Step =>
    kubectl(object, ['annotate', kindWord(object), object.name, ...change], true);
  return fix({
    title: 'Have the controller try again at once',
    applicability: 'review',
    effect: 'The controller tries again; by itself it does so after a pause that grows to 16 minutes.',
    steps: [annotate([`${key}=${now}`, '--overwrite'])],
    undo: [annotate([`${key}-`])],
    verify: verifyWithInferscope(object),
  });
}

/** The effect of a change of the pod template that somebody makes by hand, where the workload is written. */
export function remade(workload: ResourceRef): string {
  const name = nameWithKind(workload);
  switch (workload.kind) {
    case 'Pod':
      return `${name} is deleted and made anew: these fields of a Pod cannot be changed.`;
    case 'Job':
      return `${name} is deleted and made anew: the template of a Job cannot be changed.`;
    default:
      return `${name} makes new pods.`;
  }
}

export interface FixParts {
  readonly title: string;
  readonly applicability: Fix['applicability'];
  readonly effect: string;
  readonly steps: readonly Step[];
  readonly undo?: readonly Step[];
  readonly verify: Step;
  /** The object whose fields the steps change, as the view `fieldOwner` knows it. */
  readonly owner?: Lookup<FieldOwner> | undefined;
  readonly lasting?: string | undefined;
}

export function fix(parts: FixParts): Fix {
  const lasting = parts.lasting ?? lastingText(parts.owner);
  return {
    title: parts.title,
    applicability: parts.applicability,
    effect: parts.effect,
    steps: parts.steps,
    undo: parts.undo ?? [],
    verify: parts.verify,
    ...(lasting === undefined ? {} : { lasting }),
  };
}

function lastingText(owner: Lookup<FieldOwner> | undefined): string | undefined {
  if (owner?.state !== 'present' || owner.value.managedBy === undefined) return undefined;
  const { tool, name } = owner.value.managedBy;
  switch (tool) {
    case 'Helm':
      // The label of the release is a convention that some charts leave out.
      return `${name === '' ? 'A Helm release' : `Helm release ${name}`} owns this object: make the change in its values as well, or the next upgrade undoes it.`;
    case 'Argo CD':
      return `Argo CD application ${name} owns this object: make the change in its Git source, or the next sync undoes it.`;
    case 'Flux':
      return `Flux (${name}) owns this object: make the change in its Git source, or the next reconciliation undoes it.`;
    case 'Azure ML':
      return `Azure ML makes this object for ${name}: make the change there as well (the YAML of the deployment and az ml online-deployment update, or the instance type), or the next update undoes it.`;
    case 'Kustomize':
      return `Kustomize (${name}) owns this object: make the change in its overlay.`;
  }
}
