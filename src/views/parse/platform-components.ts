/**
 * The programs that a serving platform runs, as data: what each is called, where it lives, and what it does for a model. Names and labels as the
 * projects ship them; distributions move them to other namespaces, hence a name counts wherever it is found.
 */
import { EXTENSION_NAMESPACE } from './azureml-settings.ts';

export interface ComponentInfo {
  readonly id: ComponentId;
  /** As a report calls it. */
  readonly title: string;
  /** What does not happen while it is down, for a model: `nobody …`. */
  readonly duty: string;
  /** Names of its Deployment (or DaemonSet, StatefulSet), the usual one first. */
  readonly names: readonly string[];
  /** Names of revisions begin with one of `names` and a dash (Istio's `istiod-1-22`). */
  readonly revisions?: true;
  /** Namespaces where it is shipped to, the usual one first. */
  readonly namespaces: readonly string[];
}

export type ComponentId =
  | 'kserve-controller'
  | 'llmisvc-controller'
  | 'modelmesh-controller'
  | 'knative-controller'
  | 'knative-autoscaler'
  | 'knative-autoscaler-hpa'
  | 'knative-activator'
  | 'net-istio'
  | 'net-kourier'
  | 'net-contour'
  | 'net-gateway-api'
  | 'kourier-gateway'
  | 'istiod'
  | 'istio-ingressgateway'
  | 'istio-cluster-local-gateway'
  | 'contour'
  | 'envoy-gateway'
  | 'keda-operator'
  | 'azureml-router'
  | 'azureml-inference-operator'
  | 'azureml-identity-controller'
  | 'azureml-identity-proxy'
  | 'azureml-ingress'
  | 'azureml-relay'
  | 'cert-manager';

const KSERVE = ['kserve', 'kubeflow', 'kfserving-system', 'opendatahub', 'redhat-ods-applications'];
const KNATIVE = ['knative-serving'];
const ISTIO = ['istio-system'];
const AZUREML = [EXTENSION_NAMESPACE];

