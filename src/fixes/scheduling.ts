/**
 * Fixes for pods that find no node: changes of the pod template, where a person wrote it, and of nodes. A template that a controller of
 * higher rank generates (InferenceService, Revision) is changed there, so these become advice.
 */
import type { Lookup } from '../model/evidence.ts';
import type { Fix } from '../model/finding.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import type { KubeObject } from '../model/reader.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import { formatQuantity } from '../views/parse/quantity.ts';
import type { Shortage } from '../views/shortage.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';

export interface TemplateTarget {
  readonly workload: ResourceRef;
  readonly template?: KubeObject;
  readonly owner?: Lookup<FieldOwner>;
}

/** A change of the pod's spec: as a strategic-merge patch of the workload, or as advice where its template is not to be patched. */
export function changePodSpec(
  target: TemplateTarget,
  change: {
    readonly title: string;
    readonly spec: unknown;
    readonly what: string;
    readonly applicability?: Fix['applicability'];
  },
): Fix {
  const { workload, template } = target;
  const verify = verifyWithInferscope(workload);
  const kind = template?.ref.kind ?? workload.kind;
  const patchable =
    template !== undefined &&
    sameRef(template.ref, workload) &&
    ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind);
  if (!patchable) {
    const how =
      workload.kind === 'Pod'
        ? `Delete Pod ${workload.name} and create it again with ${change.what}: these fields of a Pod cannot be changed.`
        : kind === 'Job'
          ? `Delete Job ${workload.name} and create it again with ${change.what}: the template of a Job cannot be changed.`
          : `Set ${change.what} in the spec of ${nameWithKind(workload)}; a change of the objects generated from it is overwritten.`;
    return fix({
      title: change.title,
      applicability: 'advice',
      effect: 'New pods are made from the changed template.',
      steps: [manual(how)],
      verify,
      owner: target.owner,
    });
  }
  return fix({
    title: change.title,
    applicability: change.applicability ?? 'review',
    effect: `Changes the pod template: ${kind} ${workload.name} rolls out new pods.`,
    steps: [patch(workload, { spec: { template: { spec: change.spec } } }, 'strategic')],
    undo: [kubectl(workload, ['rollout', 'undo', `${kind.toLowerCase()}/${workload.name}`], true)],
    verify,
    owner: target.owner,
  });
}

/** Ask for less; for CPU with the amount that would fit, since CPU is only shared less, while memory below the need gets the program killed. */
export function askForLess(target: TemplateTarget, shortage: Shortage): Fix {
  const { resource, request, free } = shortage;
  const part = request?.parts.toSorted((one, other) => other.amount - one.amount)[0];
  const title = `Ask for less ${resource}, so that one pod fits into what one node has free`;
  const over = request === undefined || free === undefined ? undefined : request.total - free;
  const fitting =
    part === undefined || over === undefined
      ? undefined
      : Math.floor(Math.round((part.amount - over) * 1e6) / 1000) / 1000;
  const computed = resource === 'cpu' && fitting !== undefined && part !== undefined && fitting >= part.amount / 3;
  const value = computed ? formatQuantity(resource, fitting) : '<LESS>';
  return changePodSpec(target, {
    title,
    applicability: computed ? 'review' : 'fill-in',
    spec: { containers: [{ name: part?.container ?? '<CONTAINER>', resources: { requests: { [resource]: value } } }] },
    what: `a lower request for ${resource}${free === undefined ? '' : ` (a node has ${formatQuantity(resource, Math.max(0, free))} free)`}`,
  });
}

export function biggerNodes(target: TemplateTarget, shortage: Shortage): Fix {
  return fix({
    title: shortage.anotherNodeHelps === false ? 'Use larger nodes' : 'Add a node that is large enough',
    applicability: 'advice',
    effect: 'The pending pods are placed as soon as the node is Ready; nothing that runs is changed.',
    steps: [
      manual(
        shortage.anotherNodeHelps === false
          ? `Add a node pool with larger nodes: a further node of the same size would not hold one pod either (${shortage.args.asked} of ${shortage.resource} asked for).`
          : `Add a node with at least ${shortage.args.asked} of ${shortage.resource} left after its own system pods, or stop something that holds the room.`,
      ),
    ],
    verify: verifyWithInferscope(target.workload),
  });
}
