/** A program of the platform that does not run has a cause of its own: that one stands behind the trouble of all who need the program. */
import { refKey, sameRef, type ResourceRef } from '../../model/reference.ts';
import { ownerTree } from '../../views/owner-tree.ts';
import type { ViewContext } from '../../model/reader.ts';
import type { Finding } from '../../model/finding.ts';
import type { Link } from './link.ts';

export const componentToDependent: Link = {
  id: 'component-to-dependent',
  mechanism: 'keeps the program from running',
  effectsOf(from, index, context) {
    if (from.role !== 'cause' || from.certainty === 'possible') return [];
    const found = new Set<Finding>();
    for (const ref of from.affects)
      for (const workload of [ref, ...context.use(ownerTree, ref).owners])
        for (const other of index.of(refKey(workload)))
          if (other !== from && other.role === 'cause' && isOthers(other, workload, context)) found.add(other);
    return [...found];
  },
};

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** It blames a workload for what shows elsewhere. */
function isOthers(finding: Finding, workload: ResourceRef, context: ViewContext): boolean {
  return (
    WORKLOADS.has(workload.kind) &&
    finding.affects.every(
      (ref) => !sameRef(ref, workload) && !context.use(ownerTree, ref).owners.some((owner) => sameRef(owner, workload)),
    )
  );
}
