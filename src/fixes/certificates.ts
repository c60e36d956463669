/** Fixes for certificates that do not serve: how to make a pair that does, from the files that a person has, and where to put it. */
import type { Fix, Step } from '../model/finding.ts';
import type { Lookup } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { CertificateFault } from '../views/parse/certificate-fault.ts';
import type { TlsKeys } from '../views/parse/tls-secret.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import { command, fix, kubectl, manual } from './build.ts';

const CERTIFICATE = '<CERTIFICATE_FILE>';
const KEY = '<KEY_FILE>';

interface Remedy {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** What is to be done about the files themselves; it changes nothing in the cluster. */
function remedyOf({ id }: CertificateFault): Remedy {
  switch (id) {
    case 'expired':
    case 'expires-soon':
    case 'not-yet-valid':
    case 'intermediate-expired':
      return {
        title: 'Renew the certificate',
        steps: [
          manual(
            'Have it renewed by whoever issued it. Where cert-manager makes it, look at its Certificate first: it renews by itself unless something stops it.',
          ),
        ],
      };
    case 'key-mismatch':
      return {
        title: 'Take the key that the certificate was issued for',
        steps: [
          command(['openssl', 'x509', '-in', CERTIFICATE, '-noout', '-pubkey'], false),
          command(['openssl', 'pkey', '-in', KEY, '-pubout'], false),
          manual('The two answers must be equal; this holds for RSA and for EC.'),
        ],
      };
    case 'name-mismatch':
    case 'name-in-common-name':
      return {
        title: 'Take a certificate that is for the host',
        steps: [
          command(['openssl', 'x509', '-in', CERTIFICATE, '-noout', '-ext', 'subjectAltName'], false),
          manual('Have one issued with the host among its subject alternative names; a wildcard covers one label.'),
        ],
      };
    case 'leaf-not-first':
    case 'chain-unordered':
    case 'chain-broken':
    case 'intermediate-missing':
      return {
        title: 'Put the chain in order',
        steps: [
          manual(
            `In ${CERTIFICATE}: the certificate of the server first, then the one that issued it, then that one’s issuer.`,
          ),
        ],
      };
    case 'swapped':
    case 'certificate-is-key':
    case 'key-is-certificate':
      return { title: 'Put certificate and key in their own places', steps: [] };
    case 'key-passphrase':
      return {
        title: 'Take the passphrase off the key',
        steps: [command(['openssl', 'pkey', '-in', '<KEY_WITH_PASSPHRASE>', '-out', KEY], false)],
      };
    case 'key-label':
      return {
        title: 'Write the key under its own label',
        steps: [manual(`Correct the words between BEGIN and END, so that ${KEY} is labelled as what it is.`)],
      };
    case 'certificate-der':
      return {
        title: 'Convert the certificate to PEM',
        steps: [command(['openssl', 'x509', '-inform', 'DER', '-in', '<DER_FILE>', '-out', CERTIFICATE], false)],
      };
    case 'key-der':
      return {
        title: 'Convert the key to PEM',
        steps: [command(['openssl', 'pkey', '-inform', 'DER', '-in', '<DER_FILE>', '-out', KEY], false)],
      };
    case 'certificate-pkcs12':
    case 'key-pkcs12':
      return {
        title: 'Take certificate and key out of the PKCS#12 file',
        steps: [
          command(['openssl', 'pkcs12', '-in', '<PFX_FILE>', '-nokeys', '-out', CERTIFICATE], false),
          command(['openssl', 'pkcs12', '-in', '<PFX_FILE>', '-nocerts', '-nodes', '-out', KEY], false),
        ],
      };
    case 'certificate-base64':
    case 'key-base64':
      return {
        title: 'Give the PEM text itself',
        steps: [manual('The files are to begin with -----BEGIN; base64 of a Secret is made by kubectl.')],
      };
    case 'certificate-is-request':
      return {
        title: 'Have the request signed',
        steps: [manual('Send it to the authority, and take the certificate that comes back, with its chain.')],
      };
    case 'usage-not-server':
      return {
        title: 'Take a certificate for servers',
        steps: [manual('Have one issued whose extended key usage has serverAuth.')],
      };
    case 'signature-weak':
    case 'key-short':
    case 'leaf-is-authority':
      return {
        title: 'Have a new certificate issued',
        steps: [
          manual('With an RSA key of at least 2048 bits or an EC key, signed with SHA-256, and not an authority.'),
        ],
      };
    case 'certificate-missing':
    case 'key-missing':
      return {
        title: 'Give certificate and key the names that are read',
        steps: [
          manual(
            `What the Secret holds under other names may be right: save it decoded as ${CERTIFICATE} (the certificate, with its chain) and ${KEY}.`,
          ),
        ],
      };
    default:
      return {
        title: 'Give a whole PEM certificate and its key',
        steps: [manual('Export both anew as PEM text, with plain line ends and no mark in front.')],
      };
  }
}

/** For files that are given on a command line. */
export function mendFiles(fault: CertificateFault, verify: Step): Fix {
  const { title, steps } = remedyOf(fault);
  return fix({
    title,
    applicability: 'advice',
    effect: 'It changes nothing in the cluster.',
    steps: steps.length > 0 ? steps : [manual(`Give ${CERTIFICATE} as the certificate and ${KEY} as the key.`)],
    verify,
  });
}

/** Makes the Secret, where there is none. */
export function createTlsSecret(secret: ResourceRef, keys: TlsKeys, verify: Step): Fix {
  return fix({
    title: `Create Secret ${secret.name} with certificate and key`,
    applicability: 'fill-in',
    effect: 'What waits for it takes it up; no pod of a model is restarted.',
    steps: [kubectl(secret, createWords(secret, keys), true)],
    undo: [kubectl(secret, ['delete', 'secret', secret.name], true)],
    verify,
  });
}

/** Mends the files, and replaces what the Secret holds. */
export function mendSecret(
  fault: CertificateFault,
  secret: ResourceRef,
  keys: TlsKeys,
  verify: Step,
  owner?: Lookup<FieldOwner>,
): Fix {
  const { title, steps } = remedyOf(fault);
  return fix({
    title: `${title}, and replace Secret ${secret.name}`,
    applicability: 'fill-in',
    effect: 'Servers that watch the Secret take it up at once; others when their pods are restarted.',
    steps: [
      ...steps,
      kubectl(secret, [...createWords(secret, keys), '--dry-run=client', '-o', 'yaml'], false),
      manual('Save what that prints as <SECRET_FILE>; it changes nothing yet.'),
      kubectl(secret, ['apply', '-f', '<SECRET_FILE>'], true),
    ],
    undo: [manual(`Apply Secret ${secret.name} as it was: keep a copy of it before.`)],
    verify,
    owner,
  });
}

function createWords(secret: ResourceRef, keys: TlsKeys): readonly string[] {
  return keys.certificate === 'tls.crt'
    ? ['create', 'secret', 'tls', secret.name, `--cert=${CERTIFICATE}`, `--key=${KEY}`]
    : [
        'create',
        'secret',
        'generic',
        secret.name,
        `--from-file=${keys.certificate}=${CERTIFICATE}`,
        `--from-file=${keys.key}=${KEY}`,
      ];
}
