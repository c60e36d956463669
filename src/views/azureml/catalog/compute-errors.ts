/** Errors of attached Kubernetes compute, of its cluster and of the identity of the extension. Data only. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, LEARN, PROGRAMS } from './sources.ts';

const COMPUTE = { area: 'compute', kubernetesOnly: true, references: [LEARN.compute] } as const;

export const computeErrors: readonly AzureError[] = [
  {
    ...COMPUTE,
    name: 'GenericComputeError',
    title: 'Azure cannot read the state of the compute',
    strings: ['Failed to get compute information.'],
    meaning: 'The information about the compute, mostly its instance types, could not be fetched from the cluster.',
    fix: 'Look whether the cluster runs; then attach the compute again with the same name and namespace.',
    reasons: [
      asked(
        'The cluster is stopped or not reached',
        'Does the cluster run?',
        AZ.aksPower,
        'Anything but Running: `az aks start`. For Arc: connectivityStatus of `az connectedk8s show` is to be Connected.',
      ),
      shown(
        'The cluster, or its extension, is not healthy',
        ['IS9651', 'IS9608', 'IS9621'],
        'Components in the namespace azureml are not available, or the health report holds Failed lines.',
      ),
      shown(
        'The information about instance types cannot be read',
        ['IS9613', 'IS9660'],
        'An InstanceType object lacks what it must have.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'ComputeNotFound',
    title: 'The workspace has no compute of that name',
    strings: ['Cannot find Kubernetes compute.'],
    meaning: 'The compute was detached or deleted after the endpoint was made.',
    fix: 'Attach the compute again, or make the endpoint on another.',
    reasons: [
      asked(
        'The compute was detached or deleted',
        'Is the compute there?',
        AZ.compute,
        'Not found: attach it again with the same name and namespace.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'ComputeNotAccessible',
    title: 'The workspace may not access the cluster',
    strings: ['The Kubernetes compute is not accessible.'],
    meaning: 'The managed identity of the workspace has no access to the AKS cluster.',
    fix: 'Give the managed identity of the workspace its roles on the cluster: Reader, Kubernetes Extension Contributor and Azure Kubernetes Service Cluster Admin Role.',
    reasons: [
      asked(
        'The managed identity of the workspace lacks a role on the cluster',
        'Which identity does the workspace use, and which roles does it have?',
        AZ.roles,
        'Where the roles on the cluster are missing, grant them and attach again. `az ml workspace show --query identity` tells the identity.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'InvalidComputeInformation',
    title: 'What the workspace has stored of the compute does not hold any more',
    strings: ['The compute information is invalid.'],
    meaning: 'The target of the compute is gone, or its extension was set up anew.',
    fix: 'Detach the compute (`az ml compute detach`) and attach it again under the same name: `az ml compute attach --type Kubernetes --resource-id <CLUSTER-RESOURCE-ID> --namespace <NAMESPACE>`.',
    reasons: [
      asked(
        'The cluster that the compute points to is missing',
        'Does the resource exist?',
        AZ.resource,
        'Not found: attach the compute to a cluster that exists.',
      ),
      asked(
        'The extension was installed again with other settings',
        'When, and with which settings, was the extension installed?',
        AZ.extensionVersion,
        'Later than the compute was attached: detach and attach again.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'InvalidComputeNoKubernetesConfiguration',
    title: 'The compute has no way into the cluster',
    strings: ['The compute kubeconfig is invalid.'],
    meaning: 'The stored configuration names neither an Azure Relay (Arc) nor an AKS cluster.',
    fix: 'Detach the compute (`az ml compute detach`) and attach it again under the same name: `az ml compute attach --type Kubernetes --resource-id <CLUSTER-RESOURCE-ID> --namespace <NAMESPACE>`.',
    reasons: [
      asked(
        'No configuration of Azure Relay, on an Arc cluster',
        'With which settings for the relay is the extension installed?',
        AZ.extensionVersion,
        'Where settings hold no relayserver.* or relayserver.enabled is false, install the extension again, then attach again.',
      ),
      asked(
        'No configuration of the AKS cluster',
        'What does the compute point to?',
        AZ.compute,
        'Where resource_id is empty, or not the id of the cluster: detach and attach again.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'GenericClusterError',
    title: 'Azure cannot connect to the cluster',
    strings: ['Failed to connect to Kubernetes cluster: <message>'],
    meaning: 'The API server of the cluster did not answer Azure Machine Learning.',
    fix: 'Start the cluster, or let the addresses of Azure Machine Learning in.',
    reasons: [
      asked(
        'The AKS cluster is stopped',
        'Does the cluster run?',
        AZ.aksPower,
        'Stopped: start it with `az aks start`.',
      ),
      asked(
        'The authorized address ranges of the API server do not hold those of the Azure Machine Learning control plane (of both paired regions)',
        'Which ranges may call the API server?',
        AZ.aksAccess,
        'Where authorizedIpRanges is not empty, add the ranges of the service tag AzureMachineLearning of both regions.',
      ),
    ],
    notes: [
      'One document calls clusters with disabled local accounts, authorized ranges or a private name unsupported; the later one supports them through Trusted Access, one role binding a workspace. The later one is followed: `az aks trustedaccess rolebinding list` shows the binding.',
    ],
  },
  {
    ...COMPUTE,
    name: 'ClusterNotReachable',
    title: 'The cluster does not answer',
    strings: ['The Kubernetes cluster is not reachable.'],
    meaning: 'The API server is not reached at all.',
    fix: 'Look whether the cluster runs and its API server answers.',
    reasons: [
      asked('The cluster is stopped', 'Does the cluster run?', AZ.aksPower, 'Stopped: start it with `az aks start`.'),
      shown('The API server is down', ['IS0010'], 'kubectl, and Inferscope, get no answer either.'),
    ],
  },
  {
    ...COMPUTE,
    name: 'ClusterNotFound',
    title: 'The cluster that the compute points to does not exist',
    strings: ['Cannot found Kubernetes cluster.'],
    meaning: 'Its resource id leads nowhere: the cluster was deleted, or moved to another group or subscription.',
    fix: 'Attach the compute to the cluster under its present id.',
    reasons: [
      asked(
        'The resource of the cluster is gone',
        'Is the cluster there?',
        AZ.aks,
        'Not found: create it again, or detach the compute and attach another cluster.',
      ),
    ],
    notes: ['The message is written so by Azure ("Cannot found").'],
  },
  {
    ...COMPUTE,
    name: 'ClusterServiceNotFound',
    title: 'The service of the extension in the cluster has nobody behind it',
    strings: ['AzureML extension service not found in cluster.'],
    meaning: 'Azure enters through the Service azureml-ingress-nginx-controller, which has no ready pods.',
    fix: 'Mend the ingress controller of the extension in the namespace azureml.',
    reasons: [
      shown(
        'The Service azureml-ingress-nginx-controller has no ready backends',
        ['IS9651', 'IS7900', 'IS7101'],
        'Its EndpointSlices hold no ready address.',
        { objects: PROGRAMS.ingress },
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'ClusterUnauthorized',
    title: 'The cluster does not accept the token of Azure Machine Learning',
    strings: ['Request to Kubernetes cluster unauthorized.'],
    meaning: 'The token of the Trusted Access feature between AKS and the workspace has expired.',
    fix: 'Give the same command once more; where it fails again, look whether the role binding of Trusted Access is there.',
    reasons: [
      asked(
        'The Trusted Access token expired',
        'Is there a role binding of Trusted Access for the workspace?',
        AZ.aksTrustedAccess,
        'With a binding: try again. Without: make one for the workspace with the role Microsoft.MachineLearningServices/workspaces/mlworkload.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'RefreshExtensionIdentityNotSet',
    title: 'The extension was installed without its identity',
    strings: [],
    meaning: 'On managed clusters the extension gets an identity when it is installed; it has none.',
    fix: 'Install the extension again.',
    reasons: [
      asked(
        'The identity of the extension was not assigned (managed clusters)',
        'Does the extension have an identity?',
        [...AZ.extension, '--query', '{identity:identity,aks:aksAssignedIdentity}'],
        'Both empty: delete the extension and create it again.',
      ),
    ],
  },
  {
    ...COMPUTE,
    name: 'NotSupported',
    shared: true,
    title: 'Azure Machine Learning no longer serves on compute of the old AKS type',
    strings: ['Creation of Online Endpoints or deployments on AKS compute type is no longer supported.'],
    meaning: 'The compute is AksCompute of version 1; endpoints want KubernetesCompute.',
    fix: 'Install the extension on the cluster and attach it as KubernetesCompute.',
    reasons: [
      asked(
        'The compute is of the type AksCompute',
        'Of which type is the compute?',
        [...AZ.compute, '--query', 'type'],
        'Anything but kubernetes: attach the cluster anew.',
        { seen: 'Azure/azureml-examples#1474' },
      ),
    ],
    notes: [
      'NotSupported is a word of others, too (Kubernetes, HTTP). This page is meant only where the code stands in an error of Azure Machine Learning.',
    ],
  },
];
