/** Check: KServe is not told what downloads models, or with which resources. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { listed } from '../../../views/parse/listed.ts';
import { storageInitializerSettings } from '../../../views/serving-platform/storage-initializer-settings.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9709',
  name: 'StorageInitializerUnset',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe is not told what downloads models',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'download of models', weight: 'advisory' },
  aliases: [
    'storage-initializer-unset',
    'Failed to parse resource configuration for "storageInitializer"',
    'kserve/storage-initializer:latest',
  ],
  needs: { settings: storageInitializerSettings },
  messages: {
    unset: 'ConfigMap {config} has no key storageInitializer, so the webhook of KServe refuses pods of models',
    quantity:
      'Key storageInitializer of ConfigMap {config} holds no quantity in {fields}, so the webhook of KServe refuses pods of models',
    image:
      'KServe downloads models with kserve/storage-initializer:latest: ConfigMap {config} names no image, and there is no ClusterStorageContainer',
  },
  check({ settings }, context) {
    if (settings.state === 'unknown') return context.unknown(settings.gap);
    if (settings.state === 'absent') return context.notApplicable('KServe has no configuration yet');
    const { config, told, unreadable, image, containers, containersSeen, cite } = settings.value;
    const name = `${config.ref.namespace ?? ''}/${config.ref.name}`;
    const common = {
      subject: config.ref,
      affects: [context.on],
      certainty: 'likely',
      fixes: [
        adviseCluster({
          profile: 'kserve',
          title: 'Write key storageInitializer as the manifests of the release have it',
          effect: 'New pods follow it; those that run are not changed.',
          look: [
            kubectl(
              config.ref,
              ['get', 'configmap', config.ref.name, '-o', 'jsonpath={.data.storageInitializer}'],
              false,
            ),
          ],
          what: 'It is one JSON object with image (of the release of the controller, in a registry that nodes reach), memoryRequest, memoryLimit, cpuRequest and cpuLimit.',
        }),
      ],
    } as const;
    const refused = {
      basis: 'KServe parses these for every pod of a model; what its webhook says was not asked',
      consequence:
        'No pod of an InferenceService is made: "Failed to parse resource configuration for "storageInitializer"".',
    };
    if (!told) return context.found({ message: 'unset', args: { config: name }, ...common, ...refused, cite: [cite] });
    if (unreadable.length > 0)
      return context.found({
        message: 'quantity',
        args: { config: name, fields: listed(unreadable) },
        ...common,
        ...refused,
        cite: [cite],
      });
    if (image !== undefined) return context.ruledOut('its image and resources are set', cite);
    const [container] = containers;
    if (container !== undefined)
      return context.ruledOut(
        `ClusterStorageContainer ${container.ref.name} names it`,
        container.cite(`ClusterStorageContainer ${container.ref.name}`, '/spec'),
      );
    if (containersSeen.state === 'unknown') return context.unknown(containersSeen.gap);
    return context.found({
      message: 'image',
      args: { config: name },
      ...common,
      basis: 'neither of the two places names an image, and that is what KServe takes then',
      consequence:
        'The image need not fit the release of the controller, and a cluster without Docker Hub does not get it.',
      cite: [cite, containersSeen.cite],
    });
  },
});
