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
  kind('PodAutoscaler', 'autoscaling.internal.knative.dev', 'v1alpha1', 'podautoscalers', 'kpa pa'),
  kind('ServerlessService', 'networking.internal.knative.dev', 'v1alpha1', 'serverlessservices', 'sks'),
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
