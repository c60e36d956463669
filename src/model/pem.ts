/**
 * What is known of a certificate file, a key file, or a value of a TLS Secret, without its contents: facts that the collector derives before the
 * value is dropped. Types only; nothing here can hold key material.
 */
import type { Timestamp } from './evidence.ts';

export interface CertificateFacts {
  /** `CN=scoring.example.com, O=Acme`, as far as it is text. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName?: string;
  /** DNS names and IP addresses of the subject alternative name, lower case. */
  readonly names: readonly string[];
  readonly notBefore: Timestamp;
  readonly notAfter: Timestamp;
  /** basicConstraints CA. */
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  /** `rsa`, `ec`, `ed25519`, … as OpenSSL calls them. */
  readonly keyType: string;
  /** Modulus or curve size. */
  readonly keyBits?: number;
  /** `sha256:…` of the public key (SubjectPublicKeyInfo): equal where key and certificate belong together, for EC as for RSA. */
  readonly publicKey: string;
  /** `sha256WithRSAEncryption`, `ecdsa-with-SHA1`, where it could be told. */
  readonly signature?: string;
  /** Extended key usages as dotted numbers; absent where the certificate restricts nothing. */
  readonly usages?: readonly string[];
  /** Index of the other certificate of this file whose key signed it; absent where none did. */
  readonly signedBy?: number;
}

export interface PrivateKeyFacts {
  readonly keyType?: string;
  readonly keyBits?: number;
  /** As in `CertificateFacts`; absent where it cannot be derived (encrypted, damaged). */
  readonly publicKey?: string;
  readonly isEncrypted: boolean;
  /** The label that its contents call for, where it stands under another: a PKCS#8 key under `RSA PRIVATE KEY` wants `PRIVATE KEY`. */
  readonly labelWanted?: string;
}

export interface PemFacts {
  /** pem: at least one block; der: binary; base64: PEM or DER encoded once more; empty; other: none of these. */
  readonly form: 'pem' | 'der' | 'base64' | 'empty' | 'other';
  /** Labels of its blocks in order: `CERTIFICATE`, `RSA PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`; of DER, the label that it would have, or `PKCS12`. */
  readonly blocks: readonly string[];
  /** In the order of the file. */
  readonly certificates: readonly CertificateFacts[];
  readonly keys: readonly PrivateKeyFacts[];
  /** Blocks that could not be read, by their label, with why; words of OpenSSL, no contents. */
  readonly damaged: readonly { readonly block: string; readonly why: string }[];
  /** What readers less patient than ours stumble over. A byte order mark counts where it stands right before the first block, or makes it UTF-16. */
  readonly oddities: readonly ('byte-order-mark' | 'windows-line-ends' | 'text-around' | 'cut')[];
}
