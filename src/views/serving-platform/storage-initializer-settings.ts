/**
 * What KServe is told of the container that downloads models: the settings in inferenceservice-config, which its webhook parses for every pod, and the
 * ClusterStorageContainers. It judges no download.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { kserveConfig } from '../kserve-config.ts';
import { parseQuantity } from '../parse/quantity.ts';
import { jsonIn } from './serving-defaults.ts';

export interface StorageInitializerSettings {
  readonly config: KubeObject;
  /** The key is there and not empty. */
  readonly told: boolean;
  readonly image: string | undefined;
  /** Fields that are no quantity. */
  readonly unreadable: readonly string[];
  readonly containers: readonly KubeObject[];
  readonly containersSeen: Lookup<true>;
  readonly cite: Citation;
}

// kserve pkg/webhook/admission/pod/storage_initializer_injector.go getStorageInitializerConfigs: each of them must be a quantity.
const QUANTITIES = ['memoryRequest', 'memoryLimit', 'cpuRequest', 'cpuLimit'];

/** Derive it on `CLUSTER`. Absent where KServe's namespace has no such ConfigMap. */
export const storageInitializerSettings = defineView<Lookup<StorageInitializerSettings>>({
  id: 'storage-initializer-settings',
  needs: [{ type: 'object', kind: 'ClusterStorageContainer' }],
  uses: [kserveConfig],
  derive(context, subject) {
    const { found } = context.use(kserveConfig, subject);
    if (found.state !== 'present') return found;
    const config = found.value;
    const told = (textAt(config.body, 'data', 'storageInitializer') ?? '').trim() !== '';
    const settings = jsonIn(config, 'storageInitializer');
    const image = textAt(settings, 'image')?.trim();
    const containers = context.list('ClusterStorageContainer');
    return {
      state: 'present',
      cite: found.cite,
      value: {
        config,
        told,
        image: image === '' ? undefined : image,
        unreadable:
          Object.keys(settings).length === 0
            ? []
            : QUANTITIES.filter((field) => parseQuantity(textAt(settings, field)) === undefined),
        containers: containers.items,
        containersSeen: containers.complete,
        cite: told
          ? config.cite('key storageInitializer', '/data/storageInitializer')
          : config.cite('no key storageInitializer', '/data'),
      },
    };
  },
});
