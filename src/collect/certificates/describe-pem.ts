/**
 * Says what a certificate file or a key file holds, so that the contents can be dropped. The only place where a private key is decoded: nothing of
 * it leaves but the digest of the public key that belongs to it. It never throws.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { CertificateFacts, PemFacts, PrivateKeyFacts } from '../../model/pem.ts';
import { certificateFacts, isSignedBy, keyBitsOf, publicKeyDigest } from './certificate-facts.ts';
import { derKind, type DerKind } from './der.ts';
import { splitPem, type PemBlock } from './pem-blocks.ts';

/** A Secret holds no more (kubernetes pkg/apis/core MaxSecretSize). */
const MOST_BYTES = 1024 * 1024;
/** A chain that a server sends is shorter; of a bundle the first tell what it is, and comparing all with all stays cheap. */
const MOST_CERTIFICATES = 16;
const MOST_KEYS = 8;

type Damage = PemFacts['damaged'][number];
type Oddity = PemFacts['oddities'][number];

interface Contents {
  readonly blocks: string[];
  readonly certificates: X509Certificate[];
  readonly keys: PrivateKeyFacts[];
  readonly damaged: Damage[];
}

export function describePem(bytes: Buffer): PemFacts {
  if (bytes.length > MOST_BYTES)
    return { ...NOTHING, form: 'other', damaged: [{ block: 'file', why: `it is larger than ${MOST_BYTES} bytes` }] };
  if (derKind(bytes) !== undefined) return { ...fromDer(bytes), form: 'der' };
  if (isUtf16(bytes)) return { ...NOTHING, form: 'other', oddities: ['byte-order-mark'] };
  const text = bytes.toString('utf8');
  if (text.replace(MARK, '').trim() === '') return { ...NOTHING, form: 'empty' };
  if (text.includes('-----BEGIN ')) return fromText(text);
  const inner = decodedBase64(text);
  if (inner === undefined) return { ...NOTHING, form: 'other' };
  if (derKind(inner) !== undefined) return { ...fromDer(inner), form: 'base64' };
  const innerText = inner.toString('utf8');
  return innerText.includes('-----BEGIN ') ? { ...fromText(innerText), form: 'base64' } : { ...NOTHING, form: 'other' };
}

const NOTHING: Omit<PemFacts, 'form'> = { blocks: [], certificates: [], keys: [], damaged: [], oddities: [] };
const MARK = '\u{FEFF}';

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function decodedBase64(text: string): Buffer | undefined {
  const packed = text.replaceAll(/\s+/g, '');
  return packed.length >= 16 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed) ? Buffer.from(packed, 'base64') : undefined;
}

function fromText(text: string): PemFacts {
  // Both readers look for the marker at the beginning of a line; behind a mark it is not there.
  const isMarked = text.startsWith(`${MARK}-----BEGIN `);
  const { blocks, hasTextAround } = splitPem(text.startsWith(MARK) ? text.slice(1) : text);
  const contents: Contents = { blocks: [], certificates: [], keys: [], damaged: [] };
  for (const block of blocks) {
    contents.blocks.push(block.label);
    readBlock(block, contents);
    block.der?.fill(0);
  }
  const oddities: Oddity[] = [];
  if (isMarked) oddities.push('byte-order-mark');
  if (/\r\n/.test(text)) oddities.push('windows-line-ends');
  if (hasTextAround) oddities.push('text-around');
  if (blocks.some((block) => block.isCut)) oddities.push('cut');
  return { form: blocks.length === 0 ? 'other' : 'pem', ...described(contents), oddities };
}

function fromDer(bytes: Buffer): Omit<PemFacts, 'form'> {
  const label = derKind(bytes);
  const contents: Contents = { blocks: [], certificates: [], keys: [], damaged: [] };
  if (label !== undefined) {
    contents.blocks.push(label);
    readBlock({ label, isEncrypted: false, isCut: false, der: bytes }, contents);
  }
  return { ...described(contents), oddities: [] };
}

function described({ blocks, certificates, keys, damaged }: Contents): Omit<PemFacts, 'form' | 'oddities'> {
  const read: X509Certificate[] = [];
  const facts: CertificateFacts[] = [];
  const bad: Damage[] = [...damaged];
  for (const certificate of certificates) {
    try {
      facts.push(certificateFacts(certificate));
      read.push(certificate);
    } catch (error) {
      bad.push({ block: 'CERTIFICATE', why: reasonOf(error) });
    }
  }
  const linked = read.map((certificate, index) => {
    const signedBy = read.findIndex((other, place) => place !== index && isSignedBy(certificate, other));
    return signedBy < 0 ? {} : { signedBy };
  });
  return { blocks, certificates: facts.map((fact, index) => ({ ...fact, ...linked[index] })), keys, damaged: bad };
}

function readBlock(block: PemBlock, into: Contents): void {
  const { label, der } = block;
  if (block.trouble !== undefined) {
    into.damaged.push({ block: label, why: block.trouble });
    return;
  }
  if (label === 'CERTIFICATE' || label === 'X509 CERTIFICATE') {
    if (der === undefined || into.certificates.length === MOST_CERTIFICATES) return;
    try {
      into.certificates.push(new X509Certificate(der));
    } catch (error) {
      into.damaged.push({ block: label, why: reasonOf(error) });
    }
    return;
  }
  if (KEY_LABELS.has(label) && into.keys.length < MOST_KEYS) readKey(block, into);
}

/** `PRIVATE KEY` of any algorithm, and the forms of one; `OPENSSH PRIVATE KEY` is none that TLS servers read. */
const KEY_LABELS: ReadonlySet<string> = new Set([
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
]);
const ENCODINGS: Partial<Record<DerKind, 'pkcs1' | 'pkcs8' | 'sec1'>> = {
  'RSA PRIVATE KEY': 'pkcs1',
  'PRIVATE KEY': 'pkcs8',
  'EC PRIVATE KEY': 'sec1',
};

function readKey({ label, der, isEncrypted }: PemBlock, into: Contents): void {
  const kind = der === undefined ? undefined : derKind(der);
  const other = kind !== undefined && kind !== label ? { labelWanted: kind } : {};
  if (isEncrypted || kind === 'ENCRYPTED PRIVATE KEY') {
    into.keys.push({ isEncrypted: true, ...other });
    return;
  }
  const type = kind === undefined ? undefined : ENCODINGS[kind];
  if (der === undefined || type === undefined) {
    into.damaged.push({ block: label, why: 'what it holds is no private key' });
    return;
  }
  try {
    const key = createPrivateKey({ key: der, format: 'der', type });
    const keyBits = keyBitsOf(key);
    into.keys.push({
      keyType: key.asymmetricKeyType ?? 'unknown',
      ...(keyBits === undefined ? {} : { keyBits }),
      publicKey: publicKeyDigest(createPublicKey(key)),
      isEncrypted: false,
      ...other,
    });
  } catch (error) {
    into.damaged.push({ block: label, why: reasonOf(error) });
  }
}

/** OpenSSL's own words, `error:0680007B:asn1 encoding routines::header too long`, and nothing that only looks like them. */
function reasonOf(error: unknown): string {
  const words =
    error instanceof Error ? /^error:[0-9A-F]{8}:[\w .-]{0,60}:[\w .-]{0,60}:([\w ]{3,60})$/.exec(error.message) : null;
  return words?.[1] ?? 'it cannot be decoded';
}
