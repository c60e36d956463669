/**
 * The PersistentVolumeClaims that a Pod mounts, with the volumes bound to them. Says what is there and what is not; why a claim is not bound
 * is told by `claim-provisioning.ts`.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { at, listAt, objectAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { workloadOf } from './workload-of.ts';
import { ownerTree } from './owner-tree.ts';

export interface PodClaim {
  /** Name of the pod's volume. */
  readonly volume: string;
  readonly ref: ResourceRef;
  /** Made for this pod by the ephemeral-volume controller. */
  readonly ephemeral: boolean;
  readonly claim: Lookup<KubeObject>;
  /** Name of the PersistentVolume that it is bound to. */
  readonly persistentVolume?: string;
  readonly accessModes: readonly string[];
  /** Where that volume can be attached: `topology.kubernetes.io/zone in (eu-1a)`. */
  readonly nodeAffinity?: { readonly text: string; readonly cite: Citation };
  /** Other pods of the namespace that mount the same claim and have not ended. */
  readonly users: readonly KubeObject[];
  readonly cite: Citation;
}

export interface PodClaims {
  readonly pod: KubeObject;
  readonly workload: ResourceRef;
  readonly claims: readonly PodClaim[];
  /** Names of the claims in the pod's namespace. */
  readonly names: readonly string[];
}

export const podClaims = defineView<Lookup<PodClaims>>({
  id: 'pod-claims',
  needs: ['Pod', 'PersistentVolumeClaim', 'PersistentVolume'].map((kind) => ({ type: 'object', kind })),
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const pod = found.value;
    const claims = listAt(pod.body, 'spec', 'volumes').flatMap((volume, index) => {
      const claim = claimOf(context, pod, volume, index);
      return claim === undefined ? [] : [claim];
    });
    const options = pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace };
    const names =
      claims.length === 0 ? [] : context.list('PersistentVolumeClaim', options).items.map((object) => object.ref.name);
    return {
      state: 'present',
      cite: found.cite,
      value: { pod, workload: workloadOf(context, subject), claims, names },
    };
  },
});

/** The claim behind a volume that a message names: by the pod's name for it, or by the PersistentVolume. */
export function claimNamed(claims: PodClaims, volume: string | undefined): PodClaim | undefined {
  if (volume === undefined) return claims.claims.length === 1 ? claims.claims[0] : undefined;
  return claims.claims.find(
    (claim) => claim.volume === volume || claim.persistentVolume === volume || claim.ref.name === volume,
  );
}

function claimNameOf(pod: KubeObject, volume: unknown): string | undefined {
  const named = textAt(volume, 'persistentVolumeClaim', 'claimName');
  if (named !== undefined) return named;
  // kubernetes component-helpers `storage/ephemeral`: the claim of a generic ephemeral volume is called `<pod>-<volume>`.
  return at(volume, 'ephemeral') === undefined ? undefined : `${pod.ref.name}-${textAt(volume, 'name') ?? ''}`;
}

function claimOf(context: ViewContext, pod: KubeObject, volume: unknown, index: number): PodClaim | undefined {
  const name = claimNameOf(pod, volume);
  if (name === undefined) return undefined;
  const namespaced = pod.ref.namespace === undefined ? {} : { namespace: pod.ref.namespace };
  const ref: ResourceRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...namespaced, name };
  const claim = context.object(ref);
  const persistentVolume = claim.state === 'present' ? textAt(claim.value.body, 'spec', 'volumeName') : undefined;
  const users = context
    .list('Pod', namespaced)
    .items.filter(
      (other) =>
        other.ref.name !== pod.ref.name &&
        !['Succeeded', 'Failed'].includes(textAt(other.body, 'status', 'phase') ?? '') &&
        listAt(other.body, 'spec', 'volumes').some((candidate) => claimNameOf(other, candidate) === name),
    );
  const affinity = persistentVolume === undefined ? undefined : affinityOf(context, persistentVolume);
  return {
    volume: textAt(volume, 'name') ?? '',
    ref,
    ephemeral: at(volume, 'ephemeral') !== undefined,
    claim,
    ...(persistentVolume === undefined ? {} : { persistentVolume }),
    accessModes:
      claim.state === 'present'
        ? listAt(claim.value.body, 'spec', 'accessModes').filter((mode) => typeof mode === 'string')
        : [],
    ...(affinity === undefined ? {} : { nodeAffinity: affinity }),
    users,
    cite: pod.cite(`volume ${textAt(volume, 'name') ?? ''} of the pod`, `/spec/volumes/${index}`),
  };
}

function affinityOf(context: ViewContext, name: string): PodClaim['nodeAffinity'] {
  const found = context.object({ apiVersion: 'v1', kind: 'PersistentVolume', name });
  if (found.state !== 'present') return undefined;
  const required = objectAt(found.value.body, 'spec', 'nodeAffinity', 'required');
  if (required === undefined) return undefined;
  const texts = listAt(required, 'nodeSelectorTerms').flatMap((term) =>
    listAt(term, 'matchExpressions').map(
      (entry) =>
        `${textAt(entry, 'key') ?? ''} ${textAt(entry, 'operator') ?? ''} (${listAt(entry, 'values').slice(0, 4).join(', ')})`,
    ),
  );
  return {
    text: texts.slice(0, 2).join(' or '),
    cite: found.value.cite(`node affinity of PersistentVolume ${name}`, '/spec/nodeAffinity'),
  };
}
