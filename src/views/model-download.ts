/** How the download of a model failed, from the end of the log of the container that fetches it. Text only. */
import type { LogHit, RunLog } from './run-log.ts';

export type DownloadFailureClass =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'no-credentials'
  | 'gated'
  /** The hub answers as if there were none: it has no such repository, or hides it. */
  | 'hidden'
  /** The certificate of the store is not trusted, or the bundle of authorities is not there. */
  | 'certificate'
  /** The address itself is one that the downloader cannot read. */
  | 'address'
  /** What was downloaded is no archive, no image with a model … */
  | 'content'
  | 'unreachable';

export interface DownloadFailure {
  readonly class: DownloadFailureClass;
  readonly hit: LogHit;
  /** What was to be fetched, without query and user part. */
  readonly url?: string;
}

/**
 * curl, wget, Python (urllib, requests, huggingface_hub), boto3 and s3 tools, Azure and Google clients; KServe's storage-initializer in the words of
 * kserve_storage.py and storage_errors.py, KFServing's storage.py. Tried in this order.
 */
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
    'certificate',
    [
      /SSL validation failed/,
      /CERTIFICATE_VERIFY_FAILED|certificate verify failed/,
      /x509: certificate |unable to get local issuer certificate|self[- ]signed certificate/,
      /Failed to find ca bundle file\((?<bundle>[^)]{1,500})\)/,
      /Could not find a suitable TLS CA certificate bundle, invalid path: (?<bundle>\S{1,500})/,
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
      /Anonymous caller does not have /,
      /PublicAccessNotPermitted|NoAuthenticationInformation|Public access is not permitted on this storage account/,
      // kfserving 0.2–0.4, storage.py: Minio(os.getenv("S3_ENDPOINT", "")); minio-py helpers.py is_valid_endpoint looks at its first letter.
      /IndexError: string index out of range/,
      /No such file or directory: '\/var\/secrets\/kserve-hdfscreds'/,
      /Partial credentials found/,
    ],
  ],
  [
    'hidden',
    // huggingface_hub utils/_http.py: 401 and this text, for what is private as for what is not there.
    [/Repository Not Found for url: (?<url>\S{1,300})/],
  ],
  [
    'unauthorized',
    [
      /returned error: 401\b/,
      /\b401 (?:Client Error|Unauthorized|GET|HEAD|POST)/i,
      /HTTP Error 401/,
      /(?:HTTP|status)\S{0,12} 401\b/,
      /InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|AuthenticationFailed/,
      /Invalid AWS credentials\./,
      /returned a 401 response code|HTTP authentication failed for '/,
      /(?:GCS|Azure|HDFS|HuggingFace|ModelScope|Git) authentication failed\./,
      /\bAADSTS\d{5,7}\b/,
      /InvalidClientTokenId|InvalidToken\b|TokenRefreshRequired|RefreshError/,
      /fatal: Authentication failed for|could not read Username for/,
      /GSSError|Cannot contact any KDC|kinit: /,
    ],
  ],
  [
    'forbidden',
    [
      /returned error: 403\b/,
      /\b403 (?:Client Error|Forbidden|GET|HEAD|POST)/i,
      /HTTP Error 403/,
      /error occurred \((?:403|AccessDenied)\)/,
      /\bAccessDenied\b|AuthorizationPermissionMismatch|AuthorizationFailure/,
      /(?:HTTP|status)\S{0,12} 403\b/,
      /S3 error \[(?:403|AccessDenied)\]/,
      /returned a 403 response code|HTTP access denied for '/,
      /Access denied to \w{1,30} resource '[^']{1,300}'|Access denied\. Verify \w{1,30} permissions/,
      /does not have (?:serviceusage|storage)\.\S{1,60} (?:access|permission)/,
      /AccessControlException|org\.apache\.hadoop\.security\.AccessControl/,
    ],
  ],
  [
    'not-found',
    [
      /returned error: 404\b/,
      /\b404 (?:Client Error|Not Found|GET|HEAD|POST)/i,
      /HTTP Error 404/,
      /error occurred \((?:404|NoSuchKey|NoSuchBucket)\)/,
      /\bNoSuchKey\b|\bNoSuchBucket\b|BlobNotFound|ContainerNotFound|ShareNotFound/,
      /S3 resource '[^']{1,200}' not found/,
      /S3 bucket '[^']{1,200}' does not exist/,
      /RepositoryNotFoundError|\bEntryNotFoundError|RevisionNotFoundError/,
      /No model found in \S/,
      /The path or model \S{1,500} does not exist/,
      /Cannot locate source uri \S{1,500} for PVC/,
      /Local path \S{1,500} does not exist/,
      /returned a 404 response code|HTTP resource not found at '/,
      /(?:GCS|Azure|HDFS|HuggingFace|ModelScope|Git|OCI) resource (?:'[^']{1,300}' )?not found/,
      /ErrorCode:\s?ResourceNotFound|The specified (?:resource|container|bucket|blob) does not exist/,
      /HdfsError: File \S{1,500} does not exist|HDFS error for \S{1,500}: File \S{1,500} does not exist/,
      /Remote branch \S{1,200} not found|repository '\S{1,300}' not found/,
    ],
  ],
  [
    'address',
    [
      /Cannot recognize storage type for (?<uri>\S{1,500})/,
      /Invalid (?:Hugging Face|ModelScope) URI|Hugging Face (?:repository owner|model name) cannot be empty/,
      /URI must contain exactly one '\/' separating the repo and model name/,
      /No filename contained in URI/,
      /Invalid OCI URI; expected|OCI image reference cannot be empty/,
      /ModelScope is not installed/,
    ],
  ],
  [
    'content',
    [
      /Failed to unpack archive file/,
      /did not respond with (?:any of following )?'Content-Type'/,
      /OCI image at \S{1,500} has no \/models\/ directory/,
      /OCI image index for \S{1,500} has no manifest for \S{1,60}/,
      /OCI layer mediaType \S{1,200} is zstd-compressed/,
      /BadZipFile: |tarfile\.ReadError: |zipfile\.BadZipFile/,
    ],
  ],
  [
    'unreachable',
    [
      /Could not connect to the endpoint URL: "(?<endpoint>[^"]{1,500})"/,
      /(?:Connect|Read) timeout on endpoint URL: "(?<endpoint>[^"]{1,500})"/,
      /Connection was closed before we received a valid response from endpoint URL: "(?<endpoint>[^"]{1,500})"/,
      /Failed to resolve '(?<host>[\w.-]{1,253})'/,
      /Could not resolve host: (?<host>[\w.-]{1,253})/,
      /Failed to (?:establish a new connection|connect to \w{1,20} endpoint)/,
      /Max retries exceeded with url/,
      /ServiceRequestError|Cannot connect to host (?<host>[\w.-]{1,253}):(?<port>\d{1,5})/,
      /ConnectionRefusedError|[Cc]onnection refused|\[Errno 111\]/,
      /ConnectTimeout|ReadTimeout|[Cc]onnection timed out|timed out/,
      /Name or service not known|Temporary failure in name resolution/,
      /[Nn]etwork is unreachable|No route to host/,
      // huggingface_hub file_download.py, transformers utils/hub.py.
      /An error happened while trying to locate the files? on the Hub|LocalEntryNotFoundError|We couldn't connect to 'https/,
      /returned a 5\d\d response code|failed with status code 5\d\d/,
      /error occurred \((?:5\d\d|ServiceUnavailable|SlowDown|InternalError)\)/,
    ],
  ],
];

