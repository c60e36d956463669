/** The fix of mistakes inside an image: build it again and roll it out under a new tag. Which change of the build it needs, the rule says. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fix, manual, verifyWithInferscope } from './build.ts';
import { nameWithKind } from '../model/kinds.ts';

/** `change` completes "Build the image again …" within some sixty letters; `detail` is a sentence of its own, without its full stop. */
export function rebuildImage(image: string, change: string, workload: ResourceRef, detail?: string): Fix {
  const name = nameWithKind(workload);
  return fix({
    title: `Build the image again ${change}`,
    applicability: 'advice',
    effect: 'Rolls out new pods once the workload names the new image.',
    steps: [
      ...(detail === undefined ? [] : [manual(`${detail}.`)]),
      manual(
        detail === undefined
          ? `Build ${image} again ${change}, push it under a new tag, and name that tag in ${name}.`
          : `Build ${image} again, push it under a new tag, and name that tag in ${name}.`,
      ),
    ],
    verify: verifyWithInferscope(workload),
  });
}
