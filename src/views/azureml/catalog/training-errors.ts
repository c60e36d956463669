/** Texts of training jobs on attached Kubernetes compute. The names are those of Inferscope: the texts have none. Data only. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, LEARN } from './sources.ts';

const TRAINING = { area: 'training', kubernetesOnly: true, references: [LEARN.compute] } as const;

export const trainingErrors: readonly AzureError[] = [
  {
    ...TRAINING,
    name: 'TrainingSidecarUnreachable',
    title: 'The job sends its call to its own sidecar through the proxy',
    strings: ['Azure Machine Learning Kubernetes job failed. 137:PodPattern matched:', '127.0.0.1:12342'],
    meaning:
      'The container training-identity-sidecar is asked at 127.0.0.1, and the proxy settings send that to the proxy. The 137 is not for want of memory here.',
    fix: 'Add 127.0.0.1 and localhost to the proxy skip range of the cluster.',
    reasons: [
      shown(
        'The skip list of the proxy lacks 127.0.0.1',
        ['IS9659', 'IS9620'],
        'NO_PROXY of the containers does not hold 127.0.0.1, and the log of training-identity-sidecar names 127.0.0.1:12342.',
      ),
    ],
    notes: [
      '137 elsewhere means a kill, mostly for memory. Only with training-identity-sidecar in the message it means the proxy.',
    ],
  },
  {
    ...TRAINING,
    name: 'TrainingNotEnabled',
    title: 'The extension was installed without training',
    called: ['E45004'],
    strings: [
      'E45004:"Training feature is not enabled',
      'Training feature is not enabled, please enable it when install the extension',
      'Dispatch Job Fail: Cluster does not support job type RegularJob',
    ],
    meaning: 'enableTraining was not set to True, so that no component takes jobs.',
    fix: 'Update the extension with enableTraining=True.',
    reasons: [
      asked(
        'enableTraining was left out or is False',
        'With which settings is the extension installed?',
        AZ.extensionVersion,
        'Without enableTraining: True, update the extension with it. In the cluster the Deployment aml-operator is then missing from the namespace azureml, as it should be.',
      ),
    ],
    notes: [
      'E45004 has two meanings. In a health report it is AZUREML_FE_ROLE_CONFLICT; in the message of a job it is this. The source decides: a line "Status: … ErrorCode: E45004" is the report, `E45004:"Training feature…` is the job.',
    ],
  },
  {
    ...TRAINING,
    name: 'TokenServiceUnreachable',
    title: 'The job does not reach the token service of Azure Machine Learning',
    strings: ['Encountered an error when attempting to connect to the Azure Machine Learning token service'],
    signals: ['azureml-token-service-unreachable'],
    meaning: 'The cluster cannot reach the address of the workspace, mostly for want of a private link.',
    fix: 'Resolve <WORKSPACE-ID>.workspace.<REGION>.api.azureml.ms in the cluster, and ask it through the proxy: 401 is the right answer.',
    reasons: [
      shown(
        'Network or proxy of the cluster are in the way',
        ['IS9610', 'IS9620', 'IS7235'],
        'The name does not resolve in the cluster, a NetworkPolicy blocks it, or the proxy does.',
      ),
      asked(
        'A private link to the workspace is missing',
        'Is the workspace closed to public networks?',
        [...AZ.workspace, '--query', '{public:public_network_access}'],
        'Disabled: a private endpoint of the workspace is needed in the network of the cluster.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'DatastoreCredentialsMissing',
    title: 'The data store cannot be mounted without a key or an identity',
    strings: ['Unable to mount data store workspaceblobstore. Give either an account key or SAS token'],
    signals: ['azureml-datastore-credentials-missing'],
    meaning: 'The compute has no managed identity, and the data store no key.',
    fix: 'Give the compute a managed identity with a role on the storage, or the data store a key.',
    reasons: [
      asked(
        'The compute has no managed identity',
        'Has the compute an identity?',
        [...AZ.compute, '--query', 'identity'],
        'Empty: attach the compute with --identity-type.',
      ),
      shown(
        'The data store itself has no key either',
        ['IS5413'],
        'The log of a container of the job says that it was given neither key nor token.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'ProjectUploadUnauthorized',
    title: 'The files of the project cannot be put into the storage',
    strings: ['Unable to upload project files to working directory in AzureBlob because the authorization failed'],
    signals: ['azureml-project-upload-unauthorized'],
    meaning: 'The storage account does not let the workspace write.',
    fix: 'Let trusted services pass the firewall of the storage account, and grant the identity of the workspace its role.',
    reasons: [
      asked(
        'The firewall of the storage account makes no exception for trusted services',
        'What does the firewall let pass?',
        AZ.storage,
        'Where rules.bypass lacks AzureServices, add it.',
      ),
      asked(
        'The managed identity of the workspace may not write to the storage',
        'Which roles does the identity have?',
        AZ.roles,
        'Without Storage Blob Data Contributor: grant it.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'StorageCredentialsNotAcquired',
    title: 'The credentials of the storage account are not handed out',
    strings: [
      'Failed to acquire CSI storage account credentials',
      'Failed to successfully make an http request after 10 attempts',
    ],
    signals: ['azureml-storage-credentials-not-acquired'],
    meaning:
      'In workspaces of high business impact the identity needs roles of its own; otherwise the private link is missing.',
    fix: 'Grant the identity of the compute Storage Blob Data Contributor and Storage Account Contributor on the storage account of the data store.',
    reasons: [
      asked(
        'The identity may not list the keys (403 on listKeys), in a workspace with hbi_workspace',
        'Which roles does the identity of the compute have?',
        AZ.roles,
        'Without Storage Blob Data Contributor and Storage Account Contributor: grant both.',
        { strings: ['listKeys', 'Failed to acquire CSI storage account credentials'] },
      ),
      shown(
        'The refusal stands in the log of a container of the job',
        ['IS5413'],
        'The log quotes 403, or AuthorizationFailed.',
        { strings: ['listKeys', 'Failed to acquire CSI storage account credentials'] },
      ),
      asked(
        'The private link to storage or workspace is missing',
        'What does the storage account let in?',
        AZ.storage,
        'Where `public` is Disabled, a private endpoint in the network of the cluster is needed.',
        { strings: ['after 10 attempts'] },
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'BlobfuseVolumePluginMissing',
    title: 'No volume plugin takes the data of the job',
    strings: ['failed to get plugin from volumeSpec for volume <volume>-blobfuse-<more>err=no volume plugin matched'],
    meaning:
      'The data asks for the download mode, which Kubernetes compute does not have, or the plugin lies in another folder of the node.',
    fix: 'Use the mount mode; or set volumePluginDir to the folder of the kubelet.',
    reasons: [
      asked(
        'The input of the job uses the mode download',
        'Which mode do the inputs have?',
        [...AZ.job, '--query', 'inputs'],
        'download: write ro_mount.',
      ),
      shown(
        'The flexvolume folder of the nodes is not the usual one',
        ['IS5201', 'IS5206'],
        'FailedMount events hold the message; the setting volumePluginDir is missing.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'TrainingDeviceInsufficient',
    shared: true,
    title: 'No node offers the device that the job asks for',
    strings: [
      'Insufficient github.com/fuse',
      'Insufficient nvidia.com/gpu',
      "Node didn't have enough resource: github.com/fuse",
      "Node didn't have enough resource: nvidia.com/gpu",
    ],
    meaning: 'A device plugin is missing, or all devices are taken.',
    fix: 'Install the plugin (installNvidiaDevicePlugin=true for GPUs), or wait for devices to get free.',
    reasons: [
      shown(
        'The device plugin is not installed (k8s-host-device-plugin for fuse, the NVIDIA plugin for GPUs)',
        ['IS2104', 'IS9616'],
        'No node lists the resource as allocatable.',
      ),
      shown('All devices are taken', ['IS2119'], 'Nodes list the resource, and pods use all of it.'),
    ],
  },
  {
    ...TRAINING,
    name: 'TrainingInstanceTypeTooLarge',
    title: 'The instance type asks for more than any node has',
    strings: ['The instance type defined resource requirement has exceeded the node size'],
    meaning:
      'An InstanceType (or the default one) asks for more CPU, memory or GPUs than the largest node could give even if it were empty.',
    fix: 'Ask for an instance type that fits a node, or lower the requests of that InstanceType, or add larger nodes.',
    reasons: [
      shown(
        'The requests of the InstanceType are above what a node has for pods',
        ['IS2101', 'IS2102', 'IS2104', 'IS9660', 'IS9613'],
        '`kubectl get instancetype <NAME> -o yaml` asks for more than status.allocatable of every node (Kubernetes and its daemons keep a part of each node).',
        { seen: 'Azure-Samples/azure-ml-federated-learning#334' },
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'TrainingJobQueued',
    title: 'The job waits until a node has room for it',
    strings: ['Job is waiting for available resources, that required for <instances>'],
    meaning:
      'The message counts what one instance needs and what the best node has left. "Only 0.00 vCPU" mostly means that the extension sees no node that it may use at all.',
    fix: 'Compare the two numbers of the message: free room on a node, or ask for a smaller instance type.',
    reasons: [
      shown(
        'Other pods take what the job needs',
        ['IS2101', 'IS2102', 'IS2119', 'IS2900'],
        'Requests of the running pods leave less on every node than the instance type asks for.',
        { seen: 'Azure/AML-Kubernetes#124' },
      ),
      shown(
        'No node is ready, uncordoned and matches the node selector of the InstanceType',
        ['IS2105', 'IS2106', 'IS2107'],
        'The message then offers 0.00 vCPU.',
        { strings: ['can only provide 0.00 vCPU'], seen: 'Azure/AML-Kubernetes#124' },
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'BlobfuseAuthenticationFailed',
    shared: true,
    title: 'blobfuse cannot sign in to the storage account, or does not reach it',
    strings: ['Unable to start blobfuse due to authentication or connectivity issues'],
    meaning: 'The volume of a data store is not mounted, so the pod of the job stays in ContainerCreating or Init.',
    fix: 'Look at the network rules of the storage account of the data store, and at the key that the workspace knows.',
    reasons: [
      asked(
        'The storage account refuses the network of the cluster',
        'What does the storage account let in?',
        AZ.storage,
        'Where `public` is Disabled or the default action Deny: a private endpoint, or a rule, for the network of the cluster.',
        { seen: 'Azure/AML-Kubernetes#195' },
      ),
      shown(
        'The credentials that the mount uses are refused',
        ['IS5202', 'IS5206'],
        'FailedMount events of the pod hold the message of blobfuse.',
        { seen: 'Azure/AML-Kubernetes#195' },
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'GpuDriverMismatch',
    shared: true,
    title: 'The GPU driver that runs is not the one that is installed',
    strings: ['nvidia-container-cli: initialization error: nvml error: driver/library version mismatch'],
    meaning: 'The driver was upgraded on the node, and the old kernel module is still loaded.',
    fix: 'Restart the node.',
    reasons: [
      shown(
        'The node was not restarted after its driver was upgraded',
        ['IS5305'],
        'The container cannot be started; its message is that of the runtime.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'BlobfusePermissionDenied',
    title: 'The mounted data store refuses the job',
    strings: ['Permission Denied <at> /workspaceblobstore/azureml'],
    meaning: 'blobfuse before 1.3.6 does not let the user of the job in.',
    fix: 'Set blobfuseSysctlInstall.enabled=true, which brings a newer blobfuse.',
    reasons: [
      shown(
        'The nodes have a blobfuse older than 1.3.6',
        ['IS5408', 'IS5202'],
        'The log of the job holds Permission denied for a path below workspaceblobstore.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'OpenShiftRelabelFails',
    title: 'On OpenShift a container with a mounted data set is not made',
    strings: [],
    meaning: 'SELinux wants to relabel the mount, which the file system does not take.',
    fix: 'Disable SELinux on the worker nodes that run jobs; the documents know no milder way.',
    reasons: [
      shown(
        'The runtime fails to start or create the container while it relabels the mount',
        ['IS5190', 'IS5390'],
        'The message of the container is that of the runtime: failed to start, or create, container.',
      ),
    ],
  },
  {
    ...TRAINING,
    name: 'TrainingNodeOutOfMemory',
    title: 'The node of the job ran out of memory, and the job was tried again',
    strings: [],
    meaning: 'The pod was killed with the node under pressure; the logs of earlier tries are in retry-NNN.',
    fix: 'Take an instance type with more memory.',
    reasons: [
      shown(
        'The pod was evicted, or a process killed, for want of memory on the node',
        ['IS9202', 'IS5501', 'IS5502'],
        'The pod failed as Evicted, or a container as OOMKilled.',
      ),
      asked(
        'Which node it was',
        'On which node did the try run?',
        AZ.jobLog,
        'system_logs/amlarc_cr_bootstrap.log holds "Run on node:".',
      ),
    ],
  },
];
