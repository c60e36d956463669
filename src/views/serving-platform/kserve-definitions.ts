/** The CRDs that KServe's controller works with, and in what state each is. It judges only what the API server says of them. */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { definitionRef, servedBy } from '../installed-versions.ts';
import { conditionsOf, type Condition } from '../parse/conditions.ts';

export interface KserveDefinition {
  readonly name: string;
  /** What the controller asks for. */
  readonly version: string;
  /** Without it KServe can do nothing at all; others are missed by its controller when it starts, in most releases. */
  readonly core: boolean;
  readonly found: Lookup<KubeObject>;
}

export interface KserveDefinitions {
  readonly all: readonly KserveDefinition[];
  /** The CRD of KFServing, KServe's name until 0.6. */
  readonly old: Lookup<KubeObject>;
}

// kserve cmd/manager/main.go and config/crd; the group was serving.kubeflow.org until 0.6.
const DEFINITIONS: readonly (readonly [plural: string, version: string, core: boolean])[] = [
  ['inferenceservices', 'v1beta1', true],
  ['servingruntimes', 'v1alpha1', true],
  ['clusterservingruntimes', 'v1alpha1', false],
  ['inferencegraphs', 'v1alpha1', false],
  ['trainedmodels', 'v1alpha1', false],
];

/** Derive it on `CLUSTER`. */
export const kserveDefinitions = defineView<KserveDefinitions>({
  id: 'kserve-definitions',
  needs: [{ type: 'object', kind: 'CustomResourceDefinition' }],
  derive(context) {
    return {
      all: DEFINITIONS.map(([plural, version, core]) => {
        const name = `${plural}.serving.kserve.io`;
        return { name, version, core, found: context.object(definitionRef(name)) };
      }),
      old: context.object(definitionRef('inferenceservices.serving.kubeflow.org')),
    };
  },
});

export type DefinitionFault =
  | { readonly kind: 'deleting'; readonly cite: Citation }
  | { readonly kind: 'unestablished'; readonly condition: Condition; readonly cite: Citation }
  | { readonly kind: 'version'; readonly served: readonly string[]; readonly cite: Citation };

/** What is wrong with a CRD that is there. */
export function faultOf(definition: KubeObject, version: string): DefinitionFault | undefined {
  const { body, ref } = definition;
  if (textAt(body, 'metadata', 'deletionTimestamp') !== undefined)
    return { kind: 'deleting', cite: definition.cite(`${ref.name} is being deleted`, '/metadata/deletionTimestamp') };
  const conditions = conditionsOf(body);
  // NamesAccepted tells why where both are False (apiextensions-apiserver pkg/controller/{status,establish}).
  const condition =
    conditions.find(({ type, status }) => type === 'NamesAccepted' && status === 'False') ??
    conditions.find(({ type, status }) => type === 'Established' && status !== 'True');
  if (condition !== undefined)
    return {
      kind: 'unestablished',
      condition,
      cite: definition.cite(`condition ${condition.type} of ${ref.name}`, condition.pointer),
    };
  const served = servedBy(definition);
  return served.length === 0 || served.includes(version)
    ? undefined
    : { kind: 'version', served, cite: definition.cite(`versions of ${ref.name}`, '/spec/versions') };
}
