/** What can be wrong with a pair of certificate and key. The vocabulary only; `certificate-faults.ts` finds them. */

/** Of a file as such, before what is in it. */
export type FileFault =
  | 'missing'
  | 'empty'
  | 'der'
  | 'pkcs12'
  | 'base64'
  | 'not-pem'
  | 'cut'
  | 'damaged'
  | 'other-content'
  | 'byte-order-mark'
  | 'windows-line-ends'
  | 'text-around';

export type CertificateFaultId =
  | `certificate-${FileFault}`
  | `key-${FileFault}`
  | 'swapped'
  | 'certificate-is-key'
  | 'certificate-is-request'
  | 'certificate-holds-key'
  | 'key-is-certificate'
  | 'key-passphrase'
  | 'key-label'
  | 'key-mismatch'
  | 'leaf-not-first'
  | 'leaf-is-authority'
  | 'chain-unordered'
  | 'chain-broken'
  | 'intermediate-missing'
  | 'intermediate-expired'
  | 'expired'
  | 'not-yet-valid'
  | 'expires-soon'
  | 'name-mismatch'
  | 'name-in-common-name'
  | 'key-short'
  | 'signature-weak'
  | 'usage-not-server'
  | 'self-signed';

export interface CertificateFault {
  readonly id: CertificateFaultId;
  /** fatal: the server does not start with it, or clients refuse it. warning: some do, or soon. note: worth knowing, nothing fails by it. */
  readonly weight: 'fatal' | 'warning' | 'note';
  /** A statement with its subject: `the certificate expired on 2026-02-01, 28 days ago`. */
  readonly text: string;
  /** The numbers and names in it. */
  readonly args: Readonly<Record<string, string | number>>;
}

export function fault(
  weight: CertificateFault['weight'],
  id: CertificateFaultId,
  text: string,
  args: CertificateFault['args'] = {},
): CertificateFault {
  return { id, weight, text, args };
}
