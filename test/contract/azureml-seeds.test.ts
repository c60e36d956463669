/**
 * Everything that the documents of Azure ML name is handled: `explain` answers it, and a rule proves it or the catalogue holds the question for Azure.
 * The two texts in azureml-seeds/ are parts of those documents; the lists below are the rest of their tables.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { conditionIndex } from '../../src/cli/condition-pages.ts';
import { findAnswers } from '../../src/cli/explain.ts';
import { pageIndex } from '../../src/cli/pages.ts';
import { PROBLEMS } from '../../src/collect/problems.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { AZURE_ERRORS, type AzureError } from '../../src/views/azureml/catalog/index.ts';

const folder = path.join(import.meta.dirname, 'azureml-seeds');
const seeds = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));

/** `### ERROR: X`, and the rows `|E40001 | NAME |`. */
const headings = seeds.flatMap((text) => [...text.matchAll(/^### ERROR: (\w+)/gm)].map((match) => match[1] ?? ''));
const rows = seeds.flatMap((text) =>
  [...text.matchAll(/^\|\s*(E4\d{4})\s*\|\s*(\w+)\s*\|/gm)].map((match) => ({
    code: match[1] ?? '',
    name: match[2] ?? '',
  })),
);

const ENDPOINT = [
  'ImageBuildFailure',
  'OutOfQuota',
  'BadArgument',
  'ResourceNotReady',
  'ResourceNotFound',
  'OperationCanceled',
  'WorkspaceManagedNetworkNotReady',
  'SecretsInjectionError',
  'InternalServerError',
  'ACRSecretError',
  'TokenRefreshFailed',
  'GetAADTokenFailed',
  'ACRAuthenticationChallengeFailed',
  'ACRTokenExchangeFailed',
  'KubernetesUnaccessible',
  'ImagePullLoopBackOff',
  'DeploymentCrashLoopBackOff',
  'KubernetesCrashLoopBackOff',
  'NamespaceNotFound',
  'UserScriptInitFailed',
  'UserScriptImportError',
  'UserScriptFunctionNotFound',
  'EndpointNotFound',
  'EndpointAlreadyExists',
  'ScoringFeUnhealthy',
  'ValidateScoringFailed',
  'InvalidDeploymentSpec',
  'PodUnschedulable',
  'PodOutOfMemory',
  'InferencingClientCallFailed',
  'InferencingClientCreateDeploymentFailed',
  'V1LegacyMode',
  'KeyVaultBypass',
];
const COMPUTE = [
  'GenericComputeError',
  'ComputeNotFound',
  'ComputeNotAccessible',
  'InvalidComputeInformation',
  'InvalidComputeNoKubernetesConfiguration',
  'GenericClusterError',
  'ClusterNotReachable',
  'ClusterNotFound',
  'ClusterServiceNotFound',
  'ClusterUnauthorized',
  'RefreshExtensionIdentityNotSet',
  'NotSupported',
];
const MESSAGES = [
  // Of compute and cluster, as Azure writes them.

  'Failed to get compute information.',
  'Cannot find Kubernetes compute.',
  'The Kubernetes compute is not accessible.',

  'The compute information is invalid.',
  'The compute kubeconfig is invalid.',
  'Failed to connect to Kubernetes cluster: x',

  'The Kubernetes cluster is not reachable.',
  'Cannot found Kubernetes cluster.',
  'Request to Kubernetes cluster unauthorized.',
  'AzureML extension service not found in cluster.',
  'Creation of Online Endpoints or deployments on AKS compute type is no longer supported.',
  // Of installing, upgrading and deleting the extension.
  'cannot re-use a name that is still in use',
  'earlier operation for the helm chart is still in progress',
  'another operation (install/upgrade/rollback) is in progress',
  'unable to create new content in namespace azureml because it is being terminated',
  'failed in download the Chart path not found',
  'exists and cannot be imported into the current release: invalid ownership metadata',
  'failed pre-install: pod healthcheck failed',
  'pre-upgrade hooks failed: pod healthcheck failed',
  'has been uninstalled due to atomic being set: timed out waiting for the condition',
  "Retry for given duration didn't get any results with err {status not populated}",
  'Failed to find any PEM data in certificate',
  'job failed: BackoffLimitExceeded',
  'Timed out waiting for the resource to come to a ready/completed state.',
  'x509: certificate signed by unknown authority',
  'Please check that there are no policies blocking the resource creation/update',
  // Of training jobs.
  'Azure Machine Learning Kubernetes job failed. 137:PodPattern matched:',
  'E45004:"Training feature is not enabled',
  'Dispatch Job Fail: Cluster does not support job type RegularJob',
  'Encountered an error when attempting to connect to the Azure Machine Learning token service',
  'Unable to mount data store workspaceblobstore. Give either an account key or SAS token',
  'Unable to upload project files to working directory in AzureBlob because the authorization failed',

  'Failed to acquire CSI storage account credentials',
  'Failed to successfully make an http request after 10 attempts',
  'Insufficient github.com/fuse',
  'Insufficient nvidia.com/gpu',
  'nvidia-container-cli: initialization error: nvml error: driver/library version mismatch',
  'The k8s-extension of the Kubernetes cluster is not connectable.',
  'Kubernetes error: AuthenticationException. Reason: InvalidCertificate',
];
const CODES = [
  'E40000',
  'E40001',
  'E40002',
  'E40003',
  'E40004',
  'E40005',
  'E40006',
  'E40007',
  'E45001',
  'E45002',
  'E45003',
  'E45004',
  'E45005',
  'E45006',
  'E49999',
];
const STATUSES = [400, 401, 404, 405, 408, 409, 415, 424, 429, 431, 500, 502, 503, 504];

const called = (words: string): readonly string[] =>
  findAnswers(words, pageIndex(), conditionIndex()).map((answer) => answer.called);
const aliases = new Set(rules.flatMap((rule) => rule.aliases));
const entryOf = (name: string): AzureError | undefined =>
  AZURE_ERRORS.find((error) => error.name === name) ??
  AZURE_ERRORS.find((error) => error.called?.includes(name) === true);

/** An alias of a rule, or questions for Azure where no cluster shows it. */
function isHandled(name: string): boolean {
  const entry = entryOf(name);
  return aliases.has(name) || entry?.reasons.some((reason) => 'ask' in reason) === true;
}

describe('the seeds', () => {
  test('hold what this test walks', () => {
    expect(headings.length).toBeGreaterThanOrEqual(7);
    expect(rows.length).toBeGreaterThanOrEqual(8);
  });
  test.each(headings)('%s is answered and handled', (name) => {
    expect(called(name)).toContain(name);
    expect(isHandled(name)).toBe(true);
  });
  test.each(rows)('$code and $name are answered and handled', ({ code, name }) => {
    expect(called(code)).toContain(code);
    expect(called(name)).toEqual([code]);
    expect(aliases.has(code), code).toBe(true);
    expect(aliases.has(name), name).toBe(true);
  });
});

describe('the catalogue', () => {
  test.each([...ENDPOINT, ...COMPUTE, ...CODES])('has %s, and explain answers it', (name) => {
    expect(entryOf(name)?.name).toBe(name);
    expect(called(name)).toContain(name);
    expect(isHandled(name)).toBe(true);
  });
  test.each(STATUSES)('has the status %d', (status) => {
    expect(called(`HTTP ${status}`)).toContain(`Http${status}`);
  });
  test.each(MESSAGES)('explain answers %j', (message) => {
    expect(called(message)).not.toEqual([]);
  });
  test('has every name once', () => {
    const names = AZURE_ERRORS.map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });
  test('cites codes that exist', () => {
    const known = new Set<string>([...rules.map(({ code }) => code), ...PROBLEMS.map(({ code }) => code)]);
    const unknown = AZURE_ERRORS.flatMap(({ name, reasons }) =>
      reasons.flatMap((reason) =>
        'shownBy' in reason ? reason.shownBy.filter((code) => !known.has(code)).map((code) => `${name}: ${code}`) : [],
      ),
    );
    expect(unknown).toEqual([]);
  });
  test('asks Azure only with commands that change nothing', () => {
    for (const { name, reasons } of AZURE_ERRORS)
      for (const reason of reasons)
        if ('ask' in reason) {
          const { argv } = reason.ask;
          expect(argv[0], name).toBe('az');
          expect(argv.join(' '), name).toMatch(/ (?:show|list|list-\w+|get-logs|check-health|download)\b/);
        }
  });
});

test('a code with two meanings gives both pages', () => {
  expect(called('E45004')).toEqual(['TrainingNotEnabled', 'E45004']);
});

test('a word that others use as well keeps their pages', () => {
  const told = called('x509: certificate signed by unknown authority');
  expect(told).toContain('ProxyCertificateUntrusted');
  expect(told.some((name) => name.startsWith('IS'))).toBe(true);
  for (const word of ['ImagePullBackOff', 'CrashLoopBackOff', 'Unschedulable', 'OOMKilled'])
    expect(AZURE_ERRORS.map(({ name }) => name)).not.toContain(called(word)[0]);
});

test('a name of Azure in a sentence is no answer', () => {
  expect(called('I thought it was BadArgument')).toEqual([]);
});
