import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, schemeOf, storeOf, supportedForm } from './storage-uri.ts';

describe('the form of an address that KServe takes', () => {
  it.each([
    ['abfss://models@contoso.dfs.core.windows.net/iris/1', 'https://contoso.blob.core.windows.net/models/iris/1'],
    ['wasbs://w@acme.blob.core.windows.net', 'https://acme.blob.core.windows.net/w'],
    ['abfs://w@acme.dfs.core.chinacloudapi.cn/a', 'https://acme.blob.core.chinacloudapi.cn/w/a'],
    ['az://weights/churn', 'https://<ACCOUNT>.blob.core.windows.net/weights/churn'],
    ['s3a://b/k', 's3://b/k'],
    ['gcs://b/k', 'gs://b/k'],
    ['huggingface://acme/model', 'hf://acme/model'],
    ['docker://registry.example.org/model:1', 'oci://registry.example.org/model:1'],
  ])('%s', (uri, form) => {
    expect(supportedForm(uri)).toBe(form);
  });

  it('is not guessed for others', () => {
    expect(supportedForm('ftp://host/file')).toBeUndefined();
    expect(supportedForm('s3://b/k')).toBeUndefined();
  });
});

describe('the store of an address', () => {
  it.each([
    ['s3://b/k', 's3'],
    ['gs://b/k', 'gcs'],
    ['https://a.blob.core.windows.net/c/p', 'azure'],
    ['https://a.z12.blob.storage.azure.net/c/p', 'azure'],
    ['https://files.example.org/m.zip', 'http'],
    ['https://git.example.org/team/model.git', 'git'],
    ['hf://o/m', 'hugging-face'],
    ['/mnt/pvc/a', 'claim'],
    ['webhdfs://u/m', 'hdfs'],
    ['oci://r/m:1', 'oci'],
    ['abfss://c@a.dfs.core.windows.net/p', 'unknown'],
  ] as const)('%s is %s', (uri, store) => {
    expect(storeOf(uri)).toBe(store);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        storeOf(text);
        bucketOf(text);
        schemeOf(text);
        supportedForm(text);
      }),
    );
  });
});
