/**
 * Where the resources of KServe's storage-initializer are set: in a ClusterStorageContainer that serves the address, else in ConfigMap
 * inferenceservice-config. No field of the InferenceService reaches them. Reads the two; it judges nothing.
 */
import type { Citation } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { podState } from './pod-state.ts';
import { addressesOf, isStorageInitializer } from './storage-downloads.ts';

export interface InitializerLimits {
  readonly kind: 'container' | 'config';
  readonly ref: ResourceRef;
  /** Absent where it was not seen: then it is where KServe ships it. */
  readonly cite?: Citation;
  /** The JSON text of `storageInitializer`, of a ConfigMap that was seen. */
  readonly text?: string;
}

/** Undefined where no storage-initializer of the pod is in trouble. */
export const initializerLimits = defineView<InitializerLimits | undefined>({
  id: 'storage-limits',
  needs: [
    { type: 'object', kind: 'ClusterStorageContainer' },
    { type: 'object', kind: 'ConfigMap' },
  ],
  uses: [podState],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return undefined;
    const initializer = state.value.troubled.find(isStorageInitializer);
    if (initializer === undefined) return undefined;
    const [uri = ''] = addressesOf(initializer);
    const container = context
      .list('ClusterStorageContainer')
      .items.find((candidate) => candidate.body['disabled'] !== true && supports(candidate, uri));
    if (container !== undefined)
      return {
        kind: 'container',
        ref: container.ref,
        cite: container.cite(
          `memory limit of ClusterStorageContainer ${container.ref.name}`,
          '/spec/container/resources',
        ),
      };
    return configuration(context);
  },
});

/** kserve pkg/apis/serving/v1alpha1 storage_container_types.go IsStorageUriSupported; an init container is the default workload type. */
function supports(container: KubeObject, uri: string): boolean {
  if ((textAt(container.body, 'spec', 'workloadType') ?? 'initContainer') !== 'initContainer') return false;
  return listAt(container.body, 'spec', 'supportedUriFormats').some((format) => {
    const prefix = textAt(format, 'prefix');
    // Its regexes are an administrator's: only what Azure's addresses need is known here.
    const regex = textAt(format, 'regex') ?? '';
    return prefix === undefined
      ? regex.includes('blob') && /\.blob\./.test(uri)
      : prefix !== '' && uri.startsWith(prefix);
  });
}

/** Where KServe is shipped to. */
const CONFIGURATION: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kserve',
  name: 'inferenceservice-config',
};

function configuration(context: ViewContext): InitializerLimits {
  const usual = context.object(CONFIGURATION);
  const seen =
    usual.state === 'present'
      ? usual.value
      : context.list('ConfigMap').items.find((map) => map.ref.name === CONFIGURATION.name);
  if (seen === undefined) return { kind: 'config', ref: CONFIGURATION };
  const text = textAt(seen.body, 'data', 'storageInitializer');
  return {
    kind: 'config',
    ref: seen.ref,
    cite: seen.cite('storageInitializer of ConfigMap inferenceservice-config', '/data/storageInitializer'),
    ...(text === undefined ? {} : { text }),
  };
}
