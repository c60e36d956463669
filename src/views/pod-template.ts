/**
 * Where a Pod's spec was written: the workload to name for mistakes of the template, and the object and path to patch. Reads owners only.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { at, listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { ownerTree } from './owner-tree.ts';
import { kubeObject } from './kube-object.ts';

export interface PodTemplate {
  /** The topmost owner, or the Pod itself. */
  readonly workload: ResourceRef;
  /** The object that holds the template; absent for bare Pods and where the owner was not seen. */
  readonly owner?: {
    readonly object: KubeObject;
    /** Path from the object to what the Pod's root is: `['spec', 'template']`. */
    readonly base: readonly string[];
    /** Whether a patch of the template takes effect and stays: not for Jobs (immutable) and what an operator writes. */
    readonly patchable: boolean;
    readonly fields: Lookup<FieldOwner>;
  };
  /** The InferenceService that KServe makes the pod from, and which part of its spec. */
  readonly served?: {
    readonly object: KubeObject;
    readonly component: string;
    readonly fields: Lookup<FieldOwner>;
  };
}

/** Kinds whose pod template a person or a chart writes; a ReplicaSet's is a copy. */
const TEMPLATE_KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController']);

export const podTemplate = defineView<PodTemplate>({
  id: 'pod-template',
  needs: [],
  uses: [ownerTree, fieldOwner, kubeObject],
  derive(context, subject) {
    const { owners, root: workload } = context.use(ownerTree, subject);
    const object = firstPresent(
      context,
      owners.filter((owner) => TEMPLATE_KINDS.has(owner.kind)),
    );
    const served = servedFrom(context, subject, workload);
    if (!object) return { workload, ...served };
    const base = object.ref.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
    const patchable = object.ref.kind !== 'Job' && sameRef(object.ref, workload);
    return { workload, owner: { object, base, patchable, fields: context.use(fieldOwner, object.ref) }, ...served };
  },
});

/** KServe labels pods with the part of the spec that they run (kserve pkg/constants `KServiceComponentLabel`). */
function servedFrom(context: ViewContext, subject: ResourceRef, workload: ResourceRef): Pick<PodTemplate, 'served'> {
  if (workload.kind !== 'InferenceService' || !workload.apiVersion.endsWith('/v1beta1')) return {};
  const object = firstPresent(context, [workload]);
  const pod = firstPresent(context, [subject]);
  const component = textAt(pod?.body, 'metadata', 'labels', 'component');
  return object === undefined || component === undefined
    ? {}
    : { served: { object, component, fields: context.use(fieldOwner, workload) } };
}

function firstPresent(context: ViewContext, refs: readonly ResourceRef[]): KubeObject | undefined {
  for (const ref of refs) {
    const found = context.use(kubeObject, ref);
    if (found.state === 'present') return found.value;
  }
  return undefined;
}

export interface TemplateContainer {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly spec: unknown;
  /** JSON pointer from the owner object. */
  readonly pointer: string;
  cite(label: string, below?: string): Citation;
}

/** The container of that name in the template; injected containers (sidecars of a mesh) are not in it. */
export function containerOfTemplate(template: PodTemplate, name: string): TemplateContainer | undefined {
  if (!template.owner) return undefined;
  const { object, base } = template.owner;
  for (const list of ['containers', 'initContainers'] as const) {
    const containers = listAt(object.body, ...base, 'spec', list);
    const index = containers.findIndex((container) => textAt(container, 'name') === name);
    if (index < 0) continue;
    const pointer = `/${[...base, 'spec', list, index].join('/')}`;
    return {
      list,
      index,
      spec: containers[index],
      pointer,
      cite: (label, below = '') => object.cite(label, `${pointer}${below}`),
    };
  }
  return undefined;
}

/** A pointer into the Pod as a pointer into the owner, where the template holds the same value there. */
export function pointerInTemplate(template: PodTemplate, podPointer: string, value: string): string | undefined {
  if (!template.owner) return undefined;
  const { object, base } = template.owner;
  const steps = podPointer.split('/').slice(1);
  const found = at(object.body, ...base, ...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
  return found === value ? `/${[...base, ...steps].join('/')}` : undefined;
}

/** Cites the field in the template where it has the same value there, else in the Pod. */
export function citeInTemplate(template: PodTemplate, podPointer: string, value: string, inPod: Citation): Citation {
  const pointer = pointerInTemplate(template, podPointer, value);
  return pointer === undefined || !template.owner ? inPod : template.owner.object.cite(inPod.label, pointer);
}
