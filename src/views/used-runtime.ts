/** The ServingRuntime that KServe chose for an InferenceService, or that this names. Absent where it uses none. */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';

export const usedRuntime = defineView<Lookup<KubeObject> | undefined>({
  id: 'used-runtime',
  needs: [
    { type: 'object', kind: 'ServingRuntime' },
    { type: 'object', kind: 'ClusterServingRuntime' },
  ],
  uses: [kubeObject],
  derive(context, subject) {
    if (subject.kind !== 'InferenceService') return undefined;
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return undefined;
    const { body } = found.value;
    const own = textAt(body, 'status', 'servingRuntimeName') ?? textAt(body, 'spec', 'predictor', 'model', 'runtime');
    const shared = textAt(body, 'status', 'clusterServingRuntimeName');
    const candidates: readonly ResourceRef[] = [
      ...(shared === undefined ? [] : [runtimeRef('ClusterServingRuntime', shared)]),
      ...(own === undefined ? [] : [runtimeRef('ServingRuntime', own, subject.namespace)]),
    ];
    const seen = candidates.map((ref) => context.object(ref));
    return seen.find((lookup) => lookup.state === 'present') ?? seen[0];
  },
});

function runtimeRef(kind: string, name: string, namespace?: string): ResourceRef {
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
