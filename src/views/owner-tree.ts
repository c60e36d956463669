/**
 * Who made what: the chain of controller owners above an object and the pods below it. Reads ownerReferences only; selectors are the
 * business of `service-endpoints.ts`.
 */
import { isAzureml } from '../model/azureml-names.ts';
import { at, listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';

export interface OwnerTree {
  /** From the direct controller up to the root; empty where nothing owns the object. References only: the owner itself may be unseen. */
  readonly owners: readonly ResourceRef[];
  /** The last of `owners`, or the object itself. */
  readonly root: ResourceRef;
  /** Pods below the object, however deep; the object itself where it is a Pod. */
  readonly pods: readonly KubeObject[];
  /** Every object below, without the object itself, nearest first. */
  readonly descendants: readonly KubeObject[];
}

// Deeper chains than InferenceService → Service → Configuration → Revision → Deployment → ReplicaSet → Pod are not known; a cycle must end.
const DEEPEST = 12;

export const ownerTree = defineView<OwnerTree>({
  id: 'owner-tree',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: '**' },
    { type: 'object', kind: 'Pod' },
    { type: 'object', kind: 'ReplicaSet' },
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'StatefulSet' },
    { type: 'object', kind: 'DaemonSet' },
    { type: 'object', kind: 'Job' },
    { type: 'object', kind: 'CronJob' },
  ],
  derive(context, subject) {
    const owners = ownersAbove(context, subject);
    const descendants = below(context, subject);
    const self = subject.kind === 'Pod' ? context.object(subject) : undefined;
    const pods = descendants.filter((object) => object.ref.kind === 'Pod');
    return {
      owners,
      root: owners.at(-1) ?? subject,
      pods: self?.state === 'present' ? [self.value] : pods,
      descendants,
    };
  },
});

/** The controller that an object's metadata names, as a reference in the same namespace. */
export function controllerOf(object: KubeObject): ResourceRef | undefined {
  const owner = listAt(object.body, 'metadata', 'ownerReferences').find(
    (reference) => at(reference, 'controller') === true,
  );
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name');
  if (kind === undefined || name === undefined) return undefined;
  const uid = textAt(owner, 'uid');
  return {
    apiVersion: textAt(owner, 'apiVersion') ?? 'v1',
    kind,
    // Owners of namespaced objects live in the same namespace; a Node owns its static pods and has none.
    ...(kind === 'Node' || object.ref.namespace === undefined ? {} : { namespace: object.ref.namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

function ownersAbove(context: ViewContext, subject: ResourceRef): readonly ResourceRef[] {
  const owners: ResourceRef[] = [];
  let current: ResourceRef | undefined = subject;
  let below: KubeObject | undefined;
  while (current && owners.length < DEEPEST) {
    const found = context.object(current);
    const owner: ResourceRef | undefined =
      found.state === 'present' ? controllerOf(found.value) : deploymentOf(context, current, below);
    if (found.state === 'present') below = found.value;
    // An online endpoint of Azure ML routes to deployments; what a person deployed is one of those.
    if (
      !owner ||
      owner.kind === 'Node' ||
      isAzureml(owner, 'OnlineEndpoint') ||
      owners.some((seen) => refKey(seen) === refKey(owner))
    )
      break;
    owners.push(owner);
    current = owner;
  }
  return owners;
}

/**
 * The Deployment behind a ReplicaSet that was not read: it names its ReplicaSets after itself and the hash that their pods carry (kubernetes
 * pkg/controller/deployment/sync.go). Only where such a Deployment was seen.
 */
function deploymentOf(context: ViewContext, unread: ResourceRef, pod: KubeObject | undefined): ResourceRef | undefined {
  const hash = textAt(pod?.body, 'metadata', 'labels', 'pod-template-hash');
  if (unread.kind !== 'ReplicaSet' || hash === undefined || !unread.name.endsWith(`-${hash}`)) return undefined;
  const found = context.object({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: unread.name.slice(0, -hash.length - 1),
    ...(unread.namespace === undefined ? {} : { namespace: unread.namespace }),
  });
  return found.state === 'present' ? found.value.ref : undefined;
}

function below(context: ViewContext, subject: ResourceRef): readonly KubeObject[] {
  const found: KubeObject[] = [];
  const seen = new Set<string>([refKey(subject)]);
  let level: readonly ResourceRef[] = [subject];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const next: ResourceRef[] = [];
    for (const owner of level) {
      for (const object of context.ownedBy(owner)) {
        const key = refKey(object.ref);
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(object);
        next.push(object.ref);
      }
    }
    level = next;
  }
  return found;
}
