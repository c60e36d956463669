/**
 * Takes the values out of a Secret. What stays: its keys, the size of each value, whether it looks like a placeholder, for pull secrets the
 * registry hosts it has credentials for, and of certificates and keys what a server shows to everybody. No value, user name or part of one survives.
 */
import { isObject } from '../../model/json.ts';
import type { PemFacts } from '../../model/pem.ts';
import { describePem } from '../certificates/describe-pem.ts';
import { placeholderVerdict, type PlaceholderVerdict } from './placeholder.ts';

type MutableJson = { [key: string]: unknown };

export interface SecretKey {
  /** Decoded size. */
  readonly bytes: number;
  readonly placeholder?: PlaceholderVerdict;
  /** Of certificates and keys, by the type of the Secret, the name of the key, or their first line. */
  readonly pem?: PemFacts;
}

const MOST_REGISTRIES = 1000;

/** Replaces `data` and `stringData` by `inferscopeKeys`, and adds `inferscopeRegistries` for pull secrets. */
export function redactSecret(secret: MutableJson): void {
  const values = new Map<string, Buffer>();
  for (const [key, value] of entriesOf(secret['data'])) {
    values.set(key, typeof value === 'string' ? Buffer.from(value, 'base64') : asText(value));
  }
  // The API server lets stringData win over data (core/v1 Secret).
  for (const [key, value] of entriesOf(secret['stringData'])) values.set(key, asText(value));
  delete secret['data'];
  delete secret['stringData'];
  if (values.size === 0 && isObject(secret['inferscopeKeys'])) return;
  const isTls = secret['type'] === 'kubernetes.io/tls';
  secret['inferscopeKeys'] = Object.fromEntries(
    [...values].map(([key, value]) => [key, describeKey(key, value, isTls)]),
  );
  const registries = registriesOf(secret['type'], values);
  if (registries) secret['inferscopeRegistries'] = registries;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function asText(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value), 'utf8');
}

function describeKey(key: string, value: Buffer, isTls: boolean): SecretKey {
  const placeholder = placeholderVerdict(key, value.toString('utf8'));
  return {
    bytes: value.length,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(isTls || isOfCertificates(key, value) ? { pem: describePem(value) } : {}),
  };
}

/** `tls.crt`, `cert.pem`; `cert` and `key` are what Istio takes beside `tls.crt` and `tls.key` (istio pkg/kube/secretcontroller.go). */
const OF_CERTIFICATES = /\.(?:pem|crt|cer|key)$|^tls\.|^(?:cert|key|cacert)$/i;

function isOfCertificates(key: string, value: Buffer): boolean {
  return OF_CERTIFICATES.test(key) || value.subarray(0, 64).includes('-----BEGIN ');
}

function registriesOf(type: unknown, values: ReadonlyMap<string, Buffer>): readonly string[] | undefined {
  if (type !== 'kubernetes.io/dockerconfigjson' && type !== 'kubernetes.io/dockercfg') return undefined;
  const config = parse(values.get(type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson'));
  // The older form is the map of `auths` itself (kubernetes pkg/credentialprovider/config.go).
  const auths = type === 'kubernetes.io/dockercfg' ? config : isObject(config) ? config['auths'] : undefined;
  const hosts = entriesOf(auths)
    .slice(0, MOST_REGISTRIES)
    .map(([server]) => registryHost(server));
  return [...new Set(hosts)].filter((host) => host !== '').sort();
}

function parse(bytes: Buffer | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The message of a JSON error quotes the text; the verdict "no registries" is all that may leave this function.
    return undefined;
  }
}

const DOCKER_HUB = new Set(['index.docker.io', 'docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** `https://index.docker.io/v1/` → `docker.io`; `https://user@ghcr.io/acme` → `ghcr.io`. */
export function registryHost(server: string): string {
  const withoutScheme = server.trim().replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '');
  const authority = withoutScheme.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  if (host.length > 300 || !/^[\w.*:[\]-]+$/.test(host)) return '';
  return DOCKER_HUB.has(host) ? 'docker.io' : host;
}
