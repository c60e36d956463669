import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Citation } from '../model/evidence.ts';
import { downloadFailure, type DownloadFailure } from './model-download.ts';
import { runLog } from './run-log.ts';

function failureIn(text: string): DownloadFailure | undefined {
  const cite = (label: string, from: number, to = from): Citation => ({
    evidence: 'ev:x',
    at: { kind: 'lines', from, to },
    label,
  });
  return downloadFailure(runLog({ container: 'storage-initializer', lines: text.split('\n'), cite }));
}

const OLD = '2025-06-01 10:00:00.200 1 kserve INFO [storage.py:download():66] Copying contents of s3://b/k to local\n';

/** KServe 0.17 and newer: the original, then the summary. */
function stated(original: string, summary: string): string {
  return `${OLD}x storage.initializer ERROR [storage_errors.py:raise_storage_error():42] S3 error for s3://b/k: ${original}\nx storage.initializer ERROR [initializer-entrypoint:<module>():21] Storage initialization failed: ${summary}`;
}

describe('a failed download', () => {
  it.each([
    ['botocore.exceptions.NoCredentialsError: Unable to locate credentials', 'no-credentials'],
    ['An error occurred (InvalidAccessKeyId) when calling the ListObjects operation: no', 'unauthorized'],
    [
      'botocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden',
      'forbidden',
    ],
    [
      'google.api_core.exceptions.Forbidden: 403 GET https://storage.googleapis.com/x: a does not have storage.objects.list access',
      'forbidden',
    ],
    [
      'google.api_core.exceptions.NotFound: 404 GET https://storage.googleapis.com/x: The specified bucket does not exist.',
      'not-found',
    ],
    ['RuntimeError: Failed to fetch model. The path or model s3://b/k does not exist.', 'not-found'],
    ['RuntimeError: Failed to fetch model. No model found in s3://b/k.', 'not-found'],
    ['RuntimeError: URI: https://h/m.zip returned a 401 response code.', 'unauthorized'],
    ['Exception: Cannot locate source uri /mnt/pvc/m for PVC', 'not-found'],
    ['ValueError: No filename contained in URI: https://h/', 'address'],
    ['RuntimeError: Failed to unpack archive file. The file format is not valid.', 'content'],
    ['hdfs.util.HdfsError: File /models/x does not exist.', 'not-found'],
    ["FileNotFoundError: [Errno 2] No such file or directory: '/var/secrets/kserve-hdfscreds'", 'no-credentials'],
    [
      'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "http://m:9000/b"',
      'unreachable',
    ],
    ['RuntimeError: Failed to find ca bundle file(/etc/ssl/custom-certs/cabundle.crt).', 'certificate'],
  ] as const)('%s', (line, expected) => {
    expect(failureIn(`${OLD}${line}`)?.class).toBe(expected);
  });

  it('is judged by the original and not by the summary, which looks for single words', () => {
    const summary =
      'S3 authentication failed. Set AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY or use awsAnonymousCredential=true.';
    expect(
      failureIn(stated('SSL validation failed for https://m:9000/b unknown certificate authority', summary))?.class,
    ).toBe('certificate');
    expect(failureIn(stated('Unable to locate credentials', summary))?.class).toBe('no-credentials');
    expect(failureIn(stated('something nobody knows', "S3 resource 'b' not found."))?.class).toBe('not-found');
  });

  it('names the address that was to be fetched, not the endpoint', () => {
    expect(
      failureIn(`${OLD}EndpointConnectionError: Could not connect to the endpoint URL: "http://m:9000/b"`)?.url,
    ).toBe('s3://b/k');
  });

  it('is not every index error of a program', () => {
    expect(failureIn('IndexError: string index out of range')).toBeUndefined();
    expect(
      failureIn('  File "minio/helpers.py", line 301, in is_valid_endpoint\nIndexError: string index out of range')
        ?.class,
    ).toBe('no-credentials');
  });

  it('never throws, whatever the log', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 300 }), { maxLength: 30 }),
        (lines) => void failureIn(lines.join('\n')),
      ),
    );
  });
});