/** Where a server itself listens is no store. */
const ADDRESS =
  /(?<url>\b(?!https?:\/\/(?:0\.0\.0\.0|127\.|localhost\b|\[::))(?:https?|s3|gs|hf|abfss?|wasbs?|hdfs|az|pvc):\/\/[^\s'"<>,)\]]{1,500})/;

/** kfserving and kserve storage.py `download`, all versions: the first line that names what is to be fetched. */
const COPYING = /Copying contents of (?<url>\S{1,500}) to local/;

/**
 * kserve ≥ 0.17 storage_errors.py: the original error. The summary that follows is worked out from single words of it (`auth` in "certificate authority"),
 * so what the original says counts before it.
 */
const STATED =
  /\b(?:S3|GCS|Azure|HDFS|HuggingFace|ModelScope|HTTP|Git|OCI)(?: \w{1,20}){0,2} error for (?<url>\S{1,500}?): /;
const SUMMARY = /Storage initialization failed: |Unexpected error during storage initialization: /;
const MOST_STATED = 40;

/** Calls of object stores and model hubs: what a container that is no init container says of these is about a download too. */
const STORE =
  /calling the (?:Head|Get|List)(?:Object|Objects|ObjectsV2|Bucket|Buckets) operation|huggingface\.co|storage\.googleapis\.com|\.blob\.core\.windows\.net|\.amazonaws\.com|\b(?:s3|gs|abfss?|wasbs?):\/\//;

/** Whether a failure is that of a download: init containers fetch, any other container has to name the store. */
export function isDownload(role: 'init' | 'sidecar' | 'main', failure: DownloadFailure): boolean {
  return role === 'init' || STORE.test(failure.hit.text);
}

/** Clients of stores and hubs, by the packages that a traceback passes through, and by what a line of code calls. */
const STORE_PACKAGE =
  /\/(?:azure\/storage|google\/cloud\/storage|s3transfer|s3fs|gcsfs|adlfs|fsspec|minio|huggingface_hub|transformers|mlflow|kserve|kserve_storage|azureml\/fsspec)\//;
const STORE_CALL = /s3|blob|bucket|gcs|storage|datalake|download|from_pretrained|load_model|\bhf_/i;

/** Whether credentials that are lacking are for a store: clouds ask the same ones for queues, tables and vaults. Without a traceback nothing tells. */
export function isForStore({ traceback }: RunLog): boolean {
  return (
    traceback === undefined ||
    traceback.frames.some(({ file, code = '' }) => STORE_PACKAGE.test(file) || STORE_CALL.test(code))
  );
}

/** What follows for the pod. */
export function downloadConsequence(role: 'init' | 'sidecar' | 'main'): string {
  return role === 'init'
    ? 'The init container ends, and the containers that need the model are never started.'
    : 'The program ends, or does not become ready, without what it downloads.';
}

export function downloadFailure(log: RunLog): DownloadFailure | undefined {
  const stated = log.ending(STATED);
  const original = stated === undefined ? undefined : originalOf(log, stated);
  if (original) return original;
  for (const [failureClass, expressions] of CLASSES) {
    const hit = log.ending(...expressions);
    if (!hit || isOther(log, hit)) continue;
    const named = log.before(hit.line, 400, COPYING)?.match ?? ADDRESS.exec(hit.text);
    const url = cleaned((named ?? log.before(hit.line, 30, ADDRESS)?.match)?.groups?.['url']);
    return { class: failureClass, hit, ...(url === undefined ? {} : { url }) };
  }
  return undefined;
}

/** The index error of minio's endpoint check, and not any other of a program's. */
function isOther(log: RunLog, hit: LogHit): boolean {
  return hit.text.includes('IndexError') && log.before(hit.line, 20, /is_valid_endpoint|minio/) === undefined;
}

function originalOf(log: RunLog, stated: LogHit): DownloadFailure | undefined {
  const last = Math.min(log.lines.length, stated.line + MOST_STATED);
  const lines: { readonly line: number; readonly text: string }[] = [];
  for (let line = stated.line; line <= last; line += 1) {
    const text = (log.lines[line - 1] ?? '').slice(0, 4096);
    if (line > stated.line && SUMMARY.test(text)) break;
    lines.push({ line, text });
  }
  const url = cleaned(stated.match.groups?.['url']);
  for (const [failureClass, expressions] of CLASSES) {
    for (const { line, text } of lines) {
      const match = firstMatch(expressions, text);
      if (!match) continue;
      const cite = log.cite(`log of container ${log.container}, line ${line}`, line);
      return { class: failureClass, hit: { match, line, text, cite }, ...(url === undefined ? {} : { url }) };
    }
  }
  return undefined;
}

function firstMatch(expressions: readonly RegExp[], text: string): RegExpExecArray | undefined {
  for (const expression of expressions) {
    const match = expression.exec(text);
    if (match) return match;
  }
  return undefined;
}

function cleaned(address: string | undefined): string | undefined {
  return address
    ?.replace(/[?#].*$/, '')
    .replace(/\/\/[^/@\s]{1,200}@(?!\S{0,253}\.(?:dfs|blob)\.core\.)/, '//')
    .replace(/[.:]+$/, '');
}
