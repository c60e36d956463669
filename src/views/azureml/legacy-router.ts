/**
 * What the first generation of Azure ML's router (compute type AksCompute) leaves in a cluster: its eight objects, and whether the extension's release
 * owns them by now. Names: Azure/AML-Kubernetes docs/troubleshooting.md, E45004. The Secret of its certificate is not read.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { isOfRelease } from '../helm-owner.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { preflightIntent } from '../preflight-intent.ts';

export interface LegacyRouter {
  /** Role and binding that are there; those of the extension's release as well. */
  readonly roles: readonly KubeObject[];
  /** Present where one of the two could not be read. */
  readonly rolesGap?: EvidenceGap;
  /** Proofs that one of the two is not there. */
  readonly rolesAbsent: readonly Citation[];
  /** Deployments of its name outside of the extension's namespace. */
  readonly deployments: readonly KubeObject[];
  readonly deploymentsRead: Lookup<true>;
  /** Those of the eight objects that are there, or were not read. */
  readonly remains: readonly ResourceRef[];
  isOwned(object: KubeObject): boolean;
}

const LEGACY_NAME = 'azureml-fe';
const RBAC = 'rbac.authorization.k8s.io/v1';
const ROLE: ResourceRef = { apiVersion: RBAC, kind: 'ClusterRole', name: 'azureml-fe-role' };
const BINDING: ResourceRef = { apiVersion: RBAC, kind: 'ClusterRoleBinding', name: 'azureml-fe-binding' };
const SECRET: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'azuremlfessl' };
const NAMESPACED: readonly ResourceRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: LEGACY_NAME },
  { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: LEGACY_NAME },
  { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'azureml-fe-int-http' },
  { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: LEGACY_NAME },
  { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'azuremlfeconfig' },
];

export const legacyRouter = defineView<LegacyRouter>({
  id: 'legacy-router',
  needs: ['ClusterRole', 'ClusterRoleBinding', 'Deployment', 'Service', 'ServiceAccount', 'ConfigMap'].map(
    (kind) => ({ type: 'object', kind }) as const,
  ),
  uses: [preflightIntent],
  derive(context, subject) {
    const release = context.use(preflightIntent, subject)?.extensionName;
    const isOwned = (object: KubeObject): boolean => isOfRelease(object, EXTENSION_NAMESPACE, release);
    const found = [ROLE, BINDING].map((ref) => context.object(ref));
    const gap = found.find((lookup) => lookup.state === 'unknown');
    const listing = context.list('Deployment');
    const isRemaining = (ref: ResourceRef): boolean => {
      const lookup = context.object(ref);
      return lookup.state === 'unknown' || (lookup.state === 'present' && !isOwned(lookup.value));
    };
    return {
      roles: found.flatMap((lookup) => (lookup.state === 'present' ? [lookup.value] : [])),
      ...(gap?.state === 'unknown' ? { rolesGap: gap.gap } : {}),
      rolesAbsent: found.flatMap((lookup) => (lookup.state === 'absent' ? [lookup.cite] : [])),
      deployments: byName(listing.items).filter(
        ({ ref }) => ref.name === LEGACY_NAME && ref.namespace !== EXTENSION_NAMESPACE,
      ),
      deploymentsRead: listing.complete,
      remains: [...[ROLE, BINDING, ...NAMESPACED].filter(isRemaining), SECRET],
      isOwned,
    };
  },
});

/** The old router lets a new one stand beside it (Azure/AML-Kubernetes docs, migration from AksCompute). */
export function allowsUpgrade(deployment: KubeObject): boolean {
  return textMapAt(deployment.body, 'metadata', 'annotations')['azureml-fe-enable-upgrade'] === 'true';
}
