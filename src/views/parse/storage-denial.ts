/**
 * What KServe says when it refuses the address or the credentials of a model before any container runs: its controller, its validating webhook
 * and its pod mutator. Pure; texts of kserve pkg/apis/serving/v1beta1/component.go, pkg/controller/.../components, pkg/credentials,
 * pkg/webhook/admission/pod, trainedmodel_webhook.go.
 */
export type StorageDenial =
  /** No handler for such an address, or it is malformed. */
  | { readonly class: 'address'; readonly uri: string; readonly words: string }
  | { readonly class: 'storage-type'; readonly type: string; readonly words: string }
  | { readonly class: 'key-missing'; readonly key: string; readonly secret: string }
  | { readonly class: 'secret-unreadable'; readonly secret: string; readonly words: string }
  /** The entry of the storage Secret lacks a field. */
  | { readonly class: 'entry-incomplete'; readonly words: string }
  | { readonly class: 'container'; readonly name: string; readonly how: 'missing' | 'disabled' };

const WORDS = 300;

export function storageDenial(message: string): StorageDenial | undefined {
  const text = message.slice(0, 8000);
  const key =
    /specified storage key "?([^\s"]{1,253})"? not found in storage secret "?([^\s",:]{1,253}?)"?(?=[\s,.:;]|$)/i.exec(
      text,
    );
  if (key) return { class: 'key-missing', key: key[1] ?? '', secret: key[2] ?? '' };
  const secret = /can'?t read storage secret "?([^\s":]{1,253})"?: ?([^\n]{0,300})/i.exec(text);
  if (secret) return { class: 'secret-unreadable', secret: secret[1] ?? '', words: secret[2] ?? '' };
  const container = /ClusterStorageContainer "([^"]{1,253})" (not found|is disabled)/i.exec(text);
  if (container)
    return { class: 'container', name: container[1] ?? '', how: container[2] === 'not found' ? 'missing' : 'disabled' };
  const incomplete =
    /unable to determine storage type[^\n]{0,100}|format \[[^\]]{1,60}\] requires a bucket but one wasn't found in storage data or parameters/i.exec(
      text,
    );
  if (incomplete) return { class: 'entry-incomplete', words: incomplete[0] };
  const type =
    /storage(?:\.spec\.)? ?type,? must be one of:? ?\[[^\]]{0,300}\][^[\n]{0,60}\[([^\]]{0,100})\] is not supported/i.exec(
      text,
    );
  if (type) return { class: 'storage-type', type: type[1] ?? '', words: type[0].slice(0, WORDS) };
  return addressIn(text);
}

const ADDRESSES: readonly RegExp[] = [
  // component.go UnsupportedStorageURIFormatError; it is a format string of which the first part grows with every release.
  /storageUri,? must be one of:? [^\n]{0,600}?StorageUri \[(?<uri>[^\]]{0,1000})\] is not supported/i,
  /ClusterStorageContainer "[^"]{1,253}" does not support storageUri "(?<uri>[^"]{1,1000})"/i,
  /invalid URI must be pvc:\/\/<pvcname>\/\[path\]: (?<uri>\S{1,1000})/i,
  // trainedmodel_webhook.go InvalidStorageUriFormatError.
  /storageUri field is invalid\. The storage uri must start with one of the prefixes: [^\n]{0,300}\(the storage uri given is "(?<uri>[^"]{0,1000})"\)/i,
  /StorageURI not supported: ?(?<words>[^\n]{0,300})/i,
];

function addressIn(text: string): StorageDenial | undefined {
  for (const expression of ADDRESSES) {
    const match = expression.exec(text);
    if (match) return { class: 'address', uri: match.groups?.['uri'] ?? '', words: match[0].slice(0, WORDS) };
  }
  return undefined;
}
