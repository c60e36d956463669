/**
 * What is wrong with a certificate file or a key file before anybody looks at the certificate: missing, of another form, swapped, damaged. How readers
 * behave was tried with OpenSSL 3.0 and with Go (crypto/tls X509KeyPair).
 */
import type { PemFacts } from '../../model/pem.ts';
import { fault, type CertificateFault } from './certificate-fault.ts';

type Role = 'certificate' | 'key';

/** Empty where there is at least one certificate, and all that is there can be read. */
export function certificateFileFaults(
  certificate: PemFacts | undefined,
  key: PemFacts | undefined,
): readonly CertificateFault[] {
  const wrong = formFault(certificate, 'certificate');
  if (certificate === undefined || (wrong !== undefined && wrong.id !== 'certificate-byte-order-mark'))
    return wrong === undefined ? [] : [wrong];
  const { certificates, keys, blocks } = certificate;
  if (certificates.length === 0) {
    if (holdsKey(certificate))
      return key !== undefined && key.certificates.length > 0 && !holdsKey(key)
        ? [fault('fatal', 'swapped', 'certificate and key are swapped: each holds what belongs into the other')]
        : [fault('fatal', 'certificate-is-key', 'a private key stands where the certificate belongs')];
    if (blocks.some((label) => label.endsWith('CERTIFICATE REQUEST')))
      return [
        fault(
          'fatal',
          'certificate-is-request',
          'a certificate signing request stands where the certificate belongs: nobody has signed it yet',
        ),
      ];
  }
  const broken = damageFault(certificate, 'certificate');
  if (broken !== undefined) return [broken];
  if (certificates.length === 0) return [otherContent(certificate, 'certificate')];
  const also =
    keys.length > 0
      ? [
          fault(
            'warning',
            'certificate-holds-key',
            'the certificate file also holds a private key, for everybody to read who may read certificates',
          ),
        ]
      : [];
  return [...(wrong === undefined ? [] : [wrong]), ...also, ...notes(certificate, 'certificate')];
}

export function keyFileFaults(key: PemFacts | undefined): readonly CertificateFault[] {
  const wrong = formFault(key, 'key');
  if (key === undefined || (wrong !== undefined && wrong.id !== 'key-byte-order-mark'))
    return wrong === undefined ? [] : [wrong];
  const [first] = key.keys;
  if (first === undefined) {
    const broken = damageFault(key, 'key');
    if (broken !== undefined) return [broken];
    return key.certificates.length > 0
      ? [fault('fatal', 'key-is-certificate', 'a certificate stands where the private key belongs')]
      : [otherContent(key, 'key')];
  }
  const faults: CertificateFault[] = wrong === undefined ? [] : [wrong];
  if (first.isEncrypted)
    faults.push(
      fault(
        'fatal',
        'key-passphrase',
        'the private key is encrypted with a passphrase, which nobody is there to type when the server starts',
      ),
    );
  if (first.labelWanted !== undefined) faults.push(labelFault(first.labelWanted, key.blocks));
  return [...faults, ...notes(key, 'key')];
}

/** OpenSSL 3.0 reads PKCS#8 under the older labels, and refuses the older forms under `PRIVATE KEY`; Go tries all forms under any label. */
function labelFault(wanted: string, blocks: readonly string[]): CertificateFault {
  const label = blocks.find((one) => one.endsWith('PRIVATE KEY')) ?? 'PRIVATE KEY';
  return fault(
    wanted === 'PRIVATE KEY' ? 'warning' : 'fatal',
    'key-label',
    `the private key stands under the label ${label}, and what it holds belongs under ${wanted}`,
    { label, wanted },
  );
}

function holdsKey(facts: PemFacts): boolean {
  return facts.keys.length > 0 || facts.damaged.some(({ block }) => block.endsWith('PRIVATE KEY'));
}

function nameOf(role: Role): string {
  return role === 'certificate' ? 'the certificate' : 'the private key';
}

function formFault(facts: PemFacts | undefined, role: Role): CertificateFault | undefined {
  const name = nameOf(role);
  if (facts === undefined)
    return fault('fatal', `${role}-missing`, `there is no ${role === 'key' ? 'private key' : role}`);
  switch (facts.form) {
    case 'empty':
      return fault('fatal', `${role}-empty`, `${name} is empty`);
    case 'der':
      return facts.blocks.includes('PKCS12')
        ? fault('fatal', `${role}-pkcs12`, `${name} is a PKCS#12 file (.pfx, .p12), not PEM`)
        : fault('fatal', `${role}-der`, `${name} is binary (DER), not PEM`);
    case 'base64':
      return fault(
        'fatal',
        `${role}-base64`,
        `${name} is encoded in base64 once too often, or lacks its BEGIN and END lines`,
      );
    case 'other': {
      const [damage] = facts.damaged;
      const why = facts.oddities.includes('byte-order-mark')
        ? 'it is UTF-16 text'
        : (damage?.why ?? 'it has no BEGIN line');
      return fault('fatal', `${role}-not-pem`, `${name} is not PEM: ${why}`, { why });
    }
    case 'pem':
      return facts.oddities.includes('byte-order-mark')
        ? fault(
            'fatal',
            `${role}-byte-order-mark`,
            `${name} begins with a byte order mark, behind which Go programs do not find its first block (OpenSSL 3 does)`,
          )
        : undefined;
  }
}

function damageFault(facts: PemFacts, role: Role): CertificateFault | undefined {
  // Beside a certificate that can be read, a block of another kind is passed over by servers, and one of a certificate is not.
  const hasSome = (role === 'certificate' ? facts.certificates : facts.keys).length > 0;
  const first = facts.damaged.find(({ block }) => !hasSome || /^(?:X509 )?CERTIFICATE$/.test(block));
  if (first === undefined) return undefined;
  const { block, why } = first;
  return facts.oddities.includes('cut')
    ? fault('fatal', `${role}-cut`, `${nameOf(role)} is cut off: block ${block} has no END line`, { block })
    : fault('fatal', `${role}-damaged`, `block ${block} of ${nameOf(role)} cannot be read: ${why}`, { block, why });
}

function otherContent(facts: PemFacts, role: Role): CertificateFault {
  const holds = [...new Set(facts.blocks)].slice(0, 4).join(', ');
  return fault(
    'fatal',
    `${role}-other-content`,
    `${nameOf(role)} is not there; the file holds ${holds || 'no block'}`,
    {
      holds,
    },
  );
}

/** What OpenSSL and Go both read without complaint. */
function notes(facts: PemFacts, role: Role): readonly CertificateFault[] {
  const found: CertificateFault[] = [];
  if (facts.oddities.includes('windows-line-ends'))
    found.push(
      fault(
        'note',
        `${role}-windows-line-ends`,
        `${nameOf(role)} has Windows line ends, which OpenSSL and Go both accept`,
      ),
    );
  if (facts.oddities.includes('text-around'))
    found.push(
      fault(
        'note',
        `${role}-text-around`,
        `${nameOf(role)} has text around its blocks, which OpenSSL and Go both pass over`,
      ),
    );
  return found;
}