// Names as in the manifests: kserve config/{manager,llmisvc,localmodel}, knative serving config/core/deployments, net-istio, net-kourier,
// net-contour, net-gateway-api config, istio manifests, kedacore/keda config.
export const COMPONENTS: readonly ComponentInfo[] = [
  {
    id: 'kserve-controller',
    title: 'the KServe controller',
    duty: 'nobody reconciles InferenceServices, and its webhooks answer nothing',
    names: ['kserve-controller-manager', 'kfserving-controller-manager'],
    namespaces: KSERVE,
  },
  {
    id: 'llmisvc-controller',
    title: 'the LLMInferenceService controller',
    duty: 'nobody reconciles LLMInferenceServices',
    names: ['llmisvc-controller-manager'],
    namespaces: KSERVE,
  },
  {
    id: 'modelmesh-controller',
    title: 'the ModelMesh controller',
    duty: 'nobody reconciles InferenceServices of mode ModelMesh',
    names: ['modelmesh-controller'],
    namespaces: ['modelmesh-serving', ...KSERVE],
  },
  {
    id: 'knative-controller',
    title: 'the Knative Serving controller',
    duty: 'nobody reconciles Knative Services, Configurations, Revisions and Routes',
    names: ['controller', 'knative-serving-controller'],
    namespaces: KNATIVE,
  },
  {
    id: 'knative-autoscaler',
    title: 'the Knative autoscaler',
    duty: 'nobody decides how many pods a revision gets',
    names: ['autoscaler'],
    namespaces: KNATIVE,
  },
  {
    id: 'knative-autoscaler-hpa',
    title: "Knative's HPA autoscaler",
    duty: 'nobody makes HorizontalPodAutoscalers for revisions of class hpa',
    names: ['autoscaler-hpa'],
    namespaces: KNATIVE,
  },
  {
    id: 'knative-activator',
    title: 'the Knative activator',
    duty: 'nobody takes requests for revisions that are scaled to zero, or holds them while pods start',
    names: ['activator'],
    namespaces: KNATIVE,
  },
  {
    id: 'net-istio',
    title: 'the Istio networking controller of Knative',
    duty: 'nobody turns Knative Ingresses into VirtualServices',
    names: ['net-istio-controller', 'networking-istio'],
    namespaces: KNATIVE,
  },
  {
    id: 'net-kourier',
    title: 'the Kourier networking controller of Knative',
    duty: 'nobody programs the Kourier gateway with Knative Ingresses',
    names: ['net-kourier-controller', '3scale-kourier-control'],
    namespaces: [...KNATIVE, 'knative-serving-ingress', 'kourier-system'],
  },
  {
    id: 'net-contour',
    title: 'the Contour networking controller of Knative',
    duty: 'nobody turns Knative Ingresses into HTTPProxies',
    names: ['net-contour-controller'],
    namespaces: KNATIVE,
  },
  {
    id: 'net-gateway-api',
    title: 'the Gateway API networking controller of Knative',
    duty: 'nobody turns Knative Ingresses into HTTPRoutes',
    names: ['net-gateway-api-controller'],
    namespaces: KNATIVE,
  },
  {
    id: 'kourier-gateway',
    title: 'the Kourier gateway',
    duty: 'nobody takes requests for Knative Services',
    names: ['3scale-kourier-gateway'],
    namespaces: ['kourier-system', 'knative-serving-ingress'],
  },
  {
    id: 'istiod',
    title: 'istiod',
    duty: 'no proxy gets new routes, and no pod a sidecar',
    names: ['istiod', 'istio-pilot'],
    revisions: true,
    namespaces: ISTIO,
  },
  {
    id: 'istio-ingressgateway',
    title: 'the Istio ingress gateway',
    duty: 'nobody takes requests from outside',
    names: ['istio-ingressgateway'],
    namespaces: ISTIO,
  },
  {
    id: 'istio-cluster-local-gateway',
    title: 'the Istio cluster-local gateway',
    duty: 'nobody takes requests from inside the cluster',
    names: ['cluster-local-gateway', 'knative-local-gateway'],
    namespaces: ISTIO,
  },
  {
    id: 'contour',
    title: 'Contour',
    duty: 'nobody programs Envoy with HTTPProxies',
    names: ['contour'],
    namespaces: ['projectcontour', 'contour-external', 'contour-internal'],
  },
  {
    id: 'envoy-gateway',
    title: 'Envoy Gateway',
    duty: 'nobody programs Envoy with HTTPRoutes',
    names: ['envoy-gateway'],
    namespaces: ['envoy-gateway-system'],
  },
  {
    id: 'keda-operator',
    title: 'the KEDA operator',
    duty: 'nobody makes HorizontalPodAutoscalers of ScaledObjects',
    names: ['keda-operator'],
    namespaces: ['keda', 'kube-system'],
  },
  // The Azure ML extension: azure-ai-docs reference-kubernetes.md. Its namespace cannot be chosen; names of the legacy router stand in `default`.
  {
    id: 'azureml-router',
    title: 'the inference router of Azure ML (azureml-fe)',
    duty: 'nobody routes requests to the models of online endpoints',
    names: ['azureml-fe-v2', 'azureml-fe'],
    namespaces: AZUREML,
  },
  {
    id: 'azureml-inference-operator',
    title: 'the inference operator of Azure ML',
    duty: 'nobody makes the objects of online endpoints and deployments',
    names: ['inference-operator-controller-manager'],
    namespaces: AZUREML,
  },
  {
    id: 'azureml-identity-controller',
    title: 'the identity controller of Azure ML',
    duty: 'nobody fetches tokens for the container registry, and no pull secret is made or renewed',
    names: ['amlarc-identity-controller'],
    namespaces: AZUREML,
  },
  {
    id: 'azureml-identity-proxy',
    title: 'the identity proxy of Azure ML',
    duty: 'pods of models get no token for the storage account',
    names: ['amlarc-identity-proxy'],
    namespaces: AZUREML,
  },
  {
    id: 'azureml-ingress',
    title: 'the ingress controller of Azure ML',
    duty: 'Azure ML does not reach the cluster',
    names: ['azureml-ingress-nginx-controller'],
    namespaces: AZUREML,
  },
  {
    id: 'azureml-relay',
    title: 'the relay server of Azure ML',
    duty: 'Azure ML does not reach a cluster that is attached through Azure Arc',
    names: ['relayserver'],
    namespaces: AZUREML,
  },
  {
    id: 'cert-manager',
    title: 'cert-manager',
    duty: 'nobody issues the certificates of webhooks and gateways',
    names: ['cert-manager'],
    namespaces: ['cert-manager', 'openshift-operators'],
  },
];

/** `0.17.0`, from an image's tag `v0.17.0` or `1.21.1`; undefined where the tag is no version or a digest stands in its place. */
export function versionOfTag(image: string): string | undefined {
  return /:v?(\d{1,4}\.\d{1,4}(?:\.\d{1,6})?)(?:[-+.][\w.-]{1,60})?(?:@sha256:[0-9a-f]{64})?$/.exec(image)?.[1];
}
