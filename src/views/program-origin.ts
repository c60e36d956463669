/** Where the program of a container is named: in the pod's spec (its `command`) or in the image. */
import type { Citation } from '../model/evidence.ts';
import { imageRef, type ResourceRef } from '../model/reference.ts';
import { commandOf, type StartFailure } from './start-failures.ts';

export interface ProgramOrigin {
  readonly fromSpec: boolean;
  /** The object to mend. */
  readonly subject: ResourceRef;
  /** Shows the command of the spec, or the image whose command it is. */
  readonly place: Citation;
}

export function programOrigin(
  { state, container }: StartFailure,
  program: string,
  workload: ResourceRef,
): ProgramOrigin {
  const fromSpec = commandOf(container)[0] === program;
  const field = fromSpec ? 'command' : 'image';
  return {
    fromSpec,
    subject: fromSpec ? workload : imageRef(container.image),
    place: state.pod.cite(`${field} of container ${container.name}`, `${container.specPointer}/${field}`),
  };
}
