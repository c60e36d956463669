/**
 * Who decides over the replicas of a workload: a person, an autoscaler, the controller that owns it. And which Services stand before it.
 */
import type { Lookup, Timestamp } from '../model/evidence.ts';
import { listAt, numberAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { sameRef, type ResourceRef } from '../model/reference.ts';
import { controllerOf } from './owner-tree.ts';

export interface WorkloadScale {
  readonly workload: KubeObject;
  /** Spec.replicas; 1 where it is left out. */
  readonly replicas: number;
  /** A controller that owns the workload and its scale: an InferenceService, a Revision of Knative, an operator. */
  readonly owner?: ResourceRef;
  /** Made by Knative, which scales to zero as a matter of course. */
  readonly byKnative: boolean;
  /** The newest writer of spec.replicas, where managedFields tell it. */
  readonly writer?: { readonly manager: string; readonly at: Timestamp };
  /** HorizontalPodAutoscalers and ScaledObjects that name the workload. */
  readonly autoscalers: readonly KubeObject[];
  readonly services: readonly ResourceRef[];
  /** The newest write of the spec by anybody. */
  readonly specWrittenAt?: Timestamp;
}

export const workloadScale = defineView<Lookup<WorkloadScale>>({
  id: 'workload-scale',
  needs: ['Deployment', 'StatefulSet', 'HorizontalPodAutoscaler', 'ScaledObject', 'Service'].map((kind) => ({
    type: 'object',
    kind,
  })),
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const workload = found.value;
    const options = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    const labels = textMapAt(workload.body, 'spec', 'template', 'metadata', 'labels');
    const owner = controllerOf(workload);
    const writes = writesOf(workload);
    const writer = writes.findLast((write) => write.replicas);
    const specWrittenAt = writes.at(-1)?.at;
    return {
      state: 'present',
      cite: found.cite,
      value: {
        workload,
        replicas: numberAt(workload.body, 'spec', 'replicas') ?? 1,
        ...(owner === undefined ? {} : { owner }),
        byKnative: textAt(workload.body, 'metadata', 'labels', 'serving.knative.dev/revision') !== undefined,
        ...(writer === undefined ? {} : { writer: { manager: writer.manager, at: writer.at } }),
        autoscalers: [
          ...context.list('HorizontalPodAutoscaler', options).items,
          ...context.list('ScaledObject', { ...options, group: 'keda.sh' }).items,
        ].filter((object) => targets(object, workload.ref)),
        services: context
          .list('Service', options)
          .items.filter((service) => selects(textMapAt(service.body, 'spec', 'selector'), labels))
          .map((service) => service.ref),
        ...(specWrittenAt === undefined ? {} : { specWrittenAt }),
      },
    };
  },
});

function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

function targets(autoscaler: KubeObject, workload: ResourceRef): boolean {
  const name = textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'name');
  if (name === undefined) return false;
  // KEDA lets both default to the Deployment of apps/v1.
  const kind = textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment';
  const apiVersion = textAt(autoscaler.body, 'spec', 'scaleTargetRef', 'apiVersion') ?? 'apps/v1';
  return sameRef(
    { apiVersion, kind, name, ...(workload.namespace === undefined ? {} : { namespace: workload.namespace }) },
    workload,
  );
}

/** Writes of the spec from the reduced managedFields, oldest first; the scale subresource counts, the status does not. */
function writesOf(
  workload: KubeObject,
): readonly { readonly manager: string; readonly at: Timestamp; readonly replicas: boolean }[] {
  return listAt(workload.body, 'metadata', 'managedFields')
    .flatMap((entry) => {
      if (textAt(entry, 'subresource') === 'status') return [];
      const paths = listAt(entry, 'paths').filter((path) => typeof path === 'string');
      if (!paths.some((path) => path.startsWith('spec'))) return [];
      return [
        {
          manager: textAt(entry, 'manager') ?? '',
          at: textAt(entry, 'time') ?? '',
          replicas: paths.includes('spec.replicas'),
        },
      ];
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
