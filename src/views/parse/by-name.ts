/** Orders objects by namespace and name, so that what is told does not depend on the order in which they were read. */
import type { KubeObject } from '../../model/reader.ts';

export function byName(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.toSorted((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

function keyOf({ ref }: KubeObject): string {
  return `${ref.namespace ?? ''}/${ref.name}`;
}
