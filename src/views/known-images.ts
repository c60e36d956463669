/**
 * Every image that some pod, ReplicaSet or node of the snapshot names, with whether it could be pulled: what a mistyped
 * reference is compared with. A look at names only; it asks no registry.
 */
import { at, listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { parseImageReference, type ImageReference } from './parse/image-reference.ts';

export interface KnownImage {
  /** As the object spells it. */
  readonly image: string;
  readonly reference: ImageReference;
  /** It is or was on some node, so it could be pulled. */
  readonly ran: boolean;
}

/** A cluster has few distinct images; the bound keeps a hostile snapshot from costing more. */
const MOST_IMAGES = 2000;

/** Derive it on `CLUSTER`: it does not depend on a subject. */
export const knownImages = defineView<readonly KnownImage[]>({
  id: 'known-images',
  needs: [
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'ReplicaSet' },
    { type: 'object', kind: 'Node' },
  ],
  derive(context) {
    const ran = new Map<string, boolean>();
    for (const pod of context.list('Pod').items) addPod(pod, ran);
    for (const set of context.list('ReplicaSet').items) {
      for (const image of imagesIn(at(set.body, 'spec', 'template', 'spec')))
        if (!ran.has(image)) ran.set(image, false);
    }
    for (const node of context.list('Node').items) for (const image of imagesOnNode(node)) ran.set(image, true);
    const known: KnownImage[] = [];
    for (const [image, started] of ran) {
      if (known.length >= MOST_IMAGES) break;
      const reference = parseImageReference(image);
      if ('host' in reference) known.push({ image, reference, ran: started });
    }
    return known;
  },
});

function addPod(pod: KubeObject, ran: Map<string, boolean>): void {
  const statuses = [
    ...listAt(pod.body, 'status', 'containerStatuses'),
    ...listAt(pod.body, 'status', 'initContainerStatuses'),
  ];
  const specs = [...listAt(pod.body, 'spec', 'containers'), ...listAt(pod.body, 'spec', 'initContainers')];
  for (const spec of specs) {
    const image = textAt(spec, 'image');
    if (image === undefined) continue;
    const status = statuses.find((candidate) => textAt(candidate, 'name') === textAt(spec, 'name'));
    // The kubelet fills imageID once the image is on the node (pkg/kubelet/kubelet_pods.go).
    const started = (textAt(status, 'imageID') ?? '') !== '';
    ran.set(image, started || ran.get(image) === true);
  }
}

/** The kubelet lists the 50 largest with all their names (nodeStatusMaxImages); those by digest alone tell no tag. */
function imagesOnNode(node: KubeObject): readonly string[] {
  return listAt(node.body, 'status', 'images')
    .flatMap((entry) => listAt(entry, 'names'))
    .filter((name) => typeof name === 'string')
    .filter((name) => !name.includes('@'));
}

function imagesIn(podSpec: unknown): readonly string[] {
  return [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')]
    .map((container) => textAt(container, 'image'))
    .filter((image) => image !== undefined);
}
