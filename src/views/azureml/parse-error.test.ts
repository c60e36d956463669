/** The decisive name is found in whatever form Azure, its command line and its SDKs print it, and prose is no evidence. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AZURE_ERRORS } from './catalog/index.ts';
import { parseAzureError } from './parse-error.ts';

const decisive = (text: string): string | undefined => parseAzureError(text)?.decisive?.error.name;
const chain = (text: string): readonly string[] => parseAzureError(text)?.chain.map(({ code }) => code) ?? [];

const NESTED = {
  error: {
    code: 'UserError',
    message: 'The request is invalid.',
    details: [{ code: 'Other', message: 'x' }],
    innerError: { code: 'BadArgument', innerError: { code: 'ACRSecretError' } },
    additionalInfo: [{ type: 'ComponentName', info: { value: 'managementfrontend' } }],
  },
};

describe('JSON', () => {
  test('details and inner errors, to the innermost', () => {
    const text = JSON.stringify(NESTED, null, 2);
    expect(decisive(text)).toBe('ACRSecretError');
    expect(chain(text)).toEqual(['UserError', 'Other', 'BadArgument', 'ACRSecretError']);
    expect(parseAzureError(text)?.decisive?.line).toBe(
      text.split('\n').findIndex((line) => line.includes('ACRSecret')) + 1,
    );
  });
  test('JSON in the message of JSON, and JSON as an escaped string', () => {
    const wrapped = JSON.stringify({ error: { code: 'BadRequest', Message: JSON.stringify(NESTED) } });
    expect(decisive(wrapped)).toBe('ACRSecretError');
    expect(decisive(`ERROR: request failed: ${JSON.stringify(wrapped)}`)).toBe('ACRSecretError');
  });
  test('statuses as numbers are no codes', () => {
    expect(
      decisive(
        '{"code":"BadRequest","statusCode":400,"message":"x","details":[{"code":"KubernetesUnaccessible","message":"Kubernetes error: AuthenticationException. Reason: InvalidCertificate"}]}',
      ),
    ).toBe('KubernetesUnaccessible');
  });
  test('a wrapper is the answer where it wraps nothing', () => {
    expect(decisive('{"error":{"code":"BadArgument","message":"x"}}')).toBe('BadArgument');
  });
  test("a word that is not only Azure's counts in its shape alone", () => {
    expect(decisive('{"code":"InternalServerError","object":"error"}')).toBeUndefined();
    expect(decisive('{"error":{"code":"InternalServerError","message":"online endpoint"}}')).toBe(
      'InternalServerError',
    );
  });
});

describe('text', () => {
  test('the SDK: the exception details are the inner one', () => {
    const text = [
      '(BadRequest) The request is invalid.',
      'Code: BadRequest',
      'Message: The request is invalid.',
      'Exception Details:\t(InferencingClientCreateDeploymentFailed) InferencingClient HttpRequest error, error detail: {"errors":{"ValidateInstanceTypeAsync":["Object reference not set"]}}',
      '\tCode: InferencingClientCreateDeploymentFailed',
    ].join('\n');
    expect(chain(text)).toEqual(['BadRequest', 'InferencingClientCreateDeploymentFailed']);
    expect(parseAzureError(text)?.decisive).toMatchObject({
      line: 4,
      error: { name: 'InferencingClientCreateDeploymentFailed' },
      reasons: [{ shownBy: ['IS9660', 'IS9613'] }],
    });
  });
  test.each([
    ['azure.core.exceptions.HttpResponseError: (ResourceNotReady) User container has crashed.', 'ResourceNotReady'],
    ['ERROR: (PodUnschedulable) x', 'PodUnschedulable'],
    ['### ERROR: ACRSecretError', 'ACRSecretError'],
    ['Code: TokenRefreshFailed', 'TokenRefreshFailed'],
    ['autorest/azure: Service returned an error. Code="ScoringFeUnhealthy" Message="x"', 'ScoringFeUnhealthy'],
    ['OutOfQuota: Kubernetes unschedulable. Details:0/1 nodes are available: 1 Too many pods', 'OutOfQuota'],
    ['Cannot found Kubernetes cluster.', 'ClusterNotFound'],
    ['azure: job failed. E45004:"Training feature is not enabled, please enable it', 'TrainingNotEnabled'],
  ])('%s', (text, name) => {
    expect(decisive(text)).toBe(name);
  });
  test('Helm in ARM: the known text within the wrapper, and which of its reasons', () => {
    const text =
      '(ExtensionOperationFailed) The extension operation failed with the following error: Error: [ InnerError: [Helm installation failed : InnerError [rendered manifests contain a resource that already exists. CustomResourceDefinition "jobs.batch.volcano.sh" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata]]] occurred';
    expect(parseAzureError(text)?.decisive).toMatchObject({
      error: { name: 'InvalidOwnershipMetadata' },
      reasons: [{ shownBy: ['IS9614'] }],
    });
  });
  test('137 with the sidecar is the proxy, not the memory', () => {
    expect(
      decisive(
        'Azure Machine Learning Kubernetes job failed. 137:PodPattern matched: {"containers":[{"name":"training-identity-sidecar"}]}',
      ),
    ).toBe('TrainingSidecarUnreachable');
  });
  test.each([
    'I thought it was BadArgument',
    'The admin says that ACRSecretError, or (ResourceNotReady), is a thing of the registry.',
    'message: x509: certificate signed by unknown authority',
    'Warning FailedScheduling 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
    'Code: Python 3.11',
    '',
    '{',
  ])('is no evidence: %s', (text) => {
    expect(decisive(text)).toBeUndefined();
  });
});

describe('the head of an answer', () => {
  test('424 with the headers of the model', () => {
    const text =
      'HTTP/1.1 424 Failed Dependency\r\nms-azureml-model-error-statuscode: 500\r\nazureml-model-deployment: blue\r\n\r\n{}';
    const answer = parseAzureError(text);
    expect(answer?.decisive).toMatchObject({ by: 'http', error: { name: 'Http424' }, line: 1 });
    expect(answer?.http?.headers.get('ms-azureml-model-error-statuscode')).toBe('500');
  });
  test('500 of run(), as curl -v prints it', () => {
    const text = '* Connected\n< HTTP/1.1 500 INTERNAL SERVER ERROR\n< x-ms-run-function-failed: True\n< \n';
    expect(parseAzureError(text)?.decisive).toMatchObject({
      error: { name: 'Http500' },
      reasons: [{ shownBy: ['IS7317'] }],
    });
  });
  test('the answer of somebody else is none', () => {
    expect(decisive('HTTP/1.1 503 Service Unavailable\nserver: istio-envoy\n')).toBeUndefined();
  });
});

describe('hostile text', () => {
  test('whatever the text: no exception, lines that exist, codes that are written in it', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\"',
      '\\',
      ':',
      ',',
      '\n',
      '(',
      ')',
      ' ',
      '"code":"',
      '"error":{',
      'Code: ',
      'ERROR: ',
      'HTTP/1.1 424 X\n',
      'Exception Details: (',
      'InnerError: [',
      ...AZURE_ERRORS.map(({ name }) => name),
      ...AZURE_ERRORS.flatMap(({ strings }) => strings),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        const answer = parseAzureError(text);
        const lines = text.split(/\r?\n/).length;
        for (const { line } of [...(answer?.chain ?? []), ...(answer?.matches ?? [])]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
        }
        for (const { code } of answer?.chain ?? [])
          expect(text.replaceAll('\\', '')).toContain(code.replaceAll('\\', ''));
      }),
      { numRuns: 500 },
    );
  });
  test('a chain of any depth ends at its innermost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('BadRequest', 'UserError', 'BadArgument', 'Wrapped'), { maxLength: 8 }),
        fc.constantFrom(
          ...AZURE_ERRORS.filter(({ area, wrapper, shared }) => area === 'endpoint' && !wrapper && !shared),
        ),
        fc.constantFrom('innerError', 'innererror', 'details', 'error', 'additionalInfo'),
        (outer, { name }, key) => {
          let value: unknown = { code: name, message: 'x' };
          for (const code of outer) value = { code, message: 'y', [key]: key === 'details' ? [value] : value };
          expect(decisive(JSON.stringify({ error: value }))).toBe(name);
        },
      ),
    );
  });
  test.each([
    ['braces', '{"a":'.repeat(100_000)],
    ['brackets', '[{"'.repeat(100_000)],
    ['parentheses', '(Bad'.repeat(200_000)],
    ['headers', `HTTP/1.1 500 x\n${'x-ms-a: b\n'.repeat(50_000)}`],
    ['nested JSON', `${'{"error":'.repeat(5000)}1${'}'.repeat(5000)}`],
    ['quotes', `{"code":"${'\\"'.repeat(300_000)}`],
    ['blanks', `ERROR${' '.repeat(500_000)}:`],
  ])('ends soon on many %s', (_, text) => {
    const begun = performance.now();
    parseAzureError(text);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
