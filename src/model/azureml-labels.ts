/**
 * How an object tells which online endpoint and deployment of Azure ML it belongs to. The labels were seen on pods and Deployments of attached
 * clusters; fields of the custom resources are inferred, since their schema is not published.
 */
import { textAt, textMapAt, type JsonObject } from './json.ts';
import type { ResourceRef } from './reference.ts';

export const AZUREML_GROUP = 'amlarc.azureml.com';
export const ENDPOINT_LABEL = 'ml.azure.com/endpoint-name';
export const DEPLOYMENT_LABEL = 'ml.azure.com/deployment-name';

export interface AzuremlPlace {
  readonly endpoint?: string;
  /** Absent for the endpoint itself. */
  readonly deployment?: string;
}

/** Undefined for objects that say nothing of an endpoint. */
export function azuremlPlaceOf(
  ref: Pick<ResourceRef, 'kind' | 'name' | 'apiVersion'>,
  body: JsonObject,
): AzuremlPlace | undefined {
  const labels = textMapAt(body, 'metadata', 'labels');
  const custom = ref.apiVersion.startsWith(`${AZUREML_GROUP}/`);
  if (custom && ref.kind === 'OnlineEndpoint') return { endpoint: labels[ENDPOINT_LABEL] ?? ref.name };
  const endpoint = labels[ENDPOINT_LABEL] ?? (custom ? endpointOf(body) : undefined);
  const deployment = labels[DEPLOYMENT_LABEL] ?? (custom && ref.kind === 'OnlineDeployment' ? ref.name : undefined);
  if (endpoint === undefined && deployment === undefined) return undefined;
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

/** Azure's resource id ends with the name: `/subscriptions/…/onlineEndpoints/churn`. */
function endpointOf(body: JsonObject): string | undefined {
  const named =
    textAt(body, 'spec', 'endpointName') ??
    textAt(body, 'spec', 'endpoint') ??
    textAt(body, 'spec', 'endpoint', 'name') ??
    textAt(body, 'spec', 'endpointRef', 'name');
  return named?.slice(named.lastIndexOf('/') + 1);
}

/** Azure keeps names of endpoints and deployments as they were typed and compares them without case; Kubernetes has small letters only. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
