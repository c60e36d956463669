/** Texts of Azure Resource Manager, the CLI and Helm when the extension is installed, upgraded or deleted. The names are those of Inferscope: the texts have none. Data only. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, CODES, LEARN } from './sources.ts';

const EXTENSION = { area: 'extension', kubernetesOnly: true } as const;

export const extensionErrors: readonly AzureError[] = [
  {
    ...EXTENSION,
    name: 'ExtensionOperationFailed',
    title: 'Installing, upgrading or deleting the extension failed',
    wrapper: true,
    strings: ['Helm installation failed :', 'Helm Upgrade Failed :'],
    meaning: 'The wrapper of all failures of a cluster extension; InnerError holds what Helm said.',
    fix: 'Read InnerError; without one of the known texts there, read the health report (`inferscope preflight`).',
    reasons: [
      asked(
        'The text of Helm in InnerError',
        'What does the extension say of its last operation?',
        [...AZ.extension, '--query', '{state:provisioningState,error:errorInfo,statuses:statuses}'],
        'The message in it tells which of the texts below it is.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'HelmNameInUse',
    shared: true,
    title: 'A Helm release of that name is already there',
    strings: ['cannot re-use a name that is still in use', "can't reuse a name that is still in use"],
    meaning: 'An earlier installation exists, or its attempt has not ended.',
    fix: 'See `helm list -Aa`; wait about an hour, or delete the release, or take another name for the extension.',
    reasons: [
      shown(
        'A release of the name exists or is pending',
        ['IS9619'],
        'A Secret sh.helm.release.v1.<name>.v<n> is in the cluster, its status deployed, failed or pending.',
      ),
      asked(
        'The extension is installed under that name',
        'Which extensions are installed?',
        AZ.extensions,
        'Where it is listed, update it instead of creating it.',
      ),
    ],
    notes: ['The documents write "can\'t reuse"; Helm itself writes "cannot re-use". Both are matched.'],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'HelmOperationInProgress',
    shared: true,
    title: 'An earlier operation of Helm has not ended',
    strings: [
      'earlier operation for the helm chart is still in progress',
      'another operation (install/upgrade/rollback) is in progress',
    ],
    meaning:
      'The newest revision of the release is pending-install, pending-upgrade or pending-rollback, mostly because its client died.',
    fix: 'Wait some minutes; if it stays, find the revision whose label status begins with pending (`kubectl get secret -A -l owner=helm --show-labels`) and delete that Secret, sh.helm.release.v1.<release>.v<n>.',
    reasons: [
      shown(
        'A revision of the release is stuck in a pending state',
        ['IS9619'],
        'The newest Secret of the release has the label status with a value that begins with pending.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'ExtensionNamespaceTerminating',
    title: 'The namespace azureml is still being deleted',
    strings: ['unable to create new content in namespace azureml because it is being terminated'],
    meaning: 'An earlier removal of the extension is not done.',
    fix: 'Wait some minutes; if it stays, `kubectl get namespace azureml -o yaml` names in its conditions which objects are left and which finalizers hold them.',
    reasons: [
      shown(
        'The deletion of the namespace has not ended, mostly for a finalizer',
        ['IS1110', 'IS9306', 'IS9619'],
        'The namespace has a deletionTimestamp; its conditions name what is left.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'ChartPathNotFound',
    title: 'There is no chart of that version or release train',
    strings: [
      'failed in download the Chart path not found',
      'Failed to setup Helm client during helm chart <operation> : err [<chart>: not found]',
    ],
    meaning: 'The version that was asked for does not exist in the release train.',
    fix: 'Leave --version (and --release-train) away.',
    reasons: [
      asked(
        'The version or the release train is wrong',
        'Which version was asked for?',
        [...AZ.extension, '--query', '{version:version,train:releaseTrain}'],
        'A version that is not published in that train: create it again without.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'InvalidOwnershipMetadata',
    shared: true,
    title: 'An object that the chart brings along belongs to somebody else',
    strings: ['exists and cannot be imported into the current release: invalid ownership metadata'],
    meaning: 'Helm does not take over objects without its labels, or with those of another release.',
    fix: 'Switch the part of the extension off, or give the object to the release.',
    reasons: [
      shown(
        'Volcano is already installed, and owns jobs.batch.volcano.sh',
        ['IS9614'],
        'The CustomResourceDefinition exists, and its Helm annotations name another release or none.',
        { strings: ['volcano.sh'] },
      ),
      shown(
        'Roles or Deployments of the legacy azureml-fe are left',
        ['IS9611', 'IS9612'],
        'ClusterRole azureml-fe-role or Deployment azureml-fe exist without the annotations of the release.',
        { strings: ['azureml-fe'] },
      ),
      shown(
        'Objects of a failed or foreign installation of the same kind (Prometheus operator, DCGM exporter, others)',
        ['IS9609', 'IS9615', 'IS9619'],
        'The object that the message names lacks app.kubernetes.io/managed-by=Helm and meta.helm.sh/release-name of the extension.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'HealthCheckPodFailed',
    title: "The extension's own health check stopped the operation",
    strings: [
      'failed pre-install: pod healthcheck failed',
      'pre-upgrade hooks failed: pod healthcheck failed',
      'pod healthcheck failed',
    ],
    meaning: 'The hook pod healthcheck ended with an error. Its report is in the ConfigMap arcml-healthcheck.',
    fix: 'Run `inferscope preflight`: it reads the report, and makes the same checks itself.',
    reasons: [
      shown(
        'A check of the report failed',
        ['IS9621', 'IS9601', 'IS9602', 'IS9603', 'IS9607', 'IS9609', 'IS9610', 'IS9611', 'IS9612', 'IS9613'],
        'A line "Status: Failed … ErrorCode: E4…" stands in the report of the phase.',
      ),
      shown(
        'The hook pod itself never ran: its image is not pulled, or its sandbox is not made',
        [...CODES.imagePull, 'IS9204', ...CODES.scheduling, ...CODES.placement],
        'There is no report of that time; the events of the pod healthcheck tell why.',
      ),
    ],
    notes: [
      'One document calls only codes below E45000 critical; E45005 and E45006 were seen to stop the installation as well. So every Failed line is taken to block.',
    ],
    references: [LEARN.extension, LEARN.amlKubernetes],
  },
  {
    ...EXTENSION,
    name: 'ExtensionTimedOut',
    shared: true,
    title: 'The components did not become ready in time, and Helm took them away again',
    strings: ['has been uninstalled due to atomic being set: timed out waiting for the condition'],
    meaning: 'Within about 15 minutes not every pod was Ready, or the Service of the router got no address.',
    fix: 'Diagnose the pods of the namespace azureml while the installation runs.',
    reasons: [
      shown(
        'Pods of the extension stay Pending for want of room',
        ['IS9617', 'IS2101', 'IS2102', 'IS2900'],
        'Events FailedScheduling in the namespace azureml.',
      ),
      shown(
        'The load balancer gives the Service of the router no address',
        ['IS9601'],
        'The Service azureml-fe of type LoadBalancer stays without an address.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'ExtensionStatusNotPopulated',
    title: 'The agents of Azure Arc did not report in time',
    strings: ["Retry for given duration didn't get any results with err {status not populated}"],
    meaning: 'Azure asked the agents of Arc for the extension and got no answer.',
    fix: 'Upgrade the agents: `az connectedk8s upgrade`.',
    reasons: [
      asked(
        'The agents of Arc are old, disconnected or overloaded',
        'Is the cluster connected, and how old are its agents?',
        AZ.arc,
        'Anything but Connected, or an old agentVersion: upgrade the agents.',
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'ClusterSigningCertificateMissing',
    shared: true,
    title: 'The cluster signs no certificates for the components',
    strings: ['Failed to find any PEM data in certificate'],
    meaning: 'gateway and cluster-status-reporter ask the cluster for a certificate, and get an empty one.',
    fix: 'Set enable_https=false, or give the controller manager its signing certificate.',
    reasons: [
      shown(
        'kube-controller-manager runs without --cluster-signing-cert-file and --cluster-signing-key-file',
        ['IS9651', 'IS9608', 'IS5490'],
        'The component crashes, and its log holds the message.',
      ),
    ],
    references: [LEARN.amlKubernetes],
  },
  {
    ...EXTENSION,
    name: 'ExtensionOperatorOutOfMemory',
    title: 'The extension operator is killed for want of memory',
    strings: [],
    meaning:
      'Many revisions in pending-rollback or pending-upgrade make the operator of Azure Arc or AKS (extension-operator) take more than its limit.',
    fix: 'Delete the Secrets of the old pending revisions.',
    reasons: [
      shown(
        'extension-operator in azure-arc or kube-system is OOMKilled',
        ['IS5501', 'IS9619'],
        'Its container was last terminated with the reason OOMKilled.',
      ),
    ],
    references: [LEARN.amlKubernetes],
  },
  {
    ...EXTENSION,
    name: 'IngressControllerOutOfMemory',
    title: "The extension's ingress controller is killed for want of memory while idle",
    strings: [],
    meaning:
      'nginx starts one worker for each CPU of the node; on nodes with many CPUs these alone take more than 512Mi.',
    fix: 'Set nginxIngress.controllerConfig.worker-processes to 8, or raise nginxIngress.resources.controller.limits.memory.',
    reasons: [
      shown(
        'azureml-ingress-nginx-controller is OOMKilled on a node with many CPUs',
        ['IS5501', 'IS5502', 'IS9651'],
        'Its container was last terminated with the reason OOMKilled.',
      ),
    ],
    references: [LEARN.amlKubernetes],
  },
  {
    ...EXTENSION,
    name: 'ExtensionJobBackoffLimit',
    title: 'A job of the chart failed until it was given up',
    strings: ['job failed: BackoffLimitExceeded'],
    meaning: 'A hook job of the extension ended with errors again and again.',
    fix: 'Find the job (`kubectl get jobs,pods -n azureml`) and read the log of its last pod; without a log, the events of that pod.',
    reasons: [
      shown(
        'The job has no resources, is kept off by taints, or its image is of another architecture',
        ['IS5910', 'IS2101', 'IS2102', 'IS2106', 'IS3102'],
        'The pods of the job are Pending or Failed, and say why.',
      ),
    ],
    references: [LEARN.clusterExtensions],
  },
  {
    ...EXTENSION,
    name: 'ResourceCompletionTimeout',
    title: 'Resources of the chart did not become ready in time',
    strings: ['Timed out waiting for the resource to come to a ready/completed state.'],
    meaning: 'A general text of cluster extensions: some object of the chart is not Ready.',
    fix: 'Diagnose the namespace of the extension.',
    reasons: [
      shown(
        'Pods lack resources, are kept off by taints, or are of another architecture than the nodes',
        ['IS9617', 'IS2101', 'IS2102', 'IS2106', 'IS3102', 'IS6910'],
        'A workload in the namespace azureml has fewer ready pods than it wants.',
      ),
    ],
    references: [LEARN.clusterExtensions],
  },
  {
    ...EXTENSION,
    name: 'ProxyCertificateUntrusted',
    shared: true,
    title: 'The agents do not trust the certificate of the proxy',
    strings: ['x509: certificate signed by unknown authority'],
    meaning: 'An outbound proxy opens TLS, and Azure Arc was connected without its certificate.',
    fix: 'Give the certificate to Arc: `az connectedk8s update --proxy-cert <FILE>`.',
    reasons: [
      asked(
        'The cluster was connected without the certificate of the proxy',
        'Is the cluster connected?',
        AZ.arc,
        'Where it is Offline, or the proxy opens TLS, update it with --proxy-cert.',
      ),
    ],
    notes: [
      'Registries, webhooks and API servers give the same words; this page is meant where Arc or the extension says it.',
    ],
    references: [LEARN.amlKubernetes],
  },
  {
    ...EXTENSION,
    name: 'ExtensionWebhookFails',
    shared: true,
    title: 'An admission webhook that must be asked does not answer, so that the chart is not applied',
    strings: ['failed calling webhook'],
    meaning:
      'The API server asks a webhook before it takes an object of the chart, and gets no answer. It is often the webhook that the extension itself, or an earlier attempt of it, brought along.',
    fix: 'Look which webhook the message names, and whether the Service behind it has ready pods.',
    reasons: [
      shown(
        'The Service of the webhook has no ready pods, or is not reached',
        ['IS9101', 'IS1900', 'IS9651'],
        'The message ends in "no endpoints available for service" or a time-out; the configuration names Service and namespace.',
        { strings: ['no endpoints available for service'], seen: 'Azure/AML-Kubernetes#297' },
      ),
      shown(
        'A configuration of an earlier installation was left behind',
        ['IS9101', 'IS9619'],
        'A ValidatingWebhookConfiguration azureml-ingress-nginx-… exists while no release of the extension does.',
        { strings: ['azureml-ingress-nginx-controller-admission'], seen: 'Azure/AML-Kubernetes#297' },
      ),
    ],
    references: [LEARN.extension],
  },
  {
    ...EXTENSION,
    name: 'PolicyBlocksExtension',
    wrapper: true,
    title: 'A policy of the cluster refuses objects of the extension',
    strings: ['Please check that there are no policies blocking the resource creation/update'],
    meaning: 'Gatekeeper, or Azure Policy through it, denies what the chart makes.',
    fix: 'Exempt the namespace azureml from the policy.',
    reasons: [
      shown(
        'A constraint of Gatekeeper or Azure Policy denies it',
        ['IS1105', 'IS1109', 'IS1900'],
        'Events FailedCreate, or the error itself, name the webhook and the constraint.',
        { strings: ['denied the request'] },
      ),
      asked(
        'Azure Policy assigns the constraint to the cluster',
        'Which policies hold for the cluster?',
        [
          'az',
          'policy',
          'assignment',
          'list',
          '--scope',
          '<CLUSTER-RESOURCE-ID>',
          '--disable-scope-strict-match',
          '--output',
          'table',
        ],
        'Exclude the namespace azureml in the parameters of the assignment.',
        { strings: ['azurepolicy-'] },
      ),
    ],
    notes: [
      'Azure writes this recommendation around other failures, too. It is told only where InnerError holds no other known text.',
    ],
    references: [LEARN.clusterExtensions],
  },
];
