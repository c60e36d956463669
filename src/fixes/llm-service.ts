/** Fixes for LLMInferenceServices: base configurations, references of the router. */
import type { Fix } from '../model/finding.ts';
import type { Lookup } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';

/** Puts another name at a JSON pointer of the service. */
export function renameAt(
  service: ResourceRef,
  pointer: string,
  from: string,
  to: string,
  owner: Lookup<FieldOwner>,
): Fix {
  const replace = (value: string): unknown => [{ op: 'replace', path: pointer, value }];
  return fix({
    title: `Name ${to} instead of ${from}`,
    applicability: 'review',
    effect: `${nameWithKind(service)} is reconciled anew; pods may be replaced.`,
    steps: [patch(service, replace(to), 'json')],
    undo: [patch(service, replace(from), 'json')],
    verify: verifyWithInferscope(service),
    owner,
  });
}

/** What a person must write or install; `text` is an imperative sentence. */
export function provide(service: ResourceRef, title: string, text: string, look: readonly string[]): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect: `The controller tries ${nameWithKind(service)} again by itself.`,
    steps: [kubectl({}, look, false), manual(text)],
    verify: verifyWithInferscope(service),
  });
}
