/** Whether a certificate is for a host, as clients judge it (RFC 9525; Go crypto/x509 VerifyHostname). Pure text. */
import type { CertificateFacts } from '../../model/pem.ts';

/** common-name: only by its common name, which current clients do not look at. */
export type NameCover = 'covered' | 'common-name' | 'not-covered';

/** `host` may be a wildcard of an Ingress or listener: then the same wildcard has to be in the certificate. */
export function coverOf(certificate: CertificateFacts, host: string): NameCover {
  const wanted = normalHost(host);
  if (certificate.names.some((name) => isFor(normalHost(name), wanted))) return 'covered';
  // Where there are alternative names, no client has ever looked at the common name (RFC 2818 §3.1).
  const { commonName } = certificate;
  if (certificate.names.length > 0 || commonName === undefined) return 'not-covered';
  return isFor(normalHost(commonName), wanted) ? 'common-name' : 'not-covered';
}

function isFor(name: string, host: string): boolean {
  if (name === host) return true;
  // One label, the leftmost, whole; never for an address.
  if (!name.startsWith('*.') || isAddress(host)) return false;
  const dot = host.indexOf('.');
  return dot > 0 && !host.startsWith('*.') && host.slice(dot + 1) === name.slice(2);
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

function normalHost(host: string): string {
  const text = host
    .slice(0, 300)
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return text.includes(':') ? wholeAddress(text) : text;
}

/** `::1` and `0:0:0:0:0:0:0:1`, as OpenSSL prints it, are the same address. */
function wholeAddress(text: string): string {
  const [head = '', tail] = text.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
