/**
 * Whose fault a model is that cannot be used: the storage it is downloaded from, a volume of the workload, or the image. Reads the container's spec
 * and the source of its model; it judges no log.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { imageRef, type ResourceRef } from '../model/reference.ts';
import { expectsVolume, sourceRef, type ModelSource } from './model-origin.ts';
import type { ContainerState, PodState } from './pod-state.ts';
import { mountOf } from './start-failures.ts';

export type ModelPlace = { readonly subject: ResourceRef } & (
  | { readonly kind: 'noVolume' | 'inImage' }
  | { readonly kind: 'inVolume'; readonly volume: string }
  | { readonly kind: 'inSource'; readonly uri: string }
);

/** Where a path of a container comes from. */
export function modelPlace(
  container: ContainerState,
  path: string,
  from: ModelSource | undefined,
  workload: ResourceRef,
): ModelPlace {
  const mount = mountOf(container, path);
  if (mount && from && mount.volume === from.volume)
    return { kind: 'inSource', uri: from.uri, subject: sourceRef(from.uri) };
  if (mount) return { kind: 'inVolume', volume: mount.volume, subject: workload };
  return expectsVolume(path)
    ? { kind: 'noVolume', subject: workload }
    : { kind: 'inImage', subject: imageRef(container.image) };
}

/** Shows where the model should come from: its address, the mount that holds the path, else what is mounted at all, else the image. */
export function citePlace(
  state: PodState,
  container: ContainerState,
  path: string,
  from: ModelSource | undefined,
): Citation {
  const mount = mountOf(container, path);
  if (mount && from && mount.volume === from.volume) return from.cite;
  if (mount) return state.pod.cite(`mount ${mount.mountPath} of container ${container.name}`, mount.pointer);
  const field = expectsVolume(path) && listAt(container.spec, 'volumeMounts').length > 0 ? 'volumeMounts' : 'image';
  return state.pod.cite(`${field} of container ${container.name}`, `${container.specPointer}/${field}`);
}

/** Where the server of a container looks for its model when its log does not say: its own argument, else the mount that the download fills. */
export function modelDirectory(container: ContainerState, from: ModelSource | undefined): string | undefined {
  const words = [...listAt(container.spec, 'command'), ...listAt(container.spec, 'args')].flatMap((word) =>
    typeof word === 'string' ? word.split(/[\s=]+/) : [],
  );
  const flag = words.findIndex((word) =>
    /^--(?:model[-_](?:dir|path|base[-_]path|store|repository|repo)|model)$/.test(word),
  );
  const named = flag < 0 ? undefined : words[flag + 1];
  if (named?.startsWith('/') === true) return named;
  if (from === undefined || from.volume === '') return undefined;
  return textAt(
    listAt(container.spec, 'volumeMounts').find((mount) => textAt(mount, 'name') === from.volume),
    'mountPath',
  );
}

/**
 * The object to blame for the content of a model file: the one object that was downloaded, else all that was, else the workload whose volume holds
 * the model, else the image.
 */
export function modelOrigin(
  container: ContainerState,
  from: ModelSource | undefined,
  workload: ResourceRef,
): {
  readonly subject: ResourceRef;
  readonly origin: string;
  readonly object?: ModelSource['objects'][number];
  /** The log of the download would name the one object. */
  readonly wants: readonly EvidenceGap[];
} {
  const object = from?.objects.length === 1 ? from.objects[0] : undefined;
  const uri = object?.uri ?? from?.uri;
  const mounted = uri === undefined ? mountedModel(container) : undefined;
  return {
    subject: uri !== undefined ? sourceRef(uri) : mounted === undefined ? imageRef(container.image) : workload,
    origin: uri ?? mounted ?? container.image,
    wants: from?.gap === undefined ? [] : [from.gap],
    ...(object === undefined ? {} : { object }),
  };
}

/** Azure ML tells the program in AZUREML_MODEL_DIR where its model was put: `/var/azureml-app/azureml-models/NAME/VERSION` in a volume of the pod. */
function mountedModel(container: ContainerState): string | undefined {
  const variable = listAt(container.spec, 'env').find((entry) => textAt(entry, 'name') === 'AZUREML_MODEL_DIR');
  const path = textAt(variable, 'value');
  const mount = path === undefined ? undefined : mountOf(container, path);
  return mount && `${path} in volume ${mount.volume}`;
}

/** How a message calls the directory of a model: the address of its store, else its path in the container. */
export function placeName(place: ModelPlace, path: string, container: ContainerState): string {
  switch (place.kind) {
    case 'inSource':
      return place.uri;
    case 'inVolume':
      return `${path} in volume ${place.volume}`;
    case 'noVolume':
      return path;
    case 'inImage':
      return `${path} in image ${container.image}`;
  }
}
