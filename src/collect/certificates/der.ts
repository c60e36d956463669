/**
 * Reads the outermost structure of DER (ITU-T X.690), as far as it takes to tell what a file holds and how a certificate is signed. It validates
 * nothing: that is OpenSSL's part.
 */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  /** Offset behind it, in the buffer that it was read from. */
  readonly end: number;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const MOST_CHILDREN = 16;

/** Undefined where the bytes end before the value does, or its length is not written as DER wants it. */
export function readDer(bytes: Buffer, offset = 0): DerValue | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) return undefined;
  let length = lengthBytes === 0 ? first : 0;
  for (let index = 0; index < lengthBytes; index += 1) length = length * 256 + (bytes[offset + 2 + index] ?? 0);
  const start = offset + 2 + lengthBytes;
  const end = start + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(start, end), end };
}

/** The first values within a value. */
export function childrenOf(value: DerValue): readonly DerValue[] {
  const children: DerValue[] = [];
  let offset = 0;
  while (offset < value.content.length && children.length < MOST_CHILDREN) {
    const child = readDer(value.content, offset);
    if (child === undefined) break;
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** `1.2.840.113549.1.1.11`; undefined for another type or an absurd length. */
export function dottedIdentifier(value: DerValue | undefined): string | undefined {
  if (value?.tag !== OBJECT_IDENTIFIER || value.content.length === 0 || value.content.length > 32) return undefined;
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of value.content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

export type DerKind =
  | 'CERTIFICATE'
  | 'CERTIFICATE REQUEST'
  | 'RSA PRIVATE KEY'
  | 'EC PRIVATE KEY'
  | 'PRIVATE KEY'
  | 'ENCRYPTED PRIVATE KEY'
  | 'PUBLIC KEY'
  | 'PKCS12';

/** What whole DER holds, by the PEM label that it would have; undefined where it is none of these, or not whole. */
export function derKind(bytes: Buffer): DerKind | undefined {
  const outer = readDer(bytes);
  if (outer?.tag !== SEQUENCE || outer.end !== bytes.length) return undefined;
  const [first, second, third] = childrenOf(outer);
  if (first === undefined || second === undefined) return undefined;
  if (first.tag === INTEGER) {
    const version = first.content.length === 1 ? first.content[0] : undefined;
    // PFX (RFC 7292 §4), PrivateKeyInfo (RFC 5208 §5), ECPrivateKey (RFC 5915 §3), RSAPrivateKey (RFC 8017 A.1.2).
    if (version === 3 && second.tag === SEQUENCE) return 'PKCS12';
    if (second.tag === SEQUENCE) return 'PRIVATE KEY';
    if (second.tag === OCTETS) return 'EC PRIVATE KEY';
    return second.tag === INTEGER ? 'RSA PRIVATE KEY' : undefined;
  }
  if (first.tag !== SEQUENCE) return undefined;
  if (second.tag === OCTETS) return 'ENCRYPTED PRIVATE KEY';
  if (second.tag === 0x03) return 'PUBLIC KEY';
  if (second.tag !== SEQUENCE || third?.tag !== 0x03) return undefined;
  // TBSCertificate has a validity, a SEQUENCE, where CertificationRequestInfo has its attributes, [0] (RFC 5280 §4.1, RFC 2986 §4.1).
  const inner = childrenOf(first);
  return inner.length <= 4 && inner[0]?.tag === INTEGER ? 'CERTIFICATE REQUEST' : 'CERTIFICATE';
}
