/** The codes of the health check of the extension (ConfigMap arcml-healthcheck). Data only. */
import { asked, shown, type AzureError, type ShownReason } from './azure-error.ts';
import { AZ, LEARN } from './sources.ts';

const BOTH = [LEARN.extension, LEARN.amlKubernetes] as const;
/** Codes that the present document leaves out. */
const OLDER = [LEARN.amlKubernetes] as const;
const LEFT_OUT =
  'The present table of codes leaves this one out; the repository AML-Kubernetes has it, and it is taken from there.';
const LEGACY =
  'Legacy objects in the namespace default: ServiceAccount, Service, Deployment azureml-fe; Service azureml-fe-int-http; ClusterRole azureml-fe-role; ClusterRoleBinding azureml-fe-binding; Secret azuremlfessl; ConfigMap azuremlfeconfig.';

interface Row {
  readonly code: string;
  readonly word?: string;
  readonly title: string;
  readonly meaning: string;
  readonly fix: string;
  readonly reasons: AzureError['reasons'];
  readonly notes?: readonly string[];
  readonly references?: readonly string[];
}

const log: ShownReason = shown(
  'What the checker met, which only its log tells',
  ['IS9621'],
  'The report, and the log of the pod healthcheck in the namespace azureml, hold its words.',
);

