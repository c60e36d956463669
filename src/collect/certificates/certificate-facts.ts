/** Says of one certificate what may be said of it in public; all of it is what a server shows to everybody who connects. */
import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../model/pem.ts';
import { childrenOf, dottedIdentifier, readDer } from './der.ts';

const MOST_NAMES = 200;
const LONGEST_NAME = 300;

/** Throws what OpenSSL throws, for a key of a kind that it does not know. */
export function certificateFacts(certificate: X509Certificate): Omit<CertificateFacts, 'signedBy'> {
  const { publicKey } = certificate;
  const commonName = commonNameOf(certificate.subject);
  const signature = signatureOf(certificate.raw);
  const keyBits = keyBitsOf(publicKey);
  // Node's name for the extended key usages.
  const usages = certificate.keyUsage;
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    ...(commonName === undefined ? {} : { commonName }),
    names: namesOf(certificate.subjectAltName),
    notBefore: timestampOf(certificate.validFrom),
    notAfter: timestampOf(certificate.validTo),
    isAuthority: certificate.ca,
    isSelfSigned: isSignedBy(certificate, certificate),
    keyType: publicKey.asymmetricKeyType ?? 'unknown',
    ...(keyBits === undefined ? {} : { keyBits }),
    publicKey: publicKeyDigest(publicKey),
    ...(signature === undefined ? {} : { signature }),
    ...(Array.isArray(usages) && usages.length > 0 ? { usages: usages.slice(0, 32) } : {}),
  };
}

/** The name alone is no proof: an authority that got a new key has the same. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  if (textOf(certificate.issuer) !== textOf(authority.subject)) return false;
  try {
    return certificate.verify(authority.publicKey);
  } catch {
    // OpenSSL refuses to compare an algorithm that it does not know with this key: nothing is shown to have signed it.
    return false;
  }
}

export function publicKeyDigest(key: KeyObject): string {
  return `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
}

/** Bits of the curves that TLS servers have; OpenSSL's names. */
const CURVES: Readonly<Record<string, number>> = {
  prime256v1: 256,
  secp224r1: 224,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
};

export function keyBitsOf(key: KeyObject): number | undefined {
  const details = key.asymmetricKeyDetails;
  return details?.modulusLength ?? (details?.namedCurve === undefined ? undefined : CURVES[details.namedCurve]);
}

/** Node gives undefined for an empty name, whatever its types say. */
function textOf(name: string | undefined): string {
  return name ?? '';
}

/** Node gives `CN=a\nO=b`, several values of one step joined by ` + `, with the escapes of RFC 2253. */
function oneLine(name: string | undefined): string {
  return textOf(name).split('\n').join(', ').slice(0, LONGEST_NAME);
}

function commonNameOf(subject: string | undefined): string | undefined {
  const part = textOf(subject)
    .split(/\n| \+ /)
    .find((one) => one.startsWith('CN='));
  return part?.slice(3, 3 + LONGEST_NAME).replaceAll(/\\(.)/g, '$1');
}

/** `DNS:a.example, IP Address:10.0.0.1, DNS:"odd, name"`: Node quotes as JSON what holds a comma or a quotation mark. */
function namesOf(alternatives: string | undefined): readonly string[] {
  const names = (alternatives ?? '').matchAll(/(?:^|, )(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,"]*)/g);
  const found: string[] = [];
  for (const [, , value = ''] of names) {
    if (found.length === MOST_NAMES) break;
    // A quoted one is no name that a server could have; it is left out.
    if (value !== '' && !value.startsWith('"')) found.push(value.slice(0, LONGEST_NAME).toLowerCase());
  }
  return found;
}

/** OpenSSL prints `Mar  1 12:00:00 2026 GMT`. Throws a RangeError for what is no date. */
function timestampOf(text: string): string {
  return new Date(text).toISOString().replace('.000Z', 'Z');
}

/** RFC 8017 A.2.4, RFC 5758 §3.2, RFC 8410 §3; the names are OpenSSL's (crypto/objects/objects.txt). */
const SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
};

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }; Node 20 has no field for it. */
function signatureOf(der: Buffer): string | undefined {
  const outer = readDer(der);
  const algorithm = outer && childrenOf(outer)[1];
  const identifier = algorithm && dottedIdentifier(childrenOf(algorithm)[0]);
  return identifier === undefined ? undefined : (SIGNATURES[identifier] ?? identifier);
}
