/** How the download of a model failed, from the end of the log of the container that fetches it. Text only. */
import type { LogHit, RunLog } from './run-log.ts';

export type DownloadFailureClass = 'unauthorized' | 'forbidden' | 'not-found' | 'no-credentials' | 'gated';

export interface DownloadFailure {
  readonly class: DownloadFailureClass;
  readonly hit: LogHit;
  /** What was to be fetched, without query and user part. */
  readonly url?: string;
}

/** curl, wget, Python (urllib, requests, huggingface_hub), boto3 and s3 tools, Azure and Google clients. Tried in this order. */
const CLASSES: readonly (readonly [DownloadFailureClass, readonly RegExp[]])[] = [
  [
    'gated',
    [
      /Cannot access gated repo/,
      /You are trying to access a gated repo/,
      /GatedRepoError/,
      /Access to model \S{1,200} is restricted/,
    ],
  ],
  [
    'no-credentials',
    [
      /Unable to locate credentials/,
      /NoCredentialsError/,
      /S3 authentication failed\. Set /,
      /DefaultCredentialsError|could not find default credentials/i,
      /DefaultAzureCredential failed to retrieve a token/,
      /no credentials (?:found|provided|available)/i,
    ],
  ],
  [
    'unauthorized',
    [
      /returned error: 401\b/,
      /\b401 (?:Client Error|Unauthorized)/i,
      /HTTP Error 401/,
      /(?:HTTP|status)\S{0,12} 401\b/,
      /InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|AuthenticationFailed/,
    ],
  ],
  [
    'forbidden',
    [
      /returned error: 403\b/,
      /\b403 (?:Client Error|Forbidden)/i,
      /HTTP Error 403/,
      /error occurred \((?:403|AccessDenied)\)/,
      /\bAccessDenied\b|AuthorizationPermissionMismatch|AuthorizationFailure/,
      /(?:HTTP|status)\S{0,12} 403\b/,
    ],
  ],
  [
    'not-found',
    [
      /returned error: 404\b/,
      /\b404 (?:Client Error|Not Found)/i,
      /HTTP Error 404/,
      /error occurred \((?:404|NoSuchKey|NoSuchBucket)\)/,
      /\bNoSuchKey\b|\bNoSuchBucket\b|BlobNotFound|ContainerNotFound/,
      /S3 resource '[^']{1,200}' not found/,
      /RepositoryNotFoundError|EntryNotFoundError|RevisionNotFoundError/,
    ],
  ],
];

const ADDRESS = /(?<url>\b(?:https?|s3|gs|hf|abfss?|wasbs?|hdfs|az|pvc):\/\/[^\s'"<>,)\]]{1,500})/;

/** Calls of object stores and model hubs: what a container that is no init container says of these is about a download too. */
const STORE =
  /calling the (?:Head|Get|List)(?:Object|Objects|ObjectsV2|Bucket|Buckets) operation|huggingface\.co|storage\.googleapis\.com|\.blob\.core\.windows\.net|\.amazonaws\.com|\b(?:s3|gs|abfss?|wasbs?):\/\//;

/** Whether a failure is that of a download: init containers fetch, any other container has to name the store. */
export function isDownload(role: 'init' | 'sidecar' | 'main', failure: DownloadFailure): boolean {
  return role === 'init' || STORE.test(failure.hit.text);
}

/** What follows for the pod. */
export function downloadConsequence(role: 'init' | 'sidecar' | 'main'): string {
  return role === 'init'
    ? 'The init container ends, and the containers that need the model are never started.'
    : 'The program ends, or does not become ready, without what it downloads.';
}

export function downloadFailure(log: RunLog): DownloadFailure | undefined {
  for (const [failureClass, expressions] of CLASSES) {
    const hit = log.ending(...expressions);
    if (!hit) continue;
    const address = (ADDRESS.exec(hit.text) ?? log.before(hit.line, 30, ADDRESS)?.match)?.groups?.['url'];
    const url = address
      ?.replace(/[?#].*$/, '')
      .replace(/\/\/[^/@\s]{1,200}@/, '//')
      .replace(/[.:]+$/, '');
    return { class: failureClass, hit, ...(url === undefined ? {} : { url }) };
  }
  return undefined;
}
