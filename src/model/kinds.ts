/**
 * The kinds that Inferscope knows by name: what kubectl accepts for them and where the API serves them.
 * Data only. Kinds outside this table still enter a Snapshot; they are found by their own kind name.
 */
export interface KindInfo {
  readonly kind: string;
  readonly group: string;
  /** Preferred version first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

function kind(
  kindName: string,
  group: string,
  versions: string,
  plural: string,
  shortNames: string,
  namespaced = true,
): KindInfo {
  return {
    kind: kindName,
    group,
    versions: versions.split(' '),
    plural,
    shortNames: shortNames === '' ? [] : shortNames.split(' '),
    namespaced,
  };
}

// Short names as `kubectl api-resources` lists them (Kubernetes 1.34, KServe 0.17, Knative Serving 1.21).
export const KINDS: readonly KindInfo[] = [
  kind('Pod', '', 'v1', 'pods', 'po'),
  kind('Service', '', 'v1', 'services', 'svc'),
  kind('Node', '', 'v1', 'nodes', 'no', false),
  kind('Namespace', '', 'v1', 'namespaces', 'ns', false),
  kind('Event', '', 'v1', 'events', 'ev'),
  kind('Secret', '', 'v1', 'secrets', ''),
  kind('ConfigMap', '', 'v1', 'configmaps', 'cm'),
  kind('ServiceAccount', '', 'v1', 'serviceaccounts', 'sa'),
  kind('PersistentVolumeClaim', '', 'v1', 'persistentvolumeclaims', 'pvc'),
  kind('PersistentVolume', '', 'v1', 'persistentvolumes', 'pv', false),
  kind('ResourceQuota', '', 'v1', 'resourcequotas', 'quota'),
  kind('LimitRange', '', 'v1', 'limitranges', 'limits'),
  kind('Endpoints', '', 'v1', 'endpoints', 'ep'),
  kind('ReplicationController', '', 'v1', 'replicationcontrollers', 'rc'),
  kind('Deployment', 'apps', 'v1', 'deployments', 'deploy'),
  kind('ReplicaSet', 'apps', 'v1', 'replicasets', 'rs'),
  kind('StatefulSet', 'apps', 'v1', 'statefulsets', 'sts'),
  kind('DaemonSet', 'apps', 'v1', 'daemonsets', 'ds'),
  kind('ControllerRevision', 'apps', 'v1', 'controllerrevisions', ''),
  kind('Job', 'batch', 'v1', 'jobs', ''),
  kind('CronJob', 'batch', 'v1', 'cronjobs', 'cj'),
  kind('HorizontalPodAutoscaler', 'autoscaling', 'v2 v1', 'horizontalpodautoscalers', 'hpa'),
  kind('EndpointSlice', 'discovery.k8s.io', 'v1', 'endpointslices', ''),
  kind('Ingress', 'networking.k8s.io', 'v1', 'ingresses', 'ing'),
  kind('NetworkPolicy', 'networking.k8s.io', 'v1', 'networkpolicies', 'netpol'),
  kind('PodDisruptionBudget', 'policy', 'v1', 'poddisruptionbudgets', 'pdb'),
  kind('StorageClass', 'storage.k8s.io', 'v1', 'storageclasses', 'sc', false),
  kind('PriorityClass', 'scheduling.k8s.io', 'v1', 'priorityclasses', 'pc', false),
  kind('RuntimeClass', 'node.k8s.io', 'v1', 'runtimeclasses', '', false),
  kind(
    'MutatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'v1',
    'mutatingwebhookconfigurations',
    '',
    false,
  ),
  kind(
    'ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'v1',
    'validatingwebhookconfigurations',
    '',
    false,
  ),
  kind('APIService', 'apiregistration.k8s.io', 'v1', 'apiservices', '', false),
  kind('CustomResourceDefinition', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'crd crds', false),
  kind('InferenceService', 'serving.kserve.io', 'v1beta1', 'inferenceservices', 'isvc'),
  kind('ServingRuntime', 'serving.kserve.io', 'v1alpha1', 'servingruntimes', ''),
  kind('ClusterServingRuntime', 'serving.kserve.io', 'v1alpha1', 'clusterservingruntimes', '', false),
  kind('InferenceGraph', 'serving.kserve.io', 'v1alpha1', 'inferencegraphs', 'ig'),
  kind('Service', 'serving.knative.dev', 'v1', 'services', 'ksvc kservice'),
  kind('Configuration', 'serving.knative.dev', 'v1', 'configurations', 'config cfg'),
  kind('Revision', 'serving.knative.dev', 'v1', 'revisions', 'rev'),
  kind('Route', 'serving.knative.dev', 'v1', 'routes', 'rt'),
  kind('DomainMapping', 'serving.knative.dev', 'v1beta1 v1alpha1', 'domainmappings', 'dm'),
  kind('PodAutoscaler', 'autoscaling.internal.knative.dev', 'v1alpha1', 'podautoscalers', 'kpa pa'),
  kind('ServerlessService', 'networking.internal.knative.dev', 'v1alpha1', 'serverlessservices', 'sks'),
  // Knative's own Ingress, which nobody types: `Ingress` alone means the one of networking.k8s.io.
  kind('Ingress', 'networking.internal.knative.dev', 'v1alpha1', 'ingresses', 'kingress king'),
  kind('Certificate', 'networking.internal.knative.dev', 'v1alpha1', 'certificates', 'kcert'),
  kind('ClusterDomainClaim', 'networking.internal.knative.dev', 'v1alpha1', 'clusterdomainclaims', 'cdc', false),
  kind('Metric', 'autoscaling.internal.knative.dev', 'v1alpha1', 'metrics', ''),
  kind('TrainedModel', 'serving.kserve.io', 'v1alpha1', 'trainedmodels', 'tm'),
  kind('LLMInferenceService', 'serving.kserve.io', 'v1alpha2 v1alpha1', 'llminferenceservices', 'llmisvc'),
  kind('LLMInferenceServiceConfig', 'serving.kserve.io', 'v1alpha2 v1alpha1', 'llminferenceserviceconfigs', ''),
  kind('ClusterStorageContainer', 'serving.kserve.io', 'v1alpha1', 'clusterstoragecontainers', '', false),
  kind('LocalModelCache', 'serving.kserve.io', 'v1alpha1', 'localmodelcaches', 'lmc', false),
  kind('LocalModelNode', 'serving.kserve.io', 'v1alpha1', 'localmodelnodes', 'lmn', false),
  kind('LocalModelNodeGroup', 'serving.kserve.io', 'v1alpha1', 'localmodelnodegroups', 'lmng', false),
  // KFServing, KServe's name until 0.6.
  kind('InferenceService', 'serving.kubeflow.org', 'v1beta1 v1alpha2', 'inferenceservices', ''),
  kind('TrainedModel', 'serving.kubeflow.org', 'v1alpha1', 'trainedmodels', ''),
  kind('Gateway', 'gateway.networking.k8s.io', 'v1 v1beta1', 'gateways', 'gtw'),
  kind('GatewayClass', 'gateway.networking.k8s.io', 'v1 v1beta1', 'gatewayclasses', 'gc', false),
  kind('HTTPRoute', 'gateway.networking.k8s.io', 'v1 v1beta1', 'httproutes', ''),
  kind('ReferenceGrant', 'gateway.networking.k8s.io', 'v1beta1', 'referencegrants', 'refgrant'),
  kind('Gateway', 'networking.istio.io', 'v1 v1beta1 v1alpha3', 'gateways', ''),
  kind('VirtualService', 'networking.istio.io', 'v1 v1beta1 v1alpha3', 'virtualservices', 'vs'),
  kind('DestinationRule', 'networking.istio.io', 'v1 v1beta1 v1alpha3', 'destinationrules', 'dr'),
  kind('AuthorizationPolicy', 'security.istio.io', 'v1 v1beta1', 'authorizationpolicies', 'ap'),
  kind('PeerAuthentication', 'security.istio.io', 'v1 v1beta1', 'peerauthentications', ''),
  kind('RequestAuthentication', 'security.istio.io', 'v1 v1beta1', 'requestauthentications', 'ra'),
  kind('HTTPProxy', 'projectcontour.io', 'v1', 'httpproxies', 'proxy'),
  kind('IngressClass', 'networking.k8s.io', 'v1', 'ingressclasses', '', false),
  kind('ScaledObject', 'keda.sh', 'v1alpha1', 'scaledobjects', 'so'),
  kind('InferencePool', 'inference.networking.k8s.io', 'v1', 'inferencepools', 'infpool'),
  kind('InferencePool', 'inference.networking.x-k8s.io', 'v1alpha2', 'inferencepools', ''),
  kind('LeaderWorkerSet', 'leaderworkerset.x-k8s.io', 'v1', 'leaderworkersets', 'lws'),
  // The Azure ML extension. Plurals as a cluster listed its CRDs; the singular kinds of endpoint and deployment are inferred from them.
  kind('OnlineEndpoint', 'amlarc.azureml.com', 'v1alpha1', 'onlineendpoints', ''),
  kind('OnlineDeployment', 'amlarc.azureml.com', 'v1alpha1', 'onlinedeployments', ''),
  kind('InstanceType', 'amlarc.azureml.com', 'v1alpha1', 'instancetypes', '', false),
  kind('AmlJob', 'amlarc.azureml.com', 'v1alpha1', 'amljobs', ''),
  kind('Identity', 'amlarc.azureml.com', 'v1alpha1', 'identities', ''),
  kind('ClusterRole', 'rbac.authorization.k8s.io', 'v1', 'clusterroles', '', false),
  kind('ClusterRoleBinding', 'rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', '', false),
  kind('Prometheus', 'monitoring.coreos.com', 'v1', 'prometheuses', 'prom'),
  kind('ServiceMonitor', 'monitoring.coreos.com', 'v1', 'servicemonitors', 'smon'),
  kind('Job', 'batch.volcano.sh', 'v1alpha1', 'jobs', 'vcjob vj'),
  kind('PodGroup', 'scheduling.volcano.sh', 'v1beta1', 'podgroups', 'pg podgroup-v1beta1'),
  kind('Queue', 'scheduling.volcano.sh', 'v1beta1', 'queues', 'q', false),
  // What gives a Service of type LoadBalancer its address where no cloud does.
  kind('NodePool', 'karpenter.sh', 'v1 v1beta1', 'nodepools', '', false),
  kind('IPAddressPool', 'metallb.io', 'v1beta1', 'ipaddresspools', ''),
  kind('AddressPool', 'metallb.io', 'v1beta1', 'addresspools', ''),
  kind('CiliumLoadBalancerIPPool', 'cilium.io', 'v2 v2alpha1', 'ciliumloadbalancerippools', '', false),
  kind('Certificate', 'cert-manager.io', 'v1', 'certificates', 'cert certs'),
];

export function apiVersionOf(info: KindInfo): string {
  const version = info.versions[0] ?? 'v1';
  return info.group === '' ? version : `${info.group}/${version}`;
}

/** The first kind of that exact name (core and built-in groups come first in the table). */
export function kindNamed(name: string, group?: string): KindInfo | undefined {
  return KINDS.find((info) => info.kind === name && (group === undefined || info.group === group));
}

/** What a person types before the slash: `deploy`, `deployments`, `Deployment`, `deployment.apps`, `deployments.v1.apps`. */
export function kindFromWord(word: string): KindInfo | undefined {
  const [head = '', ...rest] = word.toLowerCase().split('.');
  const first = rest[0];
  const group = first !== undefined && /^v\d/.test(first) ? rest.slice(1).join('.') : rest.join('.');
  return KINDS.find(
    (info) =>
      (head === info.plural || head === info.kind.toLowerCase() || info.shortNames.includes(head)) &&
      (group === '' || info.group === group),
  );
}

/** `Pods`, `StorageClasses`, `policies`: the API conventions for names of several, which are those of English. */
export function severalOf(word: string): string {
  if (/(?:s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** Namesakes of other kinds in another API group, as their own projects call them. */
const TITLES: Readonly<Record<string, string>> = {
  'Service.serving.knative.dev': 'Knative Service',
  'Ingress.networking.internal.knative.dev': 'Knative Ingress',
  'Certificate.networking.internal.knative.dev': 'Knative Certificate',
  'Gateway.networking.istio.io': 'Istio Gateway',
  'Job.batch.volcano.sh': 'Volcano Job',
  'Certificate.cert-manager.io': 'cert-manager Certificate',
};

/** `Deployment`, `Knative Service`: the kind as a person tells it from its namesakes. */
export function titleOf(ref: { readonly apiVersion: string; readonly kind: string }): string {
  const slash = ref.apiVersion.indexOf('/');
  return TITLES[`${ref.kind}.${slash < 0 ? '' : ref.apiVersion.slice(0, slash)}`] ?? ref.kind;
}

/** `Deployment web`, `Knative Service web`: an object as texts name it. What lies outside the cluster goes by its name alone. */
export function nameWithKind(ref: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}): string {
  return ref.kind === 'Source' ? ref.name : `${titleOf(ref)} ${ref.name}`;
}

/** Short names that both kubectl and people use for kinds that have a namesake in another group. */
const SHORT_WORDS: Readonly<Record<string, string>> = {
  'Service.serving.knative.dev': 'ksvc',
  'Ingress.networking.internal.knative.dev': 'kingress',
  'Certificate.networking.internal.knative.dev': 'kcert',
  'Job.batch.volcano.sh': 'vcjob',
};

/** Kinds that projects outside the table serve as well (Route: OpenShift; Certificate: cert-manager), or whose group kubectl would have to guess. */
const NEEDS_GROUP: ReadonlySet<string> = new Set(['Route', 'Certificate', 'Gateway']);

/** What kubectl and inferscope take for the kind: `deployment`, `ksvc`, `gateway.networking.istio.io`. */
export function kindWord(ref: { readonly apiVersion: string; readonly kind: string }): string {
  const slash = ref.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : ref.apiVersion.slice(0, slash);
  const word = ref.kind.toLowerCase();
  const short = SHORT_WORDS[`${ref.kind}.${group}`];
  if (short !== undefined) return short;
  const first = kindNamed(ref.kind);
  const alone = group === '' || first === undefined || first.group === group;
  return alone && !NEEDS_GROUP.has(ref.kind) ? word : `${word}.${group}`;
}
