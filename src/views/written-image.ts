/**
 * A container's image as a person wrote it. Knative resolves the tag of a Revision to a digest before it makes the Deployment, so the Pod
 * names an image that nobody typed; the Revision keeps the tag.
 */
import { listAt, textAt } from '../model/json.ts';
import type { ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import type { ContainerState } from './pod-state.ts';

export function withWrittenImage(context: ViewContext, pod: ResourceRef, container: ContainerState): ContainerState {
  if (!container.image.includes('@')) return container;
  const revision = context.use(ownerTree, pod).owners.find((owner) => owner.kind === 'Revision');
  if (!revision) return container;
  const found = context.use(kubeObject, revision);
  if (found.state !== 'present') return container;
  const written = [
    ...listAt(found.value.body, 'spec', 'containers'),
    ...listAt(found.value.body, 'spec', 'initContainers'),
  ].find((candidate) => textAt(candidate, 'name') === container.name);
  const image = textAt(written, 'image');
  return image === undefined ? container : { ...container, image };
}
