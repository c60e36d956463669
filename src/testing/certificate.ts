/**
 * Makes certificates for tests, without OpenSSL: the few DER structures of RFC 5280 that server certificates and their authorities need.
 * For tests only. Keys live in memory.
 */
import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

export interface CertificateOptions {
  /** Subject alternative names: DNS names, and IPv4 addresses. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface IssueOptions {
  /** Common name; an empty subject where left out. */
  readonly commonName?: string;
  /** No subject alternative name where left out. */
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keys: KeyPair;
  /** Signs itself where left out. */
  readonly issuer?: { readonly commonName: string; readonly keys: KeyPair };
  readonly isAuthority?: boolean;
  readonly hash?: 'sha256' | 'sha1';
  /** Extended key usages as dotted numbers. */
  readonly usages?: readonly string[];
}

const SEQUENCE = 0x30;
const SET = 0x31;
const NULL = Buffer.from([0x05, 0x00]);
const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALT_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** Of signatures: RFC 8017 A.2.4, RFC 5758 §3.2. */
const ALGORITHMS = {
  rsa: { sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' },
  ec: { sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2' },
} as const;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

/** GeneralizedTime, `YYYYMMDDHHMMSSZ`. */
function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'ascii'));
}

function generalName(name: string): Buffer {
  const address = name.split('.').map(Number);
  const isAddress = address.length === 4 && address.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return isAddress ? der(0x87, Buffer.from(address)) : der(0x82, Buffer.from(name, 'ascii'));
}

function nameOf(commonName: string | undefined): Buffer {
  if (commonName === undefined) return der(SEQUENCE);
  return der(SEQUENCE, der(SET, der(SEQUENCE, identifier(COMMON_NAME), der(0x0c, Buffer.from(commonName, 'utf8')))));
}

function extensionsOf({ names, isAuthority, usages }: IssueOptions): Buffer {
  const yes = der(0x01, Buffer.from([0xff]));
  const parts: Buffer[] = [];
  if (isAuthority === true)
    parts.push(der(SEQUENCE, identifier(BASIC_CONSTRAINTS), yes, der(0x04, der(SEQUENCE, yes))));
  if (names !== undefined)
    parts.push(der(SEQUENCE, identifier(SUBJECT_ALT_NAME), der(0x04, der(SEQUENCE, ...names.map(generalName)))));
  if (usages !== undefined)
    parts.push(der(SEQUENCE, identifier(EXTENDED_KEY_USAGE), der(0x04, der(SEQUENCE, ...usages.map(identifier)))));
  return parts.length === 0 ? Buffer.alloc(0) : der(0xa3, der(SEQUENCE, ...parts));
}

function algorithmOf(keys: KeyPair, hash: 'sha256' | 'sha1'): Buffer {
  return keys.privateKey.asymmetricKeyType === 'rsa'
    ? der(SEQUENCE, identifier(ALGORITHMS.rsa[hash]), NULL)
    : der(SEQUENCE, identifier(ALGORITHMS.ec[hash]));
}

/** The DER of a certificate; ten years around 2026 where no time is given. */
export function issueCertificate(options: IssueOptions): Buffer {
  const { keys, issuer, hash = 'sha256' } = options;
  const signer = issuer?.keys ?? keys;
  const algorithm = algorithmOf(signer, hash);
  const unsigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    nameOf(issuer === undefined ? options.commonName : issuer.commonName),
    der(
      SEQUENCE,
      time(options.notBefore ?? new Date('2021-01-01T00:00:00Z')),
      time(options.notAfter ?? new Date('2031-01-01T00:00:00Z')),
    ),
    nameOf(options.commonName),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    extensionsOf(options),
  );
  return signed(unsigned, algorithm, signer, hash);
}

/** The DER of a certificate signing request (RFC 2986), without attributes. */
export function certificateRequest(commonName: string, keys: KeyPair): Buffer {
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
  const unsigned = der(SEQUENCE, der(0x02, Buffer.from([0])), nameOf(commonName), spki, der(0xa0));
  return signed(unsigned, algorithmOf(keys, 'sha256'), keys, 'sha256');
}

function signed(unsigned: Buffer, algorithm: Buffer, signer: KeyPair, hash: 'sha256' | 'sha1'): Buffer {
  const signature = createSign(hash).update(unsigned).sign(signer.privateKey);
  return der(SEQUENCE, unsigned, algorithm, der(0x03, Buffer.from([0]), signature));
}

export function pemBlock(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** With a fresh P-256 key; an authority of its own, so that a client can be told to trust it. */
export function selfSigned({ names, notBefore, notAfter }: CertificateOptions): TestCertificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const commonName = names[0] ?? 'test';
  return {
    certificate: pemBlock(
      'CERTIFICATE',
      issueCertificate({ commonName, names, notBefore, notAfter, keys, isAuthority: true }),
    ),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
