/**
 * Finds what is wrong with a certificate and its key, from facts about them: no contents are here to be read. Pure; what is unknown is passed over,
 * never taken for a fault.
 */
import type { Timestamp } from '../../model/evidence.ts';
import type { CertificateFacts, PemFacts, PrivateKeyFacts } from '../../model/pem.ts';
import { chainFaults } from './certificate-chain-faults.ts';
import { fault, type CertificateFault } from './certificate-fault.ts';
import { certificateFileFaults, keyFileFaults } from './certificate-file-faults.ts';
import { coverOf } from './certificate-names.ts';
import { spanText } from './time.ts';

export interface CertificateQuestion {
  /** Undefined: there is none. What was not read must not be asked about. */
  readonly certificate: PemFacts | undefined;
  readonly key: PemFacts | undefined;
  /** The name that clients use; undefined where it is not known, and then not judged. */
  readonly host: string | undefined;
  readonly now: Timestamp;
}

const SOON_DAYS = 14;
const DAY = 86_400_000;
const WEIGHTS = ['fatal', 'warning', 'note'] as const;

/** Fatal ones first; of the same weight, the file before the pair, the pair before the certificate. */
export function certificateFaults({ certificate, key, host, now }: CertificateQuestion): readonly CertificateFault[] {
  const ofFile = certificateFileFaults(certificate, key);
  const ofKey = ofFile.some(({ id }) => id === 'swapped') ? [] : keyFileFaults(key);
  const found = [...ofFile, ...ofKey];
  const certificates = certificate?.form === 'pem' ? certificate.certificates : [];
  const place = leafOf(certificates, key?.keys[0]);
  const leaf = certificates[place];
  if (leaf !== undefined) {
    if (place > 0)
      found.push(
        fault(
          'fatal',
          'leaf-not-first',
          `the chain is in the wrong order: the server’s own certificate “${leaf.subject}” is number ${place + 1} in the file and must be the first`,
          { subject: leaf.subject, place: place + 1 },
        ),
      );
    const time = Date.parse(now);
    found.push(
      ...pairFaults(leaf, key?.keys[0]),
      ...leafFaults(leaf, time),
      ...(host === undefined ? [] : nameFaults(leaf, host)),
      // A block that cannot be read may be the one that the chain lacks.
      ...(ofFile.some(({ weight }) => weight === 'fatal') ? [] : chainFaults(certificates, place, time)),
      ...strengthFaults(certificates, leaf),
    );
  }
  return WEIGHTS.flatMap((weight) => found.filter((one) => one.weight === weight));
}

/** Which one is the server's: that of the key, else the first, unless the first is the authority of a later one that is none itself. */
function leafOf(certificates: readonly CertificateFacts[], key: PrivateKeyFacts | undefined): number {
  if (key?.publicKey !== undefined)
    return Math.max(
      0,
      certificates.findIndex(({ publicKey }) => publicKey === key.publicKey),
    );
  if (certificates[0]?.isAuthority !== true) return 0;
  return Math.max(
    0,
    certificates.findIndex(({ isAuthority, signedBy }) => !isAuthority && signedBy !== undefined),
  );
}

function pairFaults(leaf: CertificateFacts, key: PrivateKeyFacts | undefined): readonly CertificateFault[] {
  if (key?.publicKey === undefined || key.publicKey === leaf.publicKey) return [];
  const args = { subject: leaf.subject, keyType: key.keyType ?? '', certificateKeyType: leaf.keyType };
  return key.keyType !== undefined && key.keyType !== leaf.keyType
    ? [
        fault(
          'fatal',
          'key-mismatch',
          `the private key does not belong to the certificate: it is ${kindOf(key.keyType)} key, that of the certificate is ${kindOf(leaf.keyType)} key`,
          args,
        ),
      ]
    : [
        fault(
          'fatal',
          'key-mismatch',
          `the private key does not belong to the certificate “${leaf.subject}”: their public keys differ`,
          args,
        ),
      ];
}

function kindOf(keyType: string): string {
  const word = keyType.startsWith('ed') ? keyType : keyType.toUpperCase();
  return `${/^[AEIO]|^R[SC]|^ed/.test(word) ? 'an' : 'a'} ${word}`;
}