const ROWS: readonly Row[] = [
  {
    code: 'E40000',
    word: 'UNKNOWN_ERROR',
    title: 'The health check met an error that it has no code for',
    meaning:
      'The checker failed on something that its authors did not foresee; the ErrorMessage beside the code is all that Azure says.',
    fix: 'Read `kubectl logs healthcheck -n azureml`; where the pod is gone, `kubectl describe configmap arcml-healthcheck -n azureml`.',
    reasons: [log],
    notes: [LEFT_OUT],
    references: OLDER,
  },
  {
    code: 'E40001',
    word: 'LOAD_BALANCER_NOT_SUPPORT',
    title: 'The cluster gives no Service of type LoadBalancer an address',
    meaning: 'inferenceRouterServiceType is loadBalancer, and nobody in the cluster provides one.',
    fix: 'Provide load balancers, or set inferenceRouterServiceType to nodePort or clusterIP.',
    reasons: [shown('No provider of load balancers', ['IS9601'], 'Services of the type stay without an address.')],
  },
  {
    code: 'E40002',
    word: 'INSUFFICIENT_NODE',
    title: 'High availability of the router needs three nodes',
    meaning: 'inferenceRouterHA wants three replicas, each on a node of its own.',
    fix: 'Add nodes, or set inferenceRouterHA=False.',
    reasons: [
      shown(
        'Fewer than three nodes can take a replica',
        ['IS9602'],
        'Nodes that are Ready, not cordoned, and match the node selector.',
      ),
    ],
    notes: [
      'The document asks for three nodes, the Azure CLI counts all Nodes. Here only nodes count that can take a router: Ready, not cordoned, with the labels of the selector, without a taint that it does not tolerate, and with room.',
    ],
  },
  {
    code: 'E40003',
    word: 'INTERNAL_LOAD_BALANCER_NOT_SUPPORT',
    title: 'An internal load balancer is there on AKS only',
    meaning: 'internalLoadBalancerProvider is set on a cluster that is not AKS.',
    fix: 'Do not set internalLoadBalancerProvider.',
    reasons: [
      shown(
        'The cluster is not AKS, or the value is not azure',
        ['IS9603'],
        'The provider ids of the nodes do not begin with azure://.',
      ),
    ],
  },
  {
    code: 'E40004',
    word: 'AZUREML_FE_DEPLOYMENT_NOT_FOUND',
    title: 'The Deployment of the inference router is missing',
    meaning: 'azureml-fe, or azureml-fe-v2, is not in the namespace azureml.',
    fix: 'Install the extension again.',
    reasons: [shown('The Deployment is missing', ['IS9605'], 'The namespace azureml holds neither name.')],
    notes: [LEFT_OUT],
    references: OLDER,
  },
  {
    code: 'E40005',
    word: 'AZUREML_FE_SCALE_UP_TIMEOUT',
    title: 'The inference router did not scale up in time',
    meaning: 'New replicas of azureml-fe did not become Ready.',
    fix: 'Make room for replicas of 900m CPU and 800Mi memory each.',
    reasons: [
      shown(
        'The nodes have no room for a replica',
        ['IS9606'],
        'Pods with the label azuremlappname=azureml-fe are Pending; their event FailedScheduling names what each node lacks.',
      ),
    ],
    notes: [LEFT_OUT],
    references: OLDER,
  },
  {
    code: 'E40006',
    word: 'AZUREML_FE_UPDATE_REPLICAS_FAILED',
    title: 'The number of replicas of the router could not be changed',
    meaning: 'The API server refused the change.',
    fix: 'Read the ErrorMessage of the report: it holds the refusal of the API server, with the right that is missing or the webhook that denied.',
    reasons: [
      shown('Rights or webhooks refuse the update', ['IS9606'], 'The report holds the words of the API server.'),
    ],
    notes: [LEFT_OUT],
    references: OLDER,
  },
  {
    code: 'E40007',
    word: 'INVALID_SSL_SETTING',
    title: 'Certificate, key or CNAME of the router are not valid',
    meaning: 'The key or certificate is missing or does not fit the other, or the CNAME is not in the certificate.',
    fix: 'Give a certificate and its key without passphrase, whose names hold sslCname.',
    reasons: [
      shown(
        'Certificate, key and name do not fit',
        ['IS9607'],
        'The PEM files, or the Secret with cert.pem and key.pem.',
      ),
    ],
    notes: [
      'The older repository calls the setting sslCertKeyFile; the CLI reads sslKeyPemFile, which is used here.',
      'The documented comparison of the modulus fails for EC keys; public keys are compared here.',
    ],
  },
  {
    code: 'E45001',
    word: 'AGENT_UNHEALTHY',
    title: 'A component of the extension is not healthy',
    meaning: 'A Pod, Job, Deployment, DaemonSet or StatefulSet of the extension is not as it should be.',
    fix: 'Diagnose the component that the report names.',
    reasons: [shown('The component is not available', ['IS9608', 'IS9651'], 'Its status, in the namespace azureml.')],
    notes: [LEFT_OUT],
    references: OLDER,
  },
  {
    code: 'E45002',
    word: 'PROMETHEUS_CONFLICT',
    title: 'Another Prometheus Operator is already there',
    meaning: 'Two operators would work on the same objects.',
    fix: 'Set installPromOp=false, and let the present operator watch the namespace azureml.',
    reasons: [
      shown(
        'Another Prometheus Operator is installed',
        ['IS9609'],
        'CustomResourceDefinitions of monitoring.coreos.com and an operator outside the release.',
      ),
    ],
  },
  {
    code: 'E45003',
    word: 'BAD_NETWORK_CONNECTIVITY',
    title: 'The cluster does not reach what the extension needs',
    meaning: 'One of the documented hosts is not reached on port 443.',
    fix: 'Open the way to the host that the report names.',
    reasons: [
      shown(
        'Outbound traffic is blocked: NetworkPolicy, DNS or proxy',
        ['IS9610', 'IS9620'],
        'Policies, DNS and proxy settings of the cluster, or a connection that was tried.',
      ),
      asked(
        'A firewall outside the cluster',
        'Which way does outbound traffic of the cluster take?',
        [...AZ.aks, '--query', 'networkProfile.outboundType'],
        'userDefinedRouting: the firewall behind it has to let the documented hosts pass.',
      ),
    ],
  },
  {
    code: 'E45004',
    word: 'AZUREML_FE_ROLE_CONFLICT',
    title: 'The role of the legacy azureml-fe is still there',
    meaning: 'The ClusterRole azureml-fe-role belongs to the legacy AksCompute, not to the release.',
    fix: 'Delete the legacy objects.',
    reasons: [shown('A foreign ClusterRole azureml-fe-role', ['IS9611'], LEGACY)],
    notes: [
      'The message of a training job uses the same code for something else (TrainingNotEnabled). The source decides: this page is meant for the health report.',
    ],
  },
  {
    code: 'E45005',
    word: 'AZUREML_FE_DEPLOYMENT_CONFLICT',
    title: 'The Deployment of the legacy azureml-fe is still there',
    meaning: 'The Deployment azureml-fe belongs to the legacy AksCompute.',
    fix: 'Delete the legacy objects; or let both run, with scoringFe.enableUpgrade=true and the annotation azureml-fe-enable-upgrade=true on the old Deployment.',
    reasons: [shown('A foreign Deployment azureml-fe', ['IS9612'], LEGACY)],
    notes: [
      'The message was seen as "Azureml Fe deployment confict".',
      'Codes from E45000 are documented as diagnostic only; this one was seen to stop the installation, so it is taken to block.',
    ],
  },
  {
    code: 'E45006',
    title: 'An InstanceType object is not valid',
    meaning: 'The checker could not validate or update the instance types (Failed to validate or update instancetype).',
    fix: 'Correct the InstanceType: requests and limits of cpu and memory as non-zero strings, nvidia.com/gpu in limits only.',
    reasons: [
      shown('An InstanceType lacks what it must have', ['IS9613'], 'The objects instancetypes.amlarc.azureml.com.'),
    ],
    notes: [
      'No document has this code; it was seen in reports (Azure/azure-sdk-for-python#33480), and it stopped the installation.',
    ],
    references: ['https://github.com/Azure/azure-sdk-for-python/issues/33480', LEARN.instanceTypes],
  },
  {
    code: 'E49999',
    word: 'CHECKER_PANIC',
    title: 'The health check itself crashed',
    meaning: 'The checker ended with a panic; nothing is said about the cluster.',
    fix: 'Read `kubectl logs healthcheck -n azureml`; where the pod is gone, `kubectl describe configmap arcml-healthcheck -n azureml`.',
    reasons: [log],
    notes: [LEFT_OUT],
    references: OLDER,
  },
];

export const healthCheckCodes: readonly AzureError[] = ROWS.map(
  ({ code, word, title, meaning, fix, reasons, notes, references }) => ({
    name: code,
    title,
    area: 'health-check',
    kubernetesOnly: true,
    called: word === undefined ? [] : [word],
    strings: code === 'E45006' ? ['Failed to validate or update instancetype'] : [],
    meaning,
    fix,
    reasons,
    ...(notes === undefined ? {} : { notes }),
    references: references ?? BOTH,
  }),
);
