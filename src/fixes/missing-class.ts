/**
 * What is said, cited and done where a pod template names a class of the cluster (PriorityClass, RuntimeClass) and the API server does not
 * know it. The rules say which class it is and in which words; whether it is missing is the API server's word and the look-up's, not guessed here.
 */
import type { Fix } from '../model/finding.ts';
import { nameWithKind } from '../model/kinds.ts';
import { refusalTrace, type Refused, whatFollows } from '../views/admission-refusal.ts';
import type { RefusalReferences } from '../views/refusal-references.ts';
import { fix, kubectl, manual, verifyWithInferscope } from './build.ts';
import { changeTemplate } from './pod-template.ts';

export interface ClassOfPods {
  readonly kind: 'PriorityClass' | 'RuntimeClass';
  /** Where the pod template names it. */
  readonly field: 'priorityClassName' | 'runtimeClassName';
}

/** A finding with the message `late` (it was made since) or `missing`, but for the rule's templates of these messages. */
export function missingClass(refusal: Refused, references: RefusalReferences, wanted: string, of: ClassOfPods) {
  const { root, template } = refusal;
  const found = references.named?.found;
  const args = { wanted, root: nameWithKind(root), existing: existingText(references.existing) };
  const common = {
    subject: root,
    consequence: whatFollows(refusal),
    trace: refusalTrace(refusal),
    effects: refusal.effects,
  };
  if (found?.state === 'present') {
    return {
      message: 'late',
      args,
      ...common,
      certainty: 'likely',
      basis: 'the API server named the class; it was made since, and the controller has not tried again',
      cite: [refusal.cite, found.cite],
    } as const;
  }
  const named =
    template === undefined
      ? []
      : [template.object.cite(`pod template of ${template.object.ref.name}`, `${template.pointer}/${of.field}`)];
  return {
    message: 'missing',
    args,
    ...common,
    certainty: 'confirmed',
    basis:
      found?.state === 'absent'
        ? 'the API server names the class, and the cluster has none of that name'
        : 'the API server names the class',
    cite: [refusal.cite, ...(found?.state === 'absent' ? [found.cite] : []), ...named],
    fixes: [nameAnother(refusal, references, wanted, of)],
  } as const;
}

/** The beginning of an enumeration; nothing where the list was not read whole. */
function existingText(existing: readonly string[] | undefined): string {
  if (existing === undefined) return '';
  return existing.length === 0 ? '; the cluster has none' : `; the cluster has ${existing.slice(0, 6).join(', ')}`;
}

function nameAnother(
  refusal: Refused,
  references: RefusalReferences,
  wanted: string,
  { kind, field }: ClassOfPods,
): Fix {
  const { root, template } = refusal;
  const [use] = references.similar;
  const change =
    use === undefined ? undefined : changeTemplate(root, template, { [field]: use }, `set ${field}: ${use}.`);
  return fix({
    title:
      use === undefined
        ? `Create ${kind} ${wanted}, or name another one`
        : `Name ${kind} ${use} in ${nameWithKind(root)}`,
    applicability: change?.concrete === true ? 'review' : 'advice',
    effect: 'Changes the pod template: the pods are made anew.',
    steps: change?.steps ?? [
      kubectl({}, ['get', kind.toLowerCase()], false),
      manual(`Create ${kind} ${wanted}, or set ${field} of ${nameWithKind(root)} to a class that exists.`),
    ],
    undo: change?.undo ?? [],
    verify: verifyWithInferscope(root),
    owner: references.owner,
  });
}
