/** A fix in words, for changes that no command can make without knowing the program. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fix, manual, verifyWithInferscope } from './build.ts';

/** `title` and `text` are imperative sentences without a full stop; `workload` is what is asked again afterwards. */
export function advice(workload: ResourceRef, title: string, text: string): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect: 'Takes effect with the next pods.',
    steps: [manual(`${text}.`)],
    verify: verifyWithInferscope(workload),
  });
}
