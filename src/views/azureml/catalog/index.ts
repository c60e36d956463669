/** The whole catalogue of Azure ML's error names, and its documents' contradictions that belong to no single name. Data only. */
import type { AzureError } from './azure-error.ts';
import { computeErrors } from './compute-errors.ts';
import { endpointErrors } from './endpoint-errors.ts';
import { extensionErrors } from './extension-errors.ts';
import { healthCheckCodes } from './health-check-codes.ts';
import { httpCodes } from './http-codes.ts';
import { identityErrors } from './identity-errors.ts';
import { kubernetesEndpointErrors } from './kubernetes-endpoint-errors.ts';
import { trainingErrors } from './training-errors.ts';
import { workspaceErrors } from './workspace-errors.ts';

export { isShownBy } from './azure-error.ts';
export type { AskedReason, AzureError, AzureErrorArea, Reason, ShownReason } from './azure-error.ts';

export const AZURE_ERRORS: readonly AzureError[] = [
  ...endpointErrors,
  ...workspaceErrors,
  ...identityErrors,
  ...kubernetesEndpointErrors,
  ...computeErrors,
  ...extensionErrors,
  ...trainingErrors,
  ...httpCodes,
  ...healthCheckCodes,
];

/** What the documents say in two ways, what is done here, and why. */
export const documentConflicts: readonly { readonly about: string; readonly says: string; readonly here: string }[] = [
  {
    about: 'Memory limit of defaultinstancetype',
    says: '2Gi in the YAML, 8 GB in the prose beside it, 1536Mi in the older document',
    here: '2Gi: the YAML is what the extension applies.',
  },
  {
    about: 'Columns training and inference in the table of components',
    says: 'Swapped for several rows; the totals only add up the other way round',
    here: 'The rows are read so that the published totals add up.',
  },
  {
    about: 'fluent-bit',
    says: 'A DaemonSet in the table, sidecars since 1.1.17 in the release notes',
    here: 'Neither is expected: its absence is no finding.',
  },
  {
    about: 'Clusters with disabled local accounts, authorized ranges or a private name',
    says: 'Not supported, says one document; supported with Trusted Access, says the other',
    here: 'The later one is followed; the question for Azure is the role binding of Trusted Access.',
  },
  {
    about: 'Name of the setting for the TLS key',
    says: 'sslCertKeyFile in the older repository, sslKeyPemFile in the document and the CLI',
    here: 'sslKeyPemFile, which the CLI reads; the other is told as a misspelling.',
  },
  {
    about: 'Names of the scale settings',
    says: 'autoscale_target_utilization and autoscale_max_replicas (version 1), scale_settings (version 2), scale_setting in one example',
    here: 'scale_settings with target_utilization_percentage and max_instances.',
  },
  {
    about: 'Table of health-check codes',
    says: 'The present document leaves out E40000, E40004 to E40006, E45001 and E49999; no document has E45006',
    here: 'All are known; the missing ones from the repository AML-Kubernetes and from reports that were seen.',
  },
  {
    about: 'Which health-check codes stop the installation',
    says: 'Only those below E45000, says the repository; E45005 and E45006 were seen to stop it',
    here: 'Every Failed line is taken to stop it.',
  },
];

const byName: ReadonlyMap<string, AzureError> = new Map(AZURE_ERRORS.map((error) => [error.name.toLowerCase(), error]));

/** By its name, whatever its letter case: Azure's JSON and its SDKs do not agree on it. */
export function azureErrorNamed(name: string): AzureError | undefined {
  return byName.get(name.toLowerCase());
}
