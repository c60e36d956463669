/** Errors of endpoints whose reason lies in the workspace or in what the caller may do, before any cluster is asked. Data only. */
import { asked, type AzureError } from './azure-error.ts';
import { AZ, LEARN } from './sources.ts';

export const workspaceErrors: readonly AzureError[] = [
  {
    name: 'WorkspaceManagedNetworkNotReady',
    title: 'The managed network of the workspace is not provisioned yet',
    area: 'endpoint',
    strings: [],
    meaning: 'The workspace isolates its network itself, and that network was never made.',
    fix: 'Run `az ml workspace provision-network` once, and try again when it is done.',
    reasons: [
      asked(
        'Provisioning has not been started, or has not ended',
        'What is the state of the managed network?',
        AZ.managedNetwork,
        'Anything but Active in status: provision it, or wait for it.',
      ),
    ],
    references: [LEARN.endpoints],
  },
  {
    name: 'AuthorizationFailed',
    shared: true,
    title: 'The caller may not do what the command asks of Azure',
    area: 'endpoint',
    strings: [],
    meaning:
      'Azure Resource Manager refused the signed-in user or service principal. The message names the object id, the action and the scope; nothing reached the cluster.',
    fix: 'Give the object id in the message a role that holds the action in the message, on its scope; then sign in again.',
    reasons: [
      asked(
        'The caller has no role with that action on that scope, or was given it minutes ago',
        'Which roles does the object id in the message have?',
        AZ.roles,
        'For endpoints and deployments AzureML Data Scientist on the workspace is enough; a new role takes some minutes.',
        { strings: ['does not have authorization to perform action'] },
      ),
      asked(
        'The command works in another subscription than meant',
        'Which subscription is the present one?',
        ['az', 'account', 'show', '--query', '{subscription:id,name:name,user:user.name}'],
        'Not that of the scope in the message: `az account set --subscription <SUBSCRIPTION>`.',
        { strings: ['or the scope is invalid'] },
      ),
    ],
    notes: [
      'All services of Azure write this code; this page is meant where the action is one of Microsoft.MachineLearningServices.',
    ],
    references: ['https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles'],
  },
  {
    name: 'V1LegacyMode',
    title: 'The workspace is in the legacy mode of version 1',
    area: 'endpoint',
    strings: ['V1LegacyMode == true'],
    meaning: 'Such a workspace does not take requests of the present interface, so no endpoint is made.',
    fix: 'Switch v1LegacyMode of the workspace off, as the document about network isolation with version 2 shows.',
    reasons: [
      asked(
        'v1_legacy_mode is on',
        'Is it on?',
        AZ.legacyMode,
        'true: update the workspace with false; it takes some minutes to take effect.',
      ),
    ],
    references: [
      LEARN.endpoints,
      'https://learn.microsoft.com/azure/machine-learning/how-to-configure-network-isolation-with-v2',
    ],
  },
  {
    name: 'KeyVaultBypass',
    title: 'The key vault of the workspace does not let Azure services pass',
    area: 'endpoint',
    strings: [],
    meaning:
      'The keys of an endpoint with key authentication are kept in the vault of the workspace, which refuses the service.',
    fix: 'Let trusted services of Azure bypass the firewall of the vault.',
    reasons: [
      asked(
        'The firewall of the vault is on, and `bypass` is not AzureServices',
        'What does the vault let pass?',
        AZ.vault,
        'Where bypass is None: `az keyvault update --bypass AzureServices`.',
      ),
    ],
    notes: ['The documents give this failure no name; the name is that of Inferscope.'],
    references: [LEARN.endpoints],
  },
  {
    name: 'BadRequest',
    shared: true,
    title: 'Azure refuses the request; the inner code tells why',
    area: 'endpoint',
    wrapper: true,
    strings: [],
    meaning: 'The outermost code of most refusals. The reason is in its details.',
    fix: 'Read the innermost code and message: `inferscope explain --file` on the whole error finds it.',
    reasons: [
      asked(
        'The details hold another error',
        'What was recorded of the failed operation?',
        [...AZ.activity, '--query', "[?status.value=='Failed'].properties.statusMessage"],
        'The JSON of statusMessage holds error.details; the innermost code there counts. The failed command itself prints the same with --debug.',
      ),
    ],
    references: [LEARN.endpoints],
  },
];
