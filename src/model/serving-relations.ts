/**
 * Which object of a serving stack stands on which other, as data: what a diagnosis walks up, what a trace walks down, and what the collector
 * reads around a question. Ownership (`metadata.ownerReferences`) holds everywhere and is not repeated here. It knows names of fields, no values.
 */

import { DEPLOYMENT_LABEL, ENDPOINT_LABEL } from './azureml-labels.ts';
import type { ResourceRef } from './reference.ts';

/** `Kind`, or `Kind.group` where a group is needed to tell it from a namesake. */
export type KindName = string;

export interface ServingRelation {
  readonly id: string;
  /** Stands on the lower one: where that fails, this is not Ready. */
  readonly upper: KindName;
  readonly lower: KindName;
  /**
   * Where the upper one names the lower one; `*` stands for every entry of a list or a map. `name`: the field holds the name. `qualified`: it may
   * be `namespace/name`. `reference`: it holds an object with `name` and, where they differ from the defaults, `kind`, `group`, `namespace`.
   */
  readonly path: readonly string[];
  readonly holds: 'name' | 'qualified' | 'reference';
}

function relation(
  id: string,
  upper: KindName,
  lower: KindName,
  path: string,
  holds: ServingRelation['holds'] = 'name',
): ServingRelation {
  return { id, upper, lower, path: path.split('.'), holds };
}

const KSVC = 'Service.serving.knative.dev';
const ISTIO_GATEWAY = 'Gateway.networking.istio.io';
const GATEWAY = 'Gateway.gateway.networking.k8s.io';

// knative serving pkg/apis/serving/v1, kserve pkg/apis/serving/{v1alpha1,v1beta1,v1alpha2}, istio networking/v1, Gateway API v1.
export const SERVING_RELATIONS: readonly ServingRelation[] = [
  relation('newest-revision', 'Configuration', 'Revision', 'status.latestCreatedRevisionName'),
  relation('route-configuration', 'Route', 'Configuration', 'spec.traffic.*.configurationName'),
  relation('route-revision', 'Route', 'Revision', 'spec.traffic.*.revisionName'),
  relation('domain-mapping', 'DomainMapping', KSVC, 'spec.ref', 'reference'),
  relation('graph-step', 'InferenceGraph', 'InferenceService', 'spec.nodes.*.steps.*.serviceName'),
  relation('trained-model', 'TrainedModel', 'InferenceService', 'spec.inferenceService'),
  relation('http-route-parent', 'HTTPRoute', GATEWAY, 'spec.parentRefs.*', 'reference'),
  relation('gateway-class', GATEWAY, 'GatewayClass', 'spec.gatewayClassName'),
  relation('virtual-service-gateway', 'VirtualService', ISTIO_GATEWAY, 'spec.gateways.*', 'qualified'),
];

/**
 * Kinds whose objects belong together by names that both carry (labels, fields), read by `azureml-names.ts`: neither names the other as its own.
 */
export const NAME_RELATIONS: readonly { readonly upper: KindName; readonly lower: KindName }[] = [
  { upper: 'OnlineDeployment.amlarc.azureml.com', lower: 'Deployment.apps' },
  { upper: 'OnlineEndpoint.amlarc.azureml.com', lower: 'OnlineDeployment.amlarc.azureml.com' },
];

/**
 * From the pods up to what a person deployed: the order in which a chain is told. Kinds that are not named come where their owners put them.
 */
export const CHAIN_ORDER: readonly KindName[] = [
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'LeaderWorkerSet',
  'ServerlessService',
  'PodAutoscaler',
  'Revision',
  'Configuration',
  'GatewayClass',
  GATEWAY,
  ISTIO_GATEWAY,
  'VirtualService',
  'HTTPRoute',
  'HTTPProxy',
  'InferencePool',
  'Ingress',
  'Ingress.networking.internal.knative.dev',
  'Route',
  KSVC,
  'DomainMapping',
  'OnlineDeployment',
  'OnlineEndpoint',
  'LLMInferenceService',
  'InferenceService',
  'TrainedModel',
  'InferenceGraph',
];

/** The labels that a platform puts on all pods, ReplicaSets and Deployments that it makes for one object. */
export const PLATFORM_LABELS: Readonly<Record<KindName, string>> = {
  // kserve pkg/constants InferenceServicePodLabelKey; kfserving had its own group in it.
  'InferenceService.serving.kserve.io': 'serving.kserve.io/inferenceservice',
  'InferenceService.serving.kubeflow.org': 'serving.kubeflow.org/inferenceservice',
  'InferenceGraph.serving.kserve.io': 'serving.kserve.io/inferencegraph',
  // kserve pkg/controller/v1alpha2/llmisvc: app.kubernetes.io/name is the LLMInferenceService.
  'LLMInferenceService.serving.kserve.io': 'app.kubernetes.io/name',
  // knative serving pkg/apis/serving/register.go.
  'Service.serving.knative.dev': 'serving.knative.dev/service',
  'Configuration.serving.knative.dev': 'serving.knative.dev/configuration',
  'Revision.serving.knative.dev': 'serving.knative.dev/revision',
  // Azure ML extension, seen on pods and Deployments.
  'OnlineEndpoint.amlarc.azureml.com': ENDPOINT_LABEL,
  'OnlineDeployment.amlarc.azureml.com': DEPLOYMENT_LABEL,
};

/** What stands between an object that Knative runs and its pods: few of a kind in a namespace, so whole lists cost less than single walks. */
export const KNATIVE_LISTS: readonly { readonly kind: string; readonly group: string }[] = [
  { kind: 'Service', group: 'serving.knative.dev' },
  { kind: 'Configuration', group: 'serving.knative.dev' },
  { kind: 'Revision', group: 'serving.knative.dev' },
  { kind: 'Route', group: 'serving.knative.dev' },
];

/** Groups whose objects write a condition Ready that sums up what is below. */
const SERVING =
  /^(?:serving\.(?:kserve\.io|kubeflow\.org|knative\.dev)|(?:networking|autoscaling)\.internal\.knative\.dev|amlarc\.azureml\.com)\//;

/** Whether an object belongs to the serving chain above the workloads: an InferenceService, a Route, a Revision … */
export function isServing(ref: Pick<ResourceRef, 'apiVersion' | 'kind'>): boolean {
  return SERVING.test(ref.apiVersion) && (CHAIN_ORDER.includes(ref.kind) || ref.kind === 'Service');
}
