/**
 * Which objects of the Azure ML extension belong together, by the names that they carry: an OnlineDeployment to its OnlineEndpoint, the Deployments
 * made for it to the OnlineDeployment. Plain data in; it looks nothing up.
 */
import { AZUREML_GROUP, azuremlPlaceOf, ENDPOINT_LABEL, isSameName } from './azureml-labels.ts';
import { type JsonObject, pointerTo, textAt } from './json.ts';
import { groupOf, type ResourceRef } from './reference.ts';

interface Named {
  readonly ref: ResourceRef;
  readonly body: JsonObject;
}

export function isAzureml(ref: Pick<ResourceRef, 'apiVersion' | 'kind'>, kind?: string): boolean {
  return groupOf(ref.apiVersion) === AZUREML_GROUP && (kind === undefined || ref.kind === kind);
}

/** Where an OnlineDeployment names its endpoint, as a JSON pointer. */
export function endpointPointer(body: JsonObject): string {
  for (const path of [['endpointName'], ['endpoint'], ['endpoint', 'name'], ['endpointRef', 'name']])
    if (textAt(body, 'spec', ...path) !== undefined) return pointerTo('spec', ...path);
  return pointerTo('metadata', 'labels', ENDPOINT_LABEL);
}

/** Whether the upper one, an OnlineDeployment or an OnlineEndpoint, stands on the lower one. */
export function standsOnByName(upper: Named, lower: Named): boolean {
  if (upper.ref.namespace !== lower.ref.namespace || !isAzureml(upper.ref)) return false;
  const above = azuremlPlaceOf(upper.ref, upper.body);
  const below = azuremlPlaceOf(lower.ref, lower.body);
  if (above === undefined || below === undefined) return false;
  const same = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && other !== undefined && isSameName(one, other);
  if (upper.ref.kind === 'OnlineEndpoint') return same(above.endpoint, below.endpoint);
  if (upper.ref.kind !== 'OnlineDeployment' || above.deployment === undefined || below.deployment === undefined)
    return false;
  // Names of deployments are unique within an endpoint only; where one side does not name its endpoint that must do.
  if (above.endpoint !== undefined && below.endpoint !== undefined && !same(above.endpoint, below.endpoint))
    return false;
  const { endpoint, deployment } = below;
  return (
    same(above.deployment, deployment) ||
    // The name of the object may be made of both.
    (endpoint !== undefined &&
      (same(above.deployment, `${endpoint}-${deployment}`) || same(above.deployment, `${deployment}-${endpoint}`)))
  );
}
