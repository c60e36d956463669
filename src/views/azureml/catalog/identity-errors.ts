/** Errors of attached Kubernetes clusters between cluster, Microsoft Entra ID and container registry: tokens and certificates. Data only. */
import { asked, shown, type AzureError } from './azure-error.ts';
import { AZ, CODES, LEARN, PROGRAMS } from './sources.ts';

export const identityErrors: readonly AzureError[] = [
  {
    name: 'ACRSecretError',
    title: 'No credentials for the container registry were put into the cluster',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning:
      'Before the pods start, the identity components of the extension fetch a token of the registry and write a pull secret into the namespace of the compute. That failed.',
    fix: 'Read the log of amlarc-identity-controller in the namespace azureml: it names the step that failed, the token of Azure or the exchange with the registry.',
    reasons: [
      asked(
        'The role of the identity on the registry has not taken effect yet',
        'Has the identity of the cluster or endpoint the role AcrPull?',
        AZ.roles,
        'Missing: grant it. Granted minutes ago: wait, and try again.',
      ),
      shown(
        'Azure Arc, or the extension, is not properly installed or configured',
        CODES.identity,
        'amlarc-identity-controller is missing or has no available replica, or amlarc-identity-proxy is not reached.',
        { objects: PROGRAMS.identity },
      ),
      shown(
        'The pull secret that the extension writes is not there, or is not that of the registry (inferred)',
        ['IS3101', 'IS3103', 'IS3104'],
        'The pod names a Secret that does not exist, or the registry refuses what it holds.',
      ),
      asked(
        'The extension is of version 1.1.25 or older, which has this defect',
        'Which version is installed?',
        AZ.extensionVersion,
        'Up to 1.1.25: upgrade the extension.',
      ),
      shown(
        'The network of the cluster is in the way: proxy, network policy or certificate',
        ['IS9654', 'IS7235', 'IS9620'],
        'The log of amlarc-identity-controller tells of time-outs, of names that do not resolve, or of untrusted certificates.',
      ),
      asked(
        'A private AKS cluster without private endpoints for the registry, the storage account and the workspace in its network',
        'Which private endpoints does the registry have?',
        AZ.registryEndpoints,
        'None in the network of the cluster: create them for registry, storage and workspace.',
      ),
    ],
    notes: ['An older text of the document does not name version 1.1.25; the newer one is followed.'],
    references: [LEARN.endpoints],
  },
  {
    name: 'TokenRefreshFailed',
    title: 'The extension cannot renew its token of Azure',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The principal of the Kubernetes cluster that the extension signs in with is not set.',
    fix: 'Install the extension again.',
    reasons: [
      asked(
        'The identity of the extension is not set',
        'Does the extension have an identity?',
        [...AZ.extension, '--query', '{identity:identity,aks:aksAssignedIdentity}'],
        'Where both are empty, delete the extension and create it again.',
      ),
      shown(
        'The same, seen from the cluster: the extension gets no credential of Azure',
        ['IS9654', 'IS9651'],
        'The log of amlarc-identity-controller tells of the token that was refused.',
        { objects: PROGRAMS.identity },
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'GetAADTokenFailed',
    title: 'Microsoft Entra ID gave the cluster no token, or was not reached',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The request for a token of Entra ID (formerly Azure AD) failed or timed out.',
    fix: 'Look whether the cluster reaches login.microsoftonline.com and the workspace.',
    reasons: [
      shown(
        'The outbound network of the cluster does not let the request pass',
        ['IS9654', 'IS9610', 'IS7235'],
        'The log of amlarc-identity-controller tells of a time-out or of a name that does not resolve; a NetworkPolicy or proxy stands in the way.',
      ),
      asked(
        'A private workspace that the network of the cluster has no private link to',
        'Is the workspace closed to public networks?',
        [...AZ.workspace, '--query', '{public:public_network_access}'],
        'Where it is Disabled, a private endpoint of the workspace is needed in the network of the cluster.',
      ),
    ],
    references: [LEARN.endpoints, LEARN.network],
  },
  {
    name: 'ACRAuthenticationChallengeFailed',
    title: 'The cluster does not reach the container registry to ask how to sign in',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'The first request to the registry (`/v2/`) was not answered with a challenge.',
    fix: 'Look whether the registry is reached from the nodes of the cluster.',
    reasons: [
      shown(
        'The name of the registry does not resolve, or port 443 is not reached, from the cluster',
        ['IS9654', 'IS3111', 'IS3112', 'IS9610'],
        'The log of amlarc-identity-controller, or events of image pulls, tell of it.',
      ),
      asked(
        'The registry is closed to public networks and has no private endpoint for the cluster',
        'What does the registry let in?',
        AZ.registry,
        'Where `public` is Disabled: a private endpoint in the network of the cluster, or public access.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'ACRTokenExchangeFailed',
    title: 'The registry does not take the token of Entra ID in exchange for its own',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: [],
    meaning: 'Entra ID gave a token, and the registry refused it.',
    fix: 'Wait a minute and try again; then look at the role.',
    reasons: [
      asked(
        'The role on the registry has not taken effect yet',
        'Has the identity the role AcrPull on the registry?',
        AZ.roles,
        'Where it is new, wait a minute; where it is missing, grant it.',
        { strings: ['/oauth2/exchange'] },
      ),
      shown(
        'Too many requests come to the registry at once',
        ['IS9654', 'IS3109'],
        'The log of amlarc-identity-controller holds the status 429 of /oauth2/exchange; it passes by itself.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'KubernetesUnaccessible',
    title: 'Azure cannot sign in to the cluster',
    area: 'endpoint',
    kubernetesOnly: true,
    strings: ['Kubernetes error: AuthenticationException. Reason: InvalidCertificate'],
    meaning: 'The certificate that Azure keeps for the cluster is not valid any more.',
    fix: 'Rotate the certificates of AKS, wait five hours until Azure has the new ones, and deploy again.',
    reasons: [
      asked(
        'The certificates of AKS expired or were rotated',
        'What was done to the cluster lately?',
        ['az', 'monitor', 'activity-log', 'list', '--resource-id', '<CLUSTER-RESOURCE-ID>', '--offset', '7d'],
        'A rotation less than five hours ago has not taken effect everywhere; expired certificates: `az aks rotate-certs`.',
        { strings: ['InvalidCertificate'] },
      ),
    ],
    references: [LEARN.endpoints],
  },
];
