/**
 * Where a model file of a container comes from: the storage that an init container downloads, a volume, or the image. Reads the pod's spec and
 * the log of the download; it judges nothing.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import type { ViewContext } from '../model/reader.ts';
import { defineView } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { Lookup } from '../model/evidence.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';

export interface ModelSource {
  readonly uri: string;
  /** The volume that the download fills, and where it lies in the containers. */
  readonly volume: string;
  /** Objects that the download fetched, as `scheme://…` with their size in bytes where the log tells it. */
  readonly objects: readonly { readonly uri: string; readonly bytes?: number; readonly cite: Citation }[];
  /** The log of the download was not read: `objects` is empty for that. */
  readonly gap?: EvidenceGap;
  readonly cite: Citation;
}

/** The source of the pod's model volume; undefined where no init container downloads one. */
export const modelSource = defineView<Lookup<ModelSource | undefined>>({
  id: 'model-source',
  needs: [{ type: 'log' }],
  uses: [podState],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    return { state: 'present', cite: state.cite, value: sourceOf(context, state.value) };
  },
});

function sourceOf(context: ViewContext, state: PodState): ModelSource | undefined {
  for (const container of state.containers) {
    if (container.role !== 'init') continue;
    const words = [...listAt(container.spec, 'args'), ...listAt(container.spec, 'command')].filter(
      (word): word is string => typeof word === 'string',
    );
    const uri = words.find((word) => /^[a-z][a-z0-9+.-]{1,20}:\/\/\S+$/.test(word));
    const target = words.find((word) => word.startsWith('/'));
    if (uri === undefined) continue;
    const volume = listAt(container.spec, 'volumeMounts').find(
      (mount) => target === undefined || target.startsWith(textAt(mount, 'mountPath') ?? ' '),
    );
    return {
      uri,
      volume: textAt(volume, 'name') ?? '',
      ...downloaded(context, state, container, uri),
      cite: state.pod.cite(`arguments of init container ${container.name}`, container.specPointer),
    };
  }
  return undefined;
}

/** kserve `kserve_storage.py`: `Found S3 object: credit/9/model.pkl (130 bytes)`, where the key is relative to the bucket. */
function downloaded(
  context: ViewContext,
  state: PodState,
  container: ContainerState,
  uri: string,
): Pick<ModelSource, 'objects' | 'gap'> {
  const log = context.log(state.pod.ref, container.name, false);
  if (log.state === 'unknown') return { objects: [], gap: log.gap };
  if (log.state === 'absent') return { objects: [] };
  const bucket = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^/]{1,255}/.exec(uri)?.[0] ?? uri;
  const objects = log.value.lines.slice(-500).flatMap((line, index, tail) => {
    const found = /Found \w{1,10} object: (\S{1,1000}) \((\d{1,15}) bytes\)/.exec(line.slice(0, 2000));
    if (!found) return [];
    const number = log.value.lines.length - tail.length + index + 1;
    return [
      { uri: `${bucket}/${found[1] ?? ''}`, bytes: Number(found[2]), cite: log.value.cite('the download', number) },
    ];
  });
  return { objects };
}

export function sourceRef(uri: string): ResourceRef {
  return { apiVersion: 'inferscope', kind: 'Source', name: uri };
}

/** Directories where programs expect a volume and images ship nothing (Filesystem Hierarchy Standard; SageMaker; KServe). */
export function expectsVolume(path: string): boolean {
  return /^\/(?:data|mnt|models?|media|storage|artifacts?|volumes?|pvc|input|datasets?|var\/(?:lib|data)|opt\/ml)\/./.test(
    path,
  );
}
