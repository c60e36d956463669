/**
 * Takes the address of a model apart, as KServe knows addresses: which store it means, the bucket, and how the same place is written where the
 * scheme is one that KServe has no handler for. Pure; it knows no cluster.
 */
export type ModelStore =
  | 's3'
  | 'gcs'
  | 'azure'
  | 'http'
  | 'hugging-face'
  | 'hdfs'
  | 'claim'
  | 'oci'
  | 'git'
  | 'modelscope'
  | 'local'
  | 'unknown';

/** As a person calls it. */
export const STORE_NAMES: Readonly<Record<ModelStore, string>> = {
  s3: 'S3',
  gcs: 'Google Cloud Storage',
  azure: 'Azure Storage',
  http: 'the web server',
  'hugging-face': 'the Hugging Face Hub',
  hdfs: 'HDFS',
  claim: 'a volume',
  oci: 'the registry',
  git: 'Git',
  modelscope: 'ModelScope',
  local: 'a local path',
  unknown: 'the store',
};

/** kserve python/storage kserve_storage.py `download`, in its order; `.z<n>.blob.storage.azure.net` are Azure's DNS zones. */
export function storeOf(uri: string): ModelStore {
  if (uri.startsWith('gs://')) return 'gcs';
  if (uri.startsWith('s3://')) return 's3';
  if (/^(?:web)?hdfs:\/\//.test(uri)) return 'hdfs';
  if (
    /^https:\/\/[^/]{1,255}?\.(?:(?:blob|file)\.core\.windows\.net|z\d{1,2}\.(?:blob|file)\.storage\.azure\.net)\//.test(
      uri,
    )
  )
    return 'azure';
  if (/^(?:git\+|git:\/\/|git@)|^https?:\/\/\S{1,500}\.git(?:[/@#?]|$)/.test(uri)) return 'git';
  if (/^https?:\/\//.test(uri)) return 'http';
  if (uri.startsWith('hf://')) return 'hugging-face';
  if (/^(?:pvc:\/\/|\/mnt\/pvc(?:\/|$))/.test(uri)) return 'claim';
  if (/^oci(?:\+fetch)?:\/\//.test(uri)) return 'oci';
  if (uri.startsWith('modelscope://')) return 'modelscope';
  if (/^(?:file:\/\/|\/)/.test(uri)) return 'local';
  return 'unknown';
}

/** `s3://bucket`, `gs://bucket`: what stands before the path; undefined for stores without buckets. */
export function bucketOf(uri: string): string | undefined {
  return /^(?:s3|gs):\/\/([^/?#]{1,255})/.exec(uri)?.[1];
}

/** The scheme, in lower case. */
export function schemeOf(uri: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\//.exec(uri)?.[1]?.toLowerCase();
}

/**
 * The same place in a form that KServe takes; undefined where none is known. `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH` and `wasbs://` (hadoop-azure)
 * are Azure Blob Storage, as are `az://CONTAINER/PATH` and `azure://` (which do not name the account).
 */
export function supportedForm(uri: string): string | undefined {
  const hadoop =
    /^(?:abfss?|wasbs?):\/\/([^@/\s]{1,63})@([\w-]{1,63})\.(?:dfs|blob)\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)(\/\S{0,1000})?$/i.exec(
      uri,
    );
  if (hadoop) return `https://${hadoop[2] ?? ''}.blob.core.${hadoop[3] ?? ''}/${hadoop[1] ?? ''}${hadoop[4] ?? ''}`;
  const short = /^(?:az|azure|azblob|abfss?|wasbs?):\/\/([^@\s]{1,1000})$/i.exec(uri);
  if (short) return `https://<ACCOUNT>.blob.core.windows.net/${short[1] ?? ''}`;
  const dfs = /^https:\/\/([\w-]{1,63})\.dfs\.core\.windows\.net(\/\S{1,1000})$/i.exec(uri);
  if (dfs) return `https://${dfs[1] ?? ''}.blob.core.windows.net${dfs[2] ?? ''}`;
  const hadoopS3 = /^s3[an]:\/\/(\S{1,1000})$/i.exec(uri);
  if (hadoopS3) return `s3://${hadoopS3[1] ?? ''}`;
  const google = /^(?:gcs|googlestorage):\/\/(\S{1,1000})$/i.exec(uri);
  if (google) return `gs://${google[1] ?? ''}`;
  const hub = /^(?:huggingface|https:\/\/huggingface\.co)(?::\/\/|\/)([\w.-]{1,96}\/[\w.-]{1,96})\/?$/i.exec(uri);
  if (hub) return `hf://${hub[1] ?? ''}`;
  const image = /^docker:\/\/(\S{1,1000})$/i.exec(uri);
  if (image) return `oci://${image[1] ?? ''}`;
  return undefined;
}
