/**
 * The LocalModelCache that an InferenceService uses, and on which nodes the model lies already (kserve pkg/apis/serving/v1alpha1
 * local_model_cache_status.go). Reads what its controllers wrote; why a download on a node failed is told by the Job there.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { objectAt, pointerTo, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';

export interface CacheUse {
  readonly ref: ResourceRef;
  readonly cache: Lookup<KubeObject>;
  /** Names of nodes by what was reported of them: `NodeDownloaded`, `NodeDownloading`, `NodeDownloadError` … */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  /** The label that names the cache. */
  readonly cite: Citation;
}

/** kserve pkg/constants LocalModelLabel. */
const LABEL = 'internal.serving.kserve.io/localmodel';

/** Absent value: it uses none. */
export const cacheUse = defineView<Lookup<CacheUse | undefined>>({
  id: 'storage-cache',
  needs: [{ type: 'object', kind: 'LocalModelCache' }],
  uses: [kubeObject],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    const name = textMapAt(found.value.body, 'metadata', 'labels')[LABEL];
    if (name === undefined || name === '') return { state: 'present', cite: found.cite, value: undefined };
    const ref: ResourceRef = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'LocalModelCache', name };
    const cache = context.object(ref);
    const nodes = new Map<string, string[]>();
    if (cache.state === 'present')
      for (const [node, state] of Object.entries(objectAt(cache.value.body, 'status', 'nodeStatus') ?? {}))
        if (typeof state === 'string') nodes.set(state, [...(nodes.get(state) ?? []), node]);
    const cite = found.value.cite(`label ${LABEL}`, pointerTo('metadata', 'labels', LABEL));
    return { state: 'present', cite: found.cite, value: { ref, cache, nodes, cite } };
  },
});
