/**
 * An InferenceService of mode ModelMesh: its namespace, its runtime, and the Deployment of that runtime. KServe leaves such an object alone, and many
 * of them share one pod: nothing that is theirs alone exists below them.
 */
import type { Lookup } from '../model/evidence.ts';
import { textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { servingMode } from './serving-mode.ts';

export interface ModelMeshService {
  readonly object: KubeObject;
  readonly namespace: Lookup<KubeObject>;
  /** `modelmesh-enabled=true` on the namespace (modelmesh-serving controllers/servingruntime_controller.go). */
  readonly enabled?: boolean;
  /** `modelmesh-serving-RUNTIME`, where the runtime is known. */
  readonly runtime?: { readonly name: string; readonly deployment: Lookup<KubeObject> };
}

/** Undefined where the service is of another mode, or where that is not known. */
export const modelMeshService = defineView<ModelMeshService | undefined>({
  id: 'model-mesh-service',
  needs: [
    { type: 'object', kind: 'InferenceService' },
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'Deployment' },
  ],
  uses: [servingMode],
  derive(context, subject) {
    const mode = context.use(servingMode, subject);
    if (mode.state !== 'present' || mode.value.mode !== 'ModelMesh') return undefined;
    const found = context.object(subject);
    if (found.state !== 'present') return undefined;
    const place = subject.namespace ?? '';
    const namespace = context.object({ apiVersion: 'v1', kind: 'Namespace', name: place });
    const { body } = found.value;
    const runtime =
      textAt(body, 'status', 'servingRuntimeName') ??
      textAt(body, 'status', 'clusterServingRuntimeName') ??
      textAt(body, 'spec', 'predictor', 'model', 'runtime');
    return {
      object: found.value,
      namespace,
      ...(namespace.state === 'present'
        ? { enabled: textMapAt(namespace.value.body, 'metadata', 'labels')['modelmesh-enabled'] === 'true' }
        : {}),
      ...(runtime === undefined
        ? {}
        : {
            runtime: {
              name: runtime,
              deployment: context.object({
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                namespace: place,
                name: `modelmesh-serving-${runtime}`,
              }),
            },
          }),
    };
  },
});
