/**
 * Which release of a serving platform is installed, from the image of its controller, and which versions of an API the cluster serves, from its
 * CRD. For rules whose answer depends on it: each asks only for the part that it needs. What was not read is unknown, and says nothing.
 */
import type { Lookup } from '../model/evidence.ts';
import { at, listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { ComponentId } from './parse/platform-components.ts';
import type { PlatformComponent } from './platform-component.ts';

/** What is installed, not which part of it was seen; controllers that are named like their product have their own title. */
const PRODUCTS: Partial<Readonly<Record<ComponentId, string>>> = {
  'kserve-controller': 'KServe',
  'llmisvc-controller': 'KServe',
  'modelmesh-controller': 'ModelMesh',
  'knative-controller': 'Knative Serving',
  'knative-autoscaler': 'Knative Serving',
  'knative-autoscaler-hpa': 'Knative Serving',
  'knative-activator': 'Knative Serving',
  'net-istio': 'net-istio',
  'net-kourier': 'net-kourier',
  'net-contour': 'net-contour',
  'net-gateway-api': 'net-gateway-api',
  istiod: 'Istio',
  'istio-ingressgateway': 'Istio',
  'keda-operator': 'KEDA',
};

/** `KServe 0.17.0`, from a component; undefined where neither tag nor label tells. */
export function releaseText(component: Lookup<PlatformComponent>): string | undefined {
  if (component.state !== 'present' || component.value.version === undefined) return undefined;
  const { info, version } = component.value;
  return `${PRODUCTS[info.id] ?? info.title} ${version}`;
}

/** Reference of a CRD, by its name `inferenceservices.serving.kserve.io`. */
export function definitionRef(name: string): ResourceRef {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
}

/** The served versions of the CRD that it is derived on (`definitionRef`); absent where the cluster has no such CRD. */
export const servedVersions = defineView<Lookup<readonly string[]>>({
  id: 'served-versions',
  needs: [{ type: 'object', kind: 'CustomResourceDefinition' }],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return {
      state: 'present',
      value: servedBy(found.value),
      cite: found.value.cite('versions served', '/spec/versions'),
    };
  },
});

/** Versions that a CRD says are served. */
export function servedBy(definition: KubeObject): readonly string[] {
  return listAt(definition.body, 'spec', 'versions').flatMap((version) =>
    at(version, 'served') === true ? (textAt(version, 'name') ?? []) : [],
  );
}
