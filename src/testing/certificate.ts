/**
 * Makes a self-signed certificate for tests over TLS, without OpenSSL: the few DER structures of RFC 5280 that a server certificate needs.
 * For tests only. Keys are P-256 and live in memory.
 */
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

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

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function identifier(bytes: readonly number[]): Buffer {
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

export function selfSigned(options: CertificateOptions): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, identifier(ECDSA_WITH_SHA256));
  const commonName = der(SEQUENCE, identifier(COMMON_NAME), der(0x0c, Buffer.from(options.names[0] ?? 'test', 'utf8')));
  const name = der(SEQUENCE, der(SET, commonName));
  const isAuthority = der(SEQUENCE, der(0x01, Buffer.from([0xff])));
  const alternatives = der(SEQUENCE, ...options.names.map(generalName));
  const extensions = der(
    SEQUENCE,
    der(SEQUENCE, identifier(BASIC_CONSTRAINTS), der(0x01, Buffer.from([0xff])), der(0x04, isAuthority)),
    der(SEQUENCE, identifier(SUBJECT_ALT_NAME), der(0x04, alternatives)),
  );
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const unsigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    der(SEQUENCE, time(options.notBefore), time(options.notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = createSign('sha256').update(unsigned).sign(privateKey);
  const whole = der(SEQUENCE, unsigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