function leafFaults(leaf: CertificateFacts, now: number): readonly CertificateFault[] {
  const found: CertificateFault[] = [];
  const end = Date.parse(leaf.notAfter);
  const date = leaf.notAfter.slice(0, 10);
  if (end < now)
    found.push(
      fault('fatal', 'expired', `the certificate expired on ${date}, ${spanText((now - end) / 1000)} ago`, {
        date,
        subject: leaf.subject,
      }),
    );
  else if (end - now < SOON_DAYS * DAY)
    found.push(
      fault('warning', 'expires-soon', `the certificate expires on ${date}, in ${spanText((end - now) / 1000)}`, {
        date,
        subject: leaf.subject,
      }),
    );
  if (Date.parse(leaf.notBefore) > now)
    found.push(
      fault('fatal', 'not-yet-valid', `the certificate is not valid before ${leaf.notBefore}`, {
        date: leaf.notBefore,
        subject: leaf.subject,
      }),
    );
  // RFC 5280 §4.2.1.12; clients ask for serverAuth or anyExtendedKeyUsage.
  const { usages } = leaf;
  if (usages !== undefined && !usages.includes('1.3.6.1.5.5.7.3.1') && !usages.includes('2.5.29.37.0'))
    found.push(
      fault(
        'fatal',
        'usage-not-server',
        `the certificate may not be used by a server: its extended key usage is ${usages.slice(0, 4).join(', ')}, without serverAuth`,
        { usages: usages.slice(0, 4).join(', ') },
      ),
    );
  if (leaf.isAuthority && !leaf.isSelfSigned)
    found.push(
      fault(
        'warning',
        'leaf-is-authority',
        `the certificate “${leaf.subject}” is that of an authority, not of a server; some clients refuse it`,
        { subject: leaf.subject },
      ),
    );
  if (leaf.isSelfSigned)
    found.push(
      fault('note', 'self-signed', 'the certificate is self-signed: only clients that were given it trust it', {
        subject: leaf.subject,
      }),
    );
  return found;
}

function nameFaults(leaf: CertificateFacts, host: string): readonly CertificateFault[] {
  switch (coverOf(leaf, host)) {
    case 'covered':
      return [];
    case 'common-name':
      return [
        fault(
          'warning',
          'name-in-common-name',
          `the certificate has ${host} as its common name only, which Go since 1.15 and Chrome since 58 do not look at: it needs a subject alternative name`,
          { host },
        ),
      ];
    case 'not-covered': {
      const names = listed(leaf);
      return [
        fault('fatal', 'name-mismatch', `the certificate is not for ${host}; it is for ${names}`, { host, names }),
      ];
    }
  }
}

function listed({ names, commonName }: CertificateFacts): string {
  if (names.length === 0) return commonName === undefined ? 'no name' : `CN=${commonName}`;
  const more = names.length - 4;
  return `${names.slice(0, 4).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function strengthFaults(
  certificates: readonly CertificateFacts[],
  leaf: CertificateFacts,
): readonly CertificateFault[] {
  const found: CertificateFault[] = [];
  // Security level 2, the default of OpenSSL since 3.2 and of Debian and Ubuntu before.
  if (leaf.keyType === 'rsa' && leaf.keyBits !== undefined && leaf.keyBits < 2048)
    found.push(
      fault(
        'warning',
        'key-short',
        `the RSA key has ${leaf.keyBits} bits; OpenSSL at security level 2 refuses fewer than 2048 (“ee key too small”)`,
        { bits: leaf.keyBits },
      ),
    );
  // Nobody checks the signature of a certificate that signs itself.
  const weak = certificates.find(
    ({ signature, isSelfSigned }) => signature !== undefined && !isSelfSigned && /sha1|md5/i.test(signature),
  );
  if (weak?.signature !== undefined)
    found.push(
      fault(
        'fatal',
        'signature-weak',
        `“${weak.subject}” is signed with ${weak.signature}, which browsers, Go since 1.18 and OpenSSL 3 refuse`,
        { subject: weak.subject, signature: weak.signature },
      ),
    );
  return found;
}
