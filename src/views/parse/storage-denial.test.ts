import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageDenial } from './storage-denial.ts';

describe('a refusal of KServe', () => {
  it('quotes the address, in every length of its list of schemes', () => {
    const texts = [
      'StorageURI not supported: storageUri, must be one of: [gs://, s3://, hf://] or match https://{}.blob.core.windows.net/{}/{} or be an absolute or relative local path. StorageUri [abfss://c@a.dfs.core.windows.net/p] is not supported',
      'storageUri, must be one of: [gs://, s3://, pvc://, file://] or match https://{}.blob.core.windows.net/{}/{} or be an absolute or relative local path. StorageUri [abfss://c@a.dfs.core.windows.net/p] is not supported.',
    ];
    for (const text of texts)
      expect(storageDenial(text)).toMatchObject({ class: 'address', uri: 'abfss://c@a.dfs.core.windows.net/p' });
  });

  it('names key and Secret', () => {
    expect(storageDenial('specified storage key minio not found in storage secret storage-config')).toEqual({
      class: 'key-missing',
      key: 'minio',
      secret: 'storage-config',
    });
    expect(storageDenial('can\'t read storage secret storage-config: Secret "storage-config" not found')).toMatchObject(
      {
        class: 'secret-unreadable',
        secret: 'storage-config',
      },
    );
  });

  it('tells a type from an address', () => {
    expect(
      storageDenial('storage type must be one of [s3 hdfs webhdfs]. storage type [nfs] is not supported'),
    ).toMatchObject({ class: 'storage-type', type: 'nfs' });
    expect(
      storageDenial('storage.spec.type, must be one of: [s3]. storage.spec.type [gcs] is not supported'),
    ).toMatchObject({ class: 'storage-type', type: 'gcs' });
  });

  it('is not seen in other errors', () => {
    expect(storageDenial('Invalid configuration: cannot find container: kserve-container')).toBeUndefined();
    expect(storageDenial('pods "x" is forbidden: exceeded quota: q')).toBeUndefined();
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 9000 }), (text) => void storageDenial(text)));
  });
});
