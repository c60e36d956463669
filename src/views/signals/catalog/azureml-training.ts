/**
 * Signals of training jobs of Azure ML on Kubernetes compute: what the sidecars of a job say of tokens and storage. Data only. Texts: azure-ai-docs
 * `how-to-troubleshoot-kubernetes-compute.md`; in which container's log they stand is inferred.
 */
import type { Signal } from '../signal.ts';

export const azuremlTrainingSignals: readonly Signal[] = [
  {
    id: 'azureml-token-service-unreachable',
    component: 'azureml',
    literals: ['azure machine learning token service'],
    regex: /error when attempting to connect to the Azure Machine Learning token service/,
    sample:
      '{"Msg":"Encountered an error when attempting to connect to the Azure Machine Learning token service","Code":400}',
    meaning: 'the cluster does not reach the address of the workspace that hands out tokens',
    fix: 'Resolve and ask <WORKSPACE-ID>.workspace.<REGION>.api.azureml.ms from a pod of the cluster; 401 is the right answer.',
    severity: 'fatal',
  },
  {
    id: 'azureml-datastore-credentials-missing',
    component: 'azureml',
    literals: ['give either an account key or sas token'],
    regex: /Unable to mount data store (?<store>\S{1,100}?)\. Give either an account key or SAS token/,
    sample: 'Unable to mount data store workspaceblobstore. Give either an account key or SAS token.',
    meaning: 'the data store has no key, and the compute no managed identity',
    fix: 'Give the compute a managed identity with a role on the storage, or the data store a key.',
    severity: 'fatal',
  },
  {
    id: 'azureml-storage-credentials-not-acquired',
    component: 'azureml',
    literals: ['csi storage account credentials'],
    regex: /Failed to acquire CSI storage account credentials/,
    sample: 'Failed to acquire CSI storage account credentials: 403 AuthorizationFailed on listKeys',
    meaning: 'the identity of the job is not handed the keys of the storage account',
    fix: 'Grant Storage Blob Data Contributor and Storage Account Contributor.',
    severity: 'fatal',
  },
  {
    id: 'azureml-project-upload-unauthorized',
    component: 'azureml',
    literals: ['unable to upload project files'],
    regex: /Unable to upload project files to working directory in AzureBlob because the authorization failed/,
    sample:
      'Unable to upload project files to working directory in AzureBlob because the authorization failed. Most probable reasons are:',
    meaning: 'the storage account does not let the workspace write',
    fix: 'Let trusted services pass the firewall of the storage account, and grant the identity of the workspace its role.',
    severity: 'fatal',
  },
];
