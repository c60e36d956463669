/**
 * Resource edges as data: how one object leads to another. Used to find what belongs to a question and to fold symptoms into chains.
 * Relations name edges; they judge nothing.
 */
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';

export interface Relation {
  /** `owns`, `selects`, `mounts`, `scales`, `runs-on`, … */
  readonly id: string;
  /** Kinds that have this edge going out. */
  readonly from: readonly string[];
  /** Kinds that it leads to. */
  readonly to: readonly string[];
  /** Objects that `object` leads to. */
  forward(context: ViewContext, object: KubeObject): readonly ResourceRef[];
  /** Objects that lead to `object`. */
  backward(context: ViewContext, object: KubeObject): readonly ResourceRef[];
}
