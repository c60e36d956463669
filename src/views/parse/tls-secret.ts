/** What is wrong with a Secret that a server takes its certificate from, as far as a redacted one tells. */
import type { Timestamp } from '../../model/evidence.ts';
import { objectAt, type JsonObject } from '../../model/json.ts';
import { fault, type CertificateFault } from './certificate-fault.ts';
import { certificateFaults } from './certificate-faults.ts';
import { secretPem, type SecretPem } from './pem-of.ts';

export interface TlsKeys {
  readonly certificate: string;
  readonly key: string;
}

/** kubernetes.io/tls (core/v1 SecretTypeTLS). */
export const TLS_KEYS: TlsKeys = { certificate: 'tls.crt', key: 'tls.key' };

const MOST_HOSTS = 50;

/** Fatal faults first; undefined where the values were not looked into. Of several hosts without cover the first is named. */
export function tlsSecretFaults(
  secret: JsonObject,
  keys: TlsKeys,
  hosts: readonly string[],
  now: Timestamp,
): readonly CertificateFault[] | undefined {
  const certificate = secretPem(secret, keys.certificate);
  const key = secretPem(secret, keys.key);
  if (certificate.state === 'unread' || key.state === 'unread') return undefined;
  const pair = { certificate: factsOf(certificate), key: factsOf(key), now };
  const missing = [
    ...(certificate.state === 'absent' ? [keyMissing(secret, 'certificate-missing', keys.certificate)] : []),
    ...(key.state === 'absent' ? [keyMissing(secret, 'key-missing', keys.key)] : []),
  ];
  const own = certificateFaults({ ...pair, host: undefined }).filter(
    ({ id }) => id !== 'certificate-missing' && id !== 'key-missing',
  );
  const named = hosts
    .slice(0, MOST_HOSTS)
    .flatMap((host) =>
      certificateFaults({ ...pair, host }).filter(({ id }) => id === 'name-mismatch' || id === 'name-in-common-name'),
    );
  const name = named.find(({ weight }) => weight === 'fatal') ?? named[0];
  const all = [...missing, ...own, ...(name === undefined ? [] : [name])];
  return [...all.filter(({ weight }) => weight === 'fatal'), ...all.filter(({ weight }) => weight !== 'fatal')];
}

function factsOf(pem: SecretPem): Parameters<typeof certificateFaults>[0]['certificate'] {
  return pem.state === 'read' ? pem.facts : undefined;
}

function keyMissing(secret: JsonObject, id: 'certificate-missing' | 'key-missing', key: string): CertificateFault {
  const has = Object.keys(objectAt(secret, 'inferscopeKeys') ?? {}).slice(0, 6);
  const words = has.length === 0 ? 'no keys at all' : has.join(', ');
  return fault('fatal', id, `the Secret has no key ${key}; it has ${words}`, { key, has: words });
}

/** JSON pointers to the facts that show a fault, where `certificate` and `key` lead to those of the two. */
export function faultPlaces(
  { id }: CertificateFault,
  certificate: string,
  key: string,
): readonly [string, ...string[]] {
  if (id === 'key-mismatch') return [`${certificate}/certificates/0`, `${key}/keys/0`];
  if (id === 'swapped') return [certificate, key];
  if (id.startsWith('key-') && id !== 'key-short') return [key];
  if (id.startsWith('certificate-') || id.startsWith('chain-') || id === 'leaf-not-first') return [certificate];
  // Of one higher up in the chain.
  if (id === 'signature-weak' || id === 'intermediate-expired') return [`${certificate}/certificates`];
  return [`${certificate}/certificates/0`];
}

/** The same in a redacted Secret; the whole of it where a key is missing. */
export function faultPointers(found: CertificateFault, keys: TlsKeys): readonly [string, ...string[]] {
  if (found.id === 'certificate-missing' || found.id === 'key-missing') return [''];
  return faultPlaces(found, `/inferscopeKeys/${keys.certificate}/pem`, `/inferscopeKeys/${keys.key}/pem`);
}
