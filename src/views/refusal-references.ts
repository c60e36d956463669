/**
 * Looks up what a refusal names: the quota, the ServiceAccount, the class, the namespace. Three-valued: what the snapshot does not hold is
 * unknown, never missing.
 */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { apiVersionOf, kindNamed } from '../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { admissionRefusal, type Refused } from './admission-refusal.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { kubeObject } from './kube-object.ts';
import { nearestNames } from './parse/nearest-name.ts';

export interface RefusalReferences {
  /** The object that the refusal names, by reference and as found. */
  readonly named?: { readonly ref: ResourceRef; readonly found: Lookup<KubeObject> };
  /** Existing names of the same kind that look like the named one. */
  readonly similar: readonly string[];
  /** Every existing name of that kind, only where the list was read whole. */
  readonly existing?: readonly string[];
  readonly namespace?: Lookup<KubeObject>;
  /** LimitRanges of the namespace, where the refusal is about one. */
  readonly limitRanges: readonly KubeObject[];
  /** CustomResourceDefinitions of a kind that the server does not know under the version asked for. */
  readonly definitions: readonly KubeObject[];
  /** Whether `definitions` were read whole. */
  readonly definitionsComplete?: Lookup<true>;
  /** The topmost owner of what is refused. */
  readonly root?: Lookup<KubeObject>;
  /** Who owns the fields of the object with the template. */
  readonly owner?: Lookup<FieldOwner>;
}

const NOTHING: RefusalReferences = { similar: [], limitRanges: [], definitions: [] };

export const refusalReferences = defineView<RefusalReferences>({
  id: 'refusal-references',
  needs: [
    'ResourceQuota',
    'LimitRange',
    'ServiceAccount',
    'PriorityClass',
    'RuntimeClass',
    'Namespace',
    'CustomResourceDefinition',
  ].map((kind) => ({ type: 'object', kind })),
  uses: [admissionRefusal, fieldOwner, kubeObject],
  derive(context, subject) {
    const refusal = context.use(admissionRefusal, subject);
    if (refusal.state !== 'refused') return NOTHING;
    return referencesOf(context, subject, refusal);
  },
});

function referencesOf(context: ViewContext, subject: ResourceRef, refusal: Refused): RefusalReferences {
  const ref = namedBy(refusal, subject);
  const siblings =
    ref === undefined
      ? undefined
      : context.list(ref.kind, ref.namespace === undefined ? {} : { namespace: ref.namespace });
  const names = siblings?.items.map((object) => object.ref.name) ?? [];
  const changed = refusal.template?.object.ref ?? refusal.root;
  const { error } = refusal;
  const definitions = context.list('CustomResourceDefinition');
  return {
    ...(ref === undefined ? {} : { named: { ref, found: context.object(ref) } }),
    similar: ref === undefined ? [] : nearestNames(ref.name, names),
    ...(siblings?.complete.state === 'present' ? { existing: names } : {}),
    ...(subject.namespace === undefined
      ? {}
      : { namespace: context.object(clusterRef('Namespace', subject.namespace)) }),
    limitRanges:
      subject.namespace === undefined ? [] : context.list('LimitRange', { namespace: subject.namespace }).items,
    definitions:
      error.class === 'no-match-for-kind' ? definitions.items.filter((object) => definesKind(object, error.kind)) : [],
    definitionsComplete: definitions.complete,
    root: context.use(kubeObject, refusal.root),
    owner: context.use(fieldOwner, changed),
  };
}

function definesKind(object: KubeObject, kind: string): boolean {
  return textAt(object.body, 'spec', 'names', 'kind') === kind;
}

function namedBy(refusal: Refused, subject: ResourceRef): ResourceRef | undefined {
  const { error } = refusal;
  switch (error.class) {
    case 'quota-exceeded':
    case 'quota-needs-limits':
    case 'quota-other':
      return error.quota === undefined || subject.namespace === undefined
        ? undefined
        : { apiVersion: 'v1', kind: 'ResourceQuota', namespace: subject.namespace, name: error.quota };
    case 'service-account-missing':
      return { apiVersion: 'v1', kind: 'ServiceAccount', namespace: error.namespace, name: error.name };
    case 'priority-class-missing':
      return clusterRef('PriorityClass', error.name);
    case 'runtime-class-missing':
      return clusterRef('RuntimeClass', error.name);
    case 'namespace-terminating':
      return clusterRef('Namespace', error.namespace);
    default:
      return undefined;
  }
}

function clusterRef(kind: string, name: string): ResourceRef {
  const info = kindNamed(kind);
  return { apiVersion: info === undefined ? 'v1' : apiVersionOf(info), kind, name };
}
